import { expect, test } from '../../e2e/harness/fixtures';
import type { LostHelperReport, ThreadsReport } from './cases/threads';

test('helper threads compute on tfjs\'s heap what one thread computes', async ({ sourcePage }) => {
  const report = await sourcePage.run<ThreadsReport>('/test/gpu/cases/threads.ts', 'checkThreads', 2);
  console.log(`${report.why}; here: alone ${report.aloneMs.toFixed(2)} ms, with ${report.helpers} helpers ${report.helpedMs.toFixed(2)} ms, ${report.helpedBlocks} blocks helped`);
  expect(report.isShared).toBe(true);
  expect(report.helpers).toBe(2);
  expect(report.helpedBlocks).toBeGreaterThan(0);
  expect(Object.keys(report.differences)).toHaveLength(5);
  // The same sums in the same order: not one bit differs.
  expect(Object.values(report.differences).every((difference) => difference === 0), JSON.stringify(report.differences)).toBe(true);
  expect(report.leakedTensors).toBe(0);
});

test('a helper that does not come back is given up, and its work done again', async ({ sourcePage }) => {
  const report = await sourcePage.run<LostHelperReport>('/test/gpu/cases/threads.ts', 'checkLostHelper');
  expect(report).toEqual({ difference: 0, helpersAfter: 0, timesTold: 1 });
});
