import { expect, test } from '../../e2e/harness/fixtures';
import type { BridgeReport } from './cases/bridge';

test('frames go through tfjs to the screen on one device, without a copy and without a leak', async ({ sourcePage }) => {
  const { frames, held, uncaptured } = await sourcePage.run<BridgeReport>('/test/gpu/cases/bridge.ts', 'passFrames', 12);
  expect(uncaptured).toEqual([]);
  expect(frames).toHaveLength(12);
  for (const { expected, read, drawn } of frames) {
    // Range of a layer that is not signed: from zero, or from its least value where that is negative.
    const low = Math.min(0, ...expected);
    const high = Math.max(...expected);
    expected.forEach((value, side) => {
      expect(read[side]).toBeCloseTo(value, 3);
      expect(Math.abs((drawn[side] ?? -1) - (255 * (value - low)) / (high - low))).toBeLessThanOrEqual(1);
    });
  }
  expect(held[1]).toEqual(held[0]);
});
