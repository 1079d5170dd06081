import { fileURLToPath } from 'node:url';
import { findShared } from '../shared-folder';
import { describeVectorCase } from './vector-case';

/*
 * Networks of Keras with activations and attributions computed in float64 by its authors' libraries. They lie beside the
 * project, not in it: where they are missing, three cases that lie in it take their place, one of them with fewer arrays.
 */
const folder = findShared('vectors/', 'only the three Keras cases of test/fixtures/vectors are compared');
const cases = ['keras2-h5-sequential', 'keras-h5-sequential', 'keras-v3-mobileish', 'keras-h5-nested'];

const own = fileURLToPath(new URL('../fixtures/vectors/', import.meta.url));
if (folder !== null) for (const name of cases) describeVectorCase(name, `${folder}${name}/`);
// What lies in the project, compared where the rest is not there.
else for (const name of ['keras-v3-mobileish', 'keras-h5-sequential', 'keras-h5-nested']) describeVectorCase(name, `${own}${name}/`);
