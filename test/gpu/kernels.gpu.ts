import { expect, test } from '../../e2e/harness/fixtures';
import type { KernelReport } from './cases/kernels';

test('every kernel computes on WebGPU what PyTorch computes, forward and backward', async ({ sourcePage }) => {
  const report = await sourcePage.run<KernelReport>('/test/gpu/cases/kernels.ts', 'checkKernels');
  expect(report.failures).toEqual([]);
  expect(report.cases).toBeGreaterThan(80);
  expect(report.leakedTensors).toBe(0);
});
