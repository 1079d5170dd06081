import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeVectorCase } from './vector-case';

/*
 * Networks that PyTorch wrote, with values computed in float64. One small case lies in the project and is always compared; the
 * others lie beside it and are compared where they are.
 */
const own = fileURLToPath(new URL('../fixtures/vectors/', import.meta.url));
const shared = fileURLToPath(new URL('../../../shared/vectors/', import.meta.url));
const onnxCases = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('onnx-') && existsSync(`${folder}${name}/case.json`)) : []);

const ownCases = onnxCases(own);
const sharedCases = onnxCases(shared);
if (sharedCases.length === 0) console.info(`onnx: ${shared} is not there; only the cases of test/fixtures/vectors are compared in this run`);

it('has an ONNX case of its own', () => {
  expect(ownCases).not.toEqual([]);
});

for (const name of ownCases) describeVectorCase(name, `${own}${name}/`);
for (const name of sharedCases) if (!ownCases.includes(name)) describeVectorCase(name, `${shared}${name}/`);
