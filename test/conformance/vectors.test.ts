import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeVectorCase } from './vector-case';

/*
 * Networks of Keras with activations and attributions computed in float64 by its authors' libraries. They lie beside the
 * project, not in it: where they are missing nothing is claimed, and the kernel cases of this folder remain.
 */
const folder = fileURLToPath(new URL('../../../shared/vectors/', import.meta.url));
const cases = ['keras2-h5-sequential', 'keras-h5-sequential', 'keras-v3-mobileish', 'keras-h5-nested'];

const available = existsSync(folder);
if (!available) console.info(`conformance: ${folder} is not there; the published vectors are not compared in this run`);

if (available) for (const name of cases) describeVectorCase(name, `${folder}${name}/`);
describe.skipIf(available)('Keras', () => {
  it('is not compared here', () => expect(available).toBe(false));
});
