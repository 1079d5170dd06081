import { strFromU8 } from 'fflate';
import h5wasm from 'h5wasm';
import { AppError } from '../contract/errors';
import type { WeightArray } from '../graph/network-graph';
import { countElements, maxElements } from '../graph/shapes';
import { asRecord, field, parseJson } from './json-access';
import { readKerasTopology, type WeightLookup } from './keras-topology';
import type { FileReading, ReadOptions } from './network-facts';
import { unzipFiles } from './unzip';

type H5File = InstanceType<typeof h5wasm.File>;
type H5Group = InstanceType<typeof h5wasm.Group>;

/** Of a `.keras` archive. Weights hardly compress: what unpacks to a hundred times its size was made to fill the memory. */
const archiveLimits = { maxFiles: 4096, maxBytes: 2 ** 29, maxRatio: 100 } as const;
const maxDepth = 24;

/** Opens HDF5 bytes in the parser's own memory file system, and takes them out again. */
async function withHdf5<T>(bytes: Uint8Array, use: (file: H5File) => T): Promise<T> {
  const { FS } = await h5wasm.ready;
  if (FS === null) throw new AppError('internal', 'the HDF5 parser has no file system');
  const name = 'network.h5';
  FS.writeFile(name, bytes);
  let file: H5File | null = null;
  try {
    file = new h5wasm.File(name, 'r');
    return use(file);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('format-malformed', `HDF5: ${thrown instanceof Error ? thrown.message : String(thrown)}`, false, { cause: thrown });
  } finally {
    file?.close();
    FS.unlink(name);
  }
}

function readDataset(group: H5Group, key: string, where: string): WeightArray | null {
  const entity = group.get(key);
  if (!(entity instanceof h5wasm.Dataset)) return null;
  const shape = entity.shape ?? [];
  const count = countElements(shape, where);
  const { value } = entity;
  if (!ArrayBuffer.isView(value) || value instanceof DataView) throw new AppError('op-unsupported', `${where} holds no numbers`);
  const values = Float32Array.from(value as unknown as ArrayLike<number>);
  if (values.length !== count) throw new AppError('format-malformed', `${where} holds ${values.length} values, its shape needs ${count}`);
  return { shape: [...shape], values };
}

function readText(group: H5Group | H5File, attribute: string): string | null {
  const found = Object.hasOwn(group.attrs, attribute) ? group.attrs[attribute]?.value : null;
  return typeof found === 'string' ? found : null;
}

function missing(name: string, path: readonly string[], className: string): AppError {
  return new AppError('format-malformed', `weight '${name}' of layer '${path.join('/')}' (${className}) is not in the file`);
}

/** All arrays of an HDF5 model file under the last two parts of their name: `conv1/kernel`. A name found twice is dropped. */
function collectByName(group: H5Group, prefix: readonly string[], found: Map<string, WeightArray | null>, spent: { elements: number }): void {
  if (prefix.length > maxDepth) throw new AppError('format-malformed', 'groups nested too deeply');
  for (const key of group.keys()) {
    const entity = group.get(key);
    const path = [...prefix, key.replace(/:\d+$/, '')];
    if (entity instanceof h5wasm.Group) collectByName(entity, path, found, spent);
    else {
      spent.elements += entity instanceof h5wasm.Dataset ? countElements(entity.shape ?? [], path.join('/')) : 0;
      if (spent.elements > maxElements) throw new AppError('format-too-large', `more than ${maxElements} weights (1 GB)`);
      const array = readDataset(group, key, path.join('/'));
      const suffix = path.slice(-2).join('/');
      found.set(suffix, found.has(suffix) ? null : array);
    }
  }
}

/** Keras 2 and legacy `.h5`: arrays have names. */
function lookUpByName(root: H5Group): WeightLookup {
  const found = new Map<string, WeightArray | null>();
  collectByName(root, [], found, { elements: 0 });
  return {
    read: (path, className, names) => names.map((name) => {
      const layer = path.at(-1) ?? '';
      // Keras 3 names a depthwise kernel 'kernel' or 'depthwise_kernel', depending on its version.
      const array = found.get(`${layer}/${name}`) ?? (name === 'depthwise_kernel' ? found.get(`${layer}/kernel`) : undefined);
      if (array === undefined || array === null) throw missing(name, path, className);
      return array;
    }),
  };
}

/** Keras 3 `.weights.h5`: arrays are numbered; each layer's `vars` group carries the layer's name. */
function lookUpByOrder(root: H5Group | H5File): WeightLookup {
  const layers = new Map<string, H5Group>();
  const walk = (group: H5Group | H5File, path: readonly string[]): void => {
    if (path.length > maxDepth) throw new AppError('format-malformed', 'groups nested too deeply');
    const inner = group.get('layers');
    if (!(inner instanceof h5wasm.Group)) return;
    for (const key of inner.keys()) {
      const layer = inner.get(key);
      if (!(layer instanceof h5wasm.Group)) continue;
      const vars = layer.get('vars');
      const name = vars instanceof h5wasm.Group ? readText(vars, 'name') ?? key : key;
      const own = [...path, name];
      if (vars instanceof h5wasm.Group) layers.set(own.join('/'), vars);
      walk(layer, own);
    }
  };
  walk(root, []);
  return {
    read: (path, className, names) => names.map((name, index) => {
      const group = layers.get(path.join('/'));
      const array = group === undefined ? null : readDataset(group, String(index), [...path, name].join('/'));
      if (array === null) throw missing(name, path, className);
      return array;
    }),
  };
}

/**
 * Reads a whole-model `.h5` file of Keras 2 or 3.
 *
 * @param bytes  the file; not kept
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' | 'graph-unsupported' | 'input-unsupported'
 */
export async function readKerasH5(bytes: Uint8Array, options: ReadOptions = {}): Promise<FileReading> {
  return withHdf5(bytes, (file) => {
    const config = readText(file, 'model_config');
    if (config === null) throw new AppError('format-foreign', "the HDF5 file holds no Keras network, or its weights only; save all of it in Python: model.save('network.keras')");
    const weights = file.get('model_weights');
    if (!(weights instanceof h5wasm.Group)) throw new AppError('format-malformed', 'the HDF5 file has no model_weights');
    const keras3 = (readText(file, 'keras_version') ?? '').startsWith('3');
    return { ...readKerasTopology(parseJson(config, 'model_config'), lookUpByName(weights), 'keras', keras3, options), labels: null, dequantised: false };
  });
}

/**
 * Reads a `.keras` archive (Keras 3).
 *
 * @param bytes  the file; not kept
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' | 'graph-unsupported' | 'input-unsupported'
 */
export async function readKerasArchive(bytes: Uint8Array, options: ReadOptions = {}): Promise<FileReading> {
  const wanted = new Set(['config.json', 'metadata.json', 'model.weights.h5']);
  const files = unzipFiles(bytes, (name) => wanted.has(name), 'the archive', archiveLimits);
  const [config, weights, metadata] = ['config.json', 'model.weights.h5', 'metadata.json'].map((name) => files.get(name));
  if (config === undefined || weights === undefined) throw new AppError('format-malformed', 'the archive holds no Keras network (config.json, model.weights.h5)');
  const version = metadata === undefined ? '3' : field(asRecord(parseJson(strFromU8(metadata), 'metadata.json'), 'metadata.json'), 'keras_version');
  const model = parseJson(strFromU8(config), 'config.json');
  return withHdf5(weights, (file) =>
    ({ ...readKerasTopology(model, lookUpByOrder(file), 'keras', String(version).startsWith('3'), options), labels: null, dequantised: false }));
}
