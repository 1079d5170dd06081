import { describe, expect, it } from 'vitest';
import { packKernel, packTurned } from './pack-kernel';

describe('the packed kernel of a gradient', () => {
  it.each([[3, 3, 5, 9], [1, 1, 8, 16], [2, 4, 17, 3], [1, 3, 1, 1]])('%i x %i, %i -> %i channels: turned by 180 degrees, channels swapped, then packed', (kh, kw, cin, cout) => {
    const values = Float32Array.from({ length: kh * kw * cin * cout }, (_, index) => index + 1);
    const turned = new Float32Array(values.length);
    for (let y = 0; y < kh; y += 1) {
      for (let x = 0; x < kw; x += 1) {
        for (let input = 0; input < cin; input += 1) {
          for (let output = 0; output < cout; output += 1) {
            turned[((y * kw + x) * cout + output) * cin + input] = values[(((kh - 1 - y) * kw + kw - 1 - x) * cin + input) * cout + output] ?? 0;
          }
        }
      }
    }
    expect([...packTurned(values, [kh, kw, cin, cout])]).toEqual([...packKernel(turned, null, cin)]);
  });
});
