import { expect, test } from '../../e2e/harness/fixtures';
import { attackPerFrame, releasePerFrame } from '../../src/render/range';
import type { Canvas2dReport } from './cases/canvas2d';

test('the 2D renderer reads each visible layer once, keeps what is stale, and settles like the other tier', async ({ sourcePage }) => {
  const report = await sourcePage.run<Canvas2dReport>('/test/gpu/cases/canvas2d.ts', 'exerciseCanvas2d');
  expect(report.reads).toEqual([1, 0, 1]);
  expect(report.visible).toEqual(['a']);
  expect(report.shows).toEqual([true, false]);
  expect(report.unknownRanges).toEqual([null, null, null]);
  expect(report.reds).toEqual([255, 255, 0, 0]);
  const second = 10 + 10 * attackPerFrame;
  const third = second + (5 - second) * releasePerFrame;
  [10, second, third, 5].forEach((max, index) => expect(report.maxima[index]).toBeCloseTo(max, 3));
});

test('a surface out of sight is drawn at once, then with every sixth frame, and always when the picture is still', async ({ sourcePage }) => {
  expect(await sourcePage.run<readonly number[]>('/test/gpu/cases/canvas2d.ts', 'exerciseHiddenSurface')).toEqual([1, 2, 1, 6, 1]);
});
