import { expect, test } from '../../e2e/harness/fixtures';
import { attackPerFrame, releasePerFrame } from '../../src/render/range';
import type { ValueRange } from '../../src/render/renderer';
import { randomNumbers } from './cases/device';
import type { RangeRequest } from './cases/ranges';

const cases = '/test/gpu/cases/ranges.ts';

for (const [height, width, channels, byteOffset] of [[5, 7, 3, 0], [33, 31, 1, 4], [3, 3, 300, 256], [9, 2, 64, 12], [64, 64, 16, 0]] as const) {
  test(`ranges of ${height} x ${width} x ${channels} from byte ${byteOffset}`, async ({ sourcePage }) => {
    const random = randomNumbers(height * channels);
    const frame = Array.from({ length: height * width * channels }, () => Math.fround(random() * 20 - 12));
    const asked = [0, Math.floor(channels / 2), channels - 1];
    const request: RangeRequest = { shape: [height, width, channels], signed: false, frames: [frame], byteOffset, channels: [...asked, null] };
    const got = await sourcePage.run<readonly ValueRange[]>(cases, 'measureRanges', request);
    const rangeOf = (values: readonly number[]): ValueRange => ({ min: Math.min(...values), max: Math.max(...values) });
    expect(got).toEqual([...asked.map((channel) => rangeOf(frame.filter((_, at) => at % channels === channel))), rangeOf(frame)]);
  });
}

test('values that are not finite are left out; a channel without any other counts as zero', async ({ sourcePage }) => {
  const frame = [3, null, 'inf', null, -2, null, '-inf', 'inf'] as const;
  const got = await sourcePage.run<readonly ValueRange[]>(cases, 'measureRanges', {
    shape: [2, 2, 2], signed: false, frames: [frame], channels: [0, 1, null],
  } satisfies RangeRequest);
  expect(got).toEqual([{ min: -2, max: 3 }, { min: 0, max: 0 }, { min: -2, max: 3 }]);
});

test('sequential ranges start at zero, signed ones are symmetric, vectors and the layer scale share one', async ({ sourcePage }) => {
  const frame = [1, -5, 2, 3];
  const run = (request: Omit<RangeRequest, 'frames'>): Promise<readonly ValueRange[]> =>
    sourcePage.run<readonly ValueRange[]>(cases, 'measureRanges', { ...request, frames: [frame] });
  expect(await run({ shape: [2, 1, 2], signed: false, channels: [0, 1] })).toEqual([{ min: 0, max: 2 }, { min: -5, max: 3 }]);
  expect(await run({ shape: [2, 1, 2], signed: true, channels: [0, 1] })).toEqual([{ min: -2, max: 2 }, { min: -5, max: 5 }]);
  expect(await run({ shape: [1, 1, 4], signed: false, channels: [2] })).toEqual([{ min: -5, max: 3 }]);
  expect(await run({ shape: [2, 1, 2], signed: false, scale: 'layer', channels: [0] })).toEqual([{ min: -5, max: 3 }]);
});

test('ranges widen fast and narrow slowly; a still picture is taken as it is', async ({ sourcePage }) => {
  const frames = [[0, 10], [0, 20], [-4, 5]];
  const request: RangeRequest = { shape: [2, 1, 1], signed: false, frames, channels: [0] };
  const [live] = await sourcePage.run<readonly ValueRange[]>(cases, 'measureRanges', request);
  const second = 10 + (20 - 10) * attackPerFrame;
  expect(live?.max).toBeCloseTo(second + (5 - second) * releasePerFrame, 5);
  expect(live?.min).toBeCloseTo(-4 * attackPerFrame, 5);
  const [still] = await sourcePage.run<readonly ValueRange[]>(cases, 'measureRanges', { ...request, still: true });
  expect(still).toEqual({ min: -4, max: 5 });
});
