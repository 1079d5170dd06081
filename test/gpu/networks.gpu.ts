import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../../e2e/harness/fixtures';
import type { Expected, NetworkReport, NetworkRequest } from './cases/networks';

const cases = '/test/gpu/cases/networks.ts';
const folder = '/test/fixtures/vectors/';

interface CaseFile {
  readonly network: string;
  readonly input: string;
  readonly logits: Omit<Expected, 'layer'>;
  readonly activations: readonly Expected[];
}

/** PyTorch's network is also written as each format that its vectors do not come in, with the same weights. */
const formats = [
  ['onnx-vgg', 'onnx', undefined], ['keras-h5-nested', 'keras', undefined], ['keras-v3-mobileish', 'keras', undefined],
  ['onnx-vgg', 'tflite', 'tflite'], ['onnx-vgg', 'tfjs-graph', 'tfjs-graph'], ['onnx-vgg', 'tfjs-layers', 'tfjs-layers'],
] as const;

for (const [name, format, rewrite] of formats) {
  for (const backend of ['wasm', 'webgpu'] as const) {
    test(`${name}${rewrite === undefined ? '' : ` as ${rewrite}`}: every activation and logit in Chromium on ${backend}`, async ({ sourcePage }) => {
      const facts = JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/vectors/${name}/case.json`), 'utf8')) as CaseFile;
      const expected = [{ ...facts.logits, layer: null }, ...facts.activations.map(({ layer, file, atol, rtol }) => ({ layer, file, atol, rtol }))];
      const request: NetworkRequest = { backend, folder: `${folder}${name}/`, network: facts.network, input: facts.input, expected, ...(rewrite === undefined ? {} : { rewrite }) };
      const report = await sourcePage.run<NetworkReport>(cases, 'compareNetwork', request);
      expect([report.backend, report.format]).toEqual([backend, format]);
      report.worst.forEach((ratio, index) => expect(ratio, expected[index]?.layer ?? 'logits').toBeLessThanOrEqual(1));
      for (const peak of report.largest) expect(peak).toBeGreaterThan(0);
    });
  }
}
