import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '../../e2e/harness/fixtures';
import type { KernelCase, KernelReport } from './cases/kernels';

function readCases(file: string): readonly KernelCase[] {
  const path = fileURLToPath(new URL(`../fixtures/kernels/${file}.json`, import.meta.url));
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly cases: readonly KernelCase[] }).cases;
}

test('every kernel computes on WebGPU what PyTorch computes, forward and backward', async ({ sourcePage }) => {
  const cases = [...readCases('linear'), ...readCases('other')];
  expect(cases.length).toBeGreaterThan(80);
  const report = await sourcePage.run<KernelReport>('/test/gpu/cases/kernels.ts', 'checkKernels', cases);
  expect(report).toEqual({ cases: cases.length, failures: [], leakedTensors: 0 });
});
