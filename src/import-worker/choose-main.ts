import { AppError } from '../contract/errors';
import { describeForeign } from '../formats/foreign-formats';
import { readText } from './file-set';
import type { FileSet } from './file-set';

/** What each file of a set is for. */
export interface SortedFiles {
  /** The file that is read as a network. */
  readonly main: string;
  /** Texts that may be a list of labels, likeliest first. */
  readonly labelFiles: readonly string[];
  /** `card.json` that an export wrote; null: there is none. */
  readonly cardFile: string | null;
}

const networkEnding = /\.(onnx|h5|hdf5|keras|tflite)$/i;
const labelEnding = /\.(txt|json|names|labels|csv|tsv|lst)$/i;
const labelName = /label|class|synset|categor|names|imagenet/i;
const largestModelJson = 64 * 2 ** 20;

/**
 * Finds the network among what was chosen: the only file with a network's ending or a `model.json`, else the only file.
 *
 * @throws AppError 'files-several' for two that could be meant (the detail names them) · 'labels-alone' · 'format-foreign' · 'format-unknown' when there is none
 */
export async function sortFiles(files: FileSet): Promise<SortedFiles> {
  const paths = [...files.keys()];
  const cardFile = paths.find((path) => /(^|\/)card\.json$/i.test(path)) ?? null;
  const models = new Set(paths.filter((path) => networkEnding.test(path)));
  for (const path of paths) {
    const file = files.get(path);
    if (file !== undefined && /\.json$/i.test(path) && path !== cardFile && await describesNetwork(file, path)) models.add(path);
  }
  const main = chooseMain([...models], paths.filter((path) => path !== cardFile));
  const labelFiles = paths.filter((path) => path !== main && path !== cardFile && !models.has(path) && labelEnding.test(path))
    .sort((a, b) => Number(labelName.test(b)) - Number(labelName.test(a)));
  return { main, labelFiles, cardFile };
}

function chooseMain(models: readonly string[], paths: readonly string[]): string {
  const depthOf = (path: string): number => path.split('/').length;
  const least = Math.min(...models.map(depthOf));
  const onLevel = models.filter((path) => depthOf(path) === least);
  const named = onLevel.filter((path) => /(^|\/)model\.json$/i.test(path));
  // Other descriptions of the same network lie beside some: the one everybody calls by that name is meant.
  const shallow = named.length === 1 && onLevel.every((path) => /\.json$/i.test(path)) ? named : onLevel;
  const [first, second] = shallow;
  if (first !== undefined && second !== undefined) {
    throw new AppError('files-several', `${shallow.length} networks: ${shallow.slice(0, 4).join(', ')}${shallow.length > 4 ? ', …' : ''}`);
  }
  if (first !== undefined) return first;
  const unlabelled = paths.filter((path) => !/\.(txt|names|labels|csv|tsv|md|bin|png|jpe?g)$/i.test(path));
  const [only, another] = unlabelled;
  if (only !== undefined && another === undefined) return only;
  for (const path of paths) {
    const foreign = describeForeign(path);
    if (foreign !== null) throw new AppError('format-foreign', `${path.replace(/\/data\.pkl$/i, '')} is ${foreign}`);
  }
  if (paths.every((path) => labelEnding.test(path))) throw new AppError('labels-alone', paths.slice(0, 5).join(', '));
  throw new AppError('format-unknown', `no network among ${paths.slice(0, 5).join(', ')}`);
}

/** A TensorFlow.js `model.json` names its topology; told by its ends, since topologies can be long. */
async function describesNetwork(file: Blob, path: string): Promise<boolean> {
  if (file.size > largestModelJson) return false;
  const head = await readText(file.slice(0, 64 * 1024), path);
  const tail = await readText(file.slice(Math.max(0, file.size - 64 * 1024)), path);
  return /"modelTopology"/.test(head + tail) || (/(^|\/)model\.json$/i.test(path) && /"weightsManifest"/.test(head + tail));
}
