import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import { GraphBuilder } from '../graph/graph-builder';
import type { WeightArray } from '../graph/network-graph';
import { requireOneInput, writeOpenShape } from './describe-input';
import { asArray, asInteger, asRecord, asString, field, type JsonRecord } from './json-access';
import { addKerasLayer } from './keras-layers';
import { defaultSizePx, type FileReading, type FormatName, type ReadOptions } from './network-facts';

/** Where a layer's arrays come from; every Keras-like file has its own way of naming them. */
export interface WeightLookup {
  /**
   * @param path   names from the outermost model to the layer
   * @param names  Keras names of exactly the arrays wanted, in Keras's order
   * @throws AppError 'format-malformed' when one is missing
   */
  read(path: readonly string[], className: string, names: readonly string[]): readonly WeightArray[];
}

interface Reading {
  readonly builder: GraphBuilder;
  readonly weights: WeightLookup;
  readonly keras3: boolean;
  readonly options: ReadOptions;
  /** Set when an input's height or width is open. */
  sizeIsOpen: boolean;
}

const maxDepth = 16;

function isModel(className: string): boolean {
  return className === 'Sequential' || className === 'Functional' || className === 'Model';
}

/** History `[layer, node, tensor]` of every tensor one call of a layer takes; Keras 2 lists or Keras 3 objects. */
function readSources(call: unknown, where: string): readonly (readonly [string, number])[] {
  if (Array.isArray(call)) {
    // A lone [name, 0, 0] instead of a list of them is how tfjs writes layers with one input at times.
    const list = typeof call[0] === 'string' ? [call] : call;
    return list.map((entry) => {
      const history = asArray(entry, where);
      return [asString(history[0], where), asInteger(history[1], where)];
    });
  }
  const found: (readonly [string, number])[] = [];
  const collect = (value: unknown, depth: number): void => {
    if (depth > maxDepth) throw new AppError('format-malformed', `${where}: arguments nested too deeply`);
    if (Array.isArray(value)) {
      for (const entry of value) collect(entry, depth + 1);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const record = asRecord(value, where);
    if (field(record, 'class_name') !== '__keras_tensor__') return;
    const history = asArray(field(asRecord(field(record, 'config'), where), 'keras_history'), where);
    found.push([asString(history[0], where), asInteger(history[1], where)]);
  };
  collect(field(asRecord(call, where), 'args'), 0);
  return found;
}

/** Sizes without the batch as the file has them, null where it leaves one open. */
function readInputShape(config: JsonRecord, where: string): readonly (number | null)[] | null {
  const shape = field(config, 'batch_input_shape') ?? field(config, 'batch_shape');
  if (shape === undefined || shape === null) return null;
  return asArray(shape, where).slice(1).map((size) => (size === null ? null : asInteger(size, where)));
}

/** The file's shape with what the caller chose, and a guess where nobody says. */
function settleInputShape(reading: Reading, shape: readonly (number | null)[], name: string): readonly number[] {
  const [height, width, channels] = shape;
  if (shape.length !== 3 || height === undefined || width === undefined || channels === undefined || channels === null) {
    throw new AppError('input-unsupported', `input '${name}' ${writeOpenShape(shape)}, a picture [h, w, c] is needed`);
  }
  if (height === null || width === null) reading.sizeIsOpen = true;
  return [reading.options.height ?? height ?? defaultSizePx, reading.options.width ?? width ?? defaultSizePx, channels];
}

function layerName(layer: JsonRecord): string {
  const config = asRecord(field(layer, 'config'), 'layer config');
  return asString(field(config, 'name') ?? field(layer, 'name'), 'layer name');
}

function addLayer(reading: Reading, layer: JsonRecord, path: readonly string[], id: LayerId, inputs: readonly LayerId[]): LayerId {
  const className = asString(field(layer, 'class_name'), `class of '${id}'`);
  const config = asRecord(field(layer, 'config'), id);
  if (isModel(className)) {
    const output = addModel(reading, className, config, path, inputs);
    return reading.builder.add(id, { op: 'identity' }, [output]);
  }
  if (className === 'TimeDistributed' || className === 'Bidirectional') throw new AppError('op-unsupported', `layer class '${className}' of layer '${id}'`);
  return addKerasLayer({
    builder: reading.builder, id, className, config, inputs, keras3: reading.keras3,
    weights: (names) => reading.weights.read(path, className, names),
  });
}

function addInputLayer(reading: Reading, name: string, path: readonly string[], config: JsonRecord, given: LayerId | undefined): LayerId {
  const id = path.join('/');
  if (given !== undefined) return reading.builder.add(reading.builder.freeName(id), { op: 'identity' }, [given]);
  const shape = readInputShape(config, name);
  if (shape === null) throw new AppError('graph-unsupported', `input '${name}' has no shape`);
  return reading.builder.addInput(id, settleInputShape(reading, shape, name));
}

function addSequential(reading: Reading, layers: readonly unknown[], path: readonly string[], inputs: readonly LayerId[]): LayerId {
  let current = inputs[0];
  for (const entry of layers) {
    const layer = asRecord(entry, 'layer');
    const name = layerName(layer);
    const config = asRecord(field(layer, 'config'), name);
    if (field(layer, 'class_name') === 'InputLayer') {
      current = addInputLayer(reading, name, [...path, name], config, current);
      continue;
    }
    if (current === undefined && !isModel(String(field(layer, 'class_name')))) {
      current = addInputLayer(reading, name, [...path, `${name}_input`], config, undefined);
    }
    const id = reading.builder.freeName([...path, name].join('/'));
    current = addLayer(reading, layer, [...path, name], id, current === undefined ? [] : [current]);
  }
  if (current === undefined) throw new AppError('format-malformed', 'a model without layers');
  return current;
}

/** @throws AppError 'input-unsupported' naming the inputs, when there are several */
function requireOneInputLayer(layers: readonly unknown[]): void {
  const found = layers.map((entry) => asRecord(entry, 'layer')).filter((layer) => field(layer, 'class_name') === 'InputLayer');
  requireOneInput(found.map((layer) => `'${layerName(layer)}' ${writeOpenShape(readInputShape(asRecord(field(layer, 'config'), layerName(layer)), layerName(layer)))}`));
}

function addFunctional(reading: Reading, config: JsonRecord, layers: readonly unknown[], path: readonly string[], inputs: readonly LayerId[]): LayerId {
  /** `name#k` → value of the k-th call of a layer. */
  const values = new Map<string, LayerId>();
  let inputsUsed = 0;
  if (inputs.length === 0) requireOneInputLayer(layers);
  let waiting: { readonly layer: JsonRecord; readonly name: string; readonly call: number; readonly sources: readonly (readonly [string, number])[] }[] = [];
  for (const entry of layers) {
    const layer = asRecord(entry, 'layer');
    const name = layerName(layer);
    if (field(layer, 'class_name') === 'InputLayer') {
      const given = inputs[inputsUsed];
      inputsUsed += 1;
      values.set(`${name}#0`, addInputLayer(reading, name, [...path, name], asRecord(field(layer, 'config'), name), given));
      continue;
    }
    asArray(field(layer, 'inbound_nodes'), `inbound_nodes of '${name}'`).forEach((call, index) => {
      waiting.push({ layer, name, call: index, sources: readSources(call, `inbound_nodes of '${name}'`) });
    });
  }
  // Layers are usually listed in order, but Keras does not promise it.
  while (waiting.length > 0) {
    const later: typeof waiting = [];
    for (const item of waiting) {
      const sources = item.sources.map(([source, node]) => values.get(`${source}#${node}`));
      if (sources.some((source) => source === undefined)) {
        later.push(item);
        continue;
      }
      const id = reading.builder.freeName([...path, item.name].join('/'));
      values.set(`${item.name}#${item.call}`, addLayer(reading, item.layer, [...path, item.name], id, sources.filter((source) => source !== undefined)));
    }
    if (later.length === waiting.length) throw new AppError('format-malformed', `layer '${later[0]?.name ?? ''}' reads a layer that does not exist, or itself`);
    waiting = later;
  }
  const outputs = asArray(field(config, 'output_layers'), 'output_layers');
  const sources = readSources(typeof outputs[0] === 'string' ? [outputs] : outputs, 'output_layers');
  if (sources.length > 1) throw new AppError('graph-unsupported', `${sources.length} outputs`);
  const output = values.get(`${sources[0]?.[0] ?? ''}#${sources[0]?.[1] ?? 0}`);
  if (output === undefined) throw new AppError('format-malformed', 'the output layer does not exist');
  return output;
}

function addModel(reading: Reading, className: string, config: JsonRecord, path: readonly string[], inputs: readonly LayerId[]): LayerId {
  if (path.length > maxDepth) throw new AppError('format-malformed', 'models nested too deeply');
  const layers = asArray(field(config, 'layers'), 'layers');
  return className === 'Sequential' ? addSequential(reading, layers, path, inputs) : addFunctional(reading, config, layers, path, inputs);
}

/**
 * Turns a Keras model description (Sequential or functional, Keras 2 or 3, nested models as `outer/inner`) into a graph.
 *
 * @param model    `{class_name, config}` as Keras serialises it
 * @param weights  where the arrays come from
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' | 'graph-unsupported' | 'input-unsupported'
 */
export function readKerasTopology(model: unknown, weights: WeightLookup, format: FormatName, keras3: boolean, options: ReadOptions): Pick<FileReading, 'graph' | 'sizeIsOpen'> {
  const record = asRecord(model, 'model_config');
  const className = asString(field(record, 'class_name'), 'model class');
  if (!isModel(className)) throw new AppError('op-unsupported', `model class '${className}'`);
  const rawConfig = field(record, 'config');
  // Keras before 2.2 wrote a Sequential's config as the bare list of layers.
  const config = asRecord(Array.isArray(rawConfig) ? { layers: rawConfig, name: 'sequential' } : rawConfig, 'model config');
  const name = field(config, 'name');
  const builder = new GraphBuilder(typeof name === 'string' ? name : 'network', format);
  const reading: Reading = { builder, weights, keras3, options, sizeIsOpen: false };
  const graph = builder.build(addModel(reading, className, config, [], []));
  return { graph, sizeIsOpen: reading.sizeIsOpen };
}
