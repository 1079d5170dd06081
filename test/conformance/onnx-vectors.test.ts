import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findShared } from '../shared-folder';
import { describeVectorCase } from './vector-case';

/*
 * Networks that PyTorch wrote, with values computed in float64. One small case lies in the project and is always compared; the
 * others lie beside it and are compared where they are.
 */
const own = fileURLToPath(new URL('../fixtures/vectors/', import.meta.url));
const shared = findShared('vectors/', 'only the ONNX cases of test/fixtures/vectors are compared');
const onnxCases = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('onnx-') && existsSync(`${folder}${name}/case.json`));

const ownCases = onnxCases(own);

it('has an ONNX case of its own', () => {
  expect(ownCases).not.toEqual([]);
});

for (const name of ownCases) describeVectorCase(name, `${own}${name}/`);
if (shared !== null) for (const name of onnxCases(shared)) if (!ownCases.includes(name)) describeVectorCase(name, `${shared}${name}/`);
