import { expect, it } from 'vitest';
import { unrollLines } from './unroll-lines';

it('repeats a block for each step, and in it a line for each pixel of the tile', () => {
  const source = 'a();\n  // unroll $step: 2 times\n  b($step);\n  c($step, x$pixel);\n  // end\nd();\n';
  const steps = [0, 1].map((step) => `  b(${step});\n${[0, 1, 2, 3, 4, 5].map((pixel) => `  c(${step}, x${pixel});\n`).join('')}`).join('');
  expect(unrollLines(source)).toBe(`a();\n${steps}d();\n`);
});
