import { AppError } from '../contract/errors';
import type { NetworkGraph, WeightArray } from '../graph/network-graph';
import { asRecord, field } from './json-access';
import { readKerasTopology, type WeightLookup } from './keras-topology';
import { readLabels } from './label-metadata';
import type { FileReading, ReadOptions } from './network-facts';
import { readTfjsWeights } from './tfjs-weights';

/** Finds arrays by `outer/inner/kernel`, `inner/kernel`, or a unique name that ends in `/inner/kernel`. */
function lookUpByName(weights: ReadonlyMap<string, WeightArray>): WeightLookup {
  const byPath = new Map<string, WeightArray>();
  const bySuffix = new Map<string, WeightArray | null>();
  for (const [given, array] of weights) {
    const name = given.replace(/:0$/, '');
    byPath.set(name, array);
    const suffix = name.split('/').slice(-2).join('/');
    bySuffix.set(suffix, bySuffix.has(suffix) ? null : array);
  }
  return {
    read: (path, className, names) => names.map((name) => {
      const layer = path.at(-1) ?? '';
      const found = byPath.get([...path, name].join('/')) ?? byPath.get(`${layer}/${name}`) ?? bySuffix.get(`${layer}/${name}`);
      if (found === undefined || found === null) throw new AppError('format-malformed', `weight '${name}' of layer '${path.join('/')}' (${className}) is not in the manifest`);
      return found;
    }),
  };
}

/**
 * Reads a TensorFlow.js LayersModel.
 *
 * @param modelJson  parsed model.json, not trusted
 * @param weights    bytes of all shards, joined in the order of `listTfjsShards`; kept: the graph's arrays may be views of it
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' | 'graph-unsupported' | 'input-unsupported'
 */
export function readTfjsLayersFile(modelJson: unknown, weights: Uint8Array, options: ReadOptions = {}): FileReading {
  const document = asRecord(modelJson, 'model.json');
  const format = field(document, 'format');
  if (format !== undefined && format !== null && format !== 'layers-model') throw new AppError('op-unsupported', `TensorFlow.js format '${String(format)}', 'layers-model' and 'graph-model' are read`);
  const topology = asRecord(field(document, 'modelTopology'), 'modelTopology');
  const wrapped = field(topology, 'model_config');
  const version = field(topology, 'keras_version') ?? field(document, 'generatedBy');
  const keras3 = typeof version === 'string' && /(^|keras v?)3\./.test(version);
  const { byName, dequantised } = readTfjsWeights(document, weights);
  const reading = readKerasTopology(wrapped ?? topology, lookUpByName(byName), 'tfjs-layers', keras3, options);
  return { ...reading, dequantised, labels: readTfjsLabels(document) };
}

/** Class names in `userDefinedMetadata` of a `model.json`. */
export function readTfjsLabels(modelJson: unknown): readonly string[] | null {
  const metadata = field(asRecord(modelJson, 'model.json'), 'userDefinedMetadata');
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? readLabels(Object.entries(metadata)) : null;
}

/** The graph alone of {@link readTfjsLayersFile}. */
export function readTfjsLayers(modelJson: unknown, weights: Uint8Array, options?: ReadOptions): NetworkGraph {
  return readTfjsLayersFile(modelJson, weights, options).graph;
}
