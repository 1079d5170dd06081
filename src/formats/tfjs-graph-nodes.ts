import { AppError } from '../contract/errors';
import { asArray, asNumber, asRecord, asString, field, type JsonRecord } from './json-access';

/** A node of a TensorFlow graph as the JSON has it. */
export interface TensorFlowNode {
  readonly name: string;
  readonly op: string;
  /** Names of values: `node` for a node's first output, `node:1` for its second. Nodes that only have to run before are left out. */
  readonly inputs: readonly string[];
  readonly attributes: JsonRecord;
}

const maxNodes = 20_000;

/** A text attribute: JSON writes bytes in base 64. */
function decodeText(value: unknown, where: string): string {
  if (Array.isArray(value)) return String.fromCharCode(...value.map((code) => asNumber(code, where)));
  const text = asString(value, where);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return text;
  const decoded = atob(text);
  // Converters before 2017 wrote the text itself.
  return /^[\x20-\x7e]*$/.test(decoded) ? decoded : text;
}

function attributeOf(node: TensorFlowNode, key: string): JsonRecord | null {
  const value = field(node.attributes, key);
  return value === undefined || value === null ? null : asRecord(value, `${node.op} '${node.name}', ${key}`);
}

function part(node: TensorFlowNode, key: string, kind: string): unknown {
  const attribute = attributeOf(node, key);
  return attribute === null ? undefined : field(attribute, kind);
}

/** A number, `missing` where absent. JSON writes 64-bit whole numbers as texts. */
export function numberOf(node: TensorFlowNode, key: string, missing: number): number {
  const value = part(node, key, 'f') ?? part(node, key, 'i');
  if (value === undefined) return missing;
  return asNumber(typeof value === 'string' ? Number(value) : value, `${node.op} '${node.name}', ${key}`);
}

/** A boolean attribute; `missing` where it is not there. */
export function booleanOf(node: TensorFlowNode, key: string, missing: boolean): boolean {
  const value = part(node, key, 'b');
  return typeof value === 'boolean' ? value : missing;
}

/** A text attribute. @throws AppError 'format-malformed' */
export function textOf(node: TensorFlowNode, key: string, missing: string): string {
  const value = part(node, key, 's');
  return value === undefined ? missing : decodeText(value, `${node.op} '${node.name}', ${key}`);
}

function listOf(node: TensorFlowNode, key: string, kind: string): readonly unknown[] {
  const list = part(node, key, 'list');
  const values = list === undefined || list === null ? undefined : field(asRecord(list, `${node.op} '${node.name}', ${key}`), kind);
  return values === undefined || values === null ? [] : asArray(values, `${node.op} '${node.name}', ${key}`);
}

/** A list of whole numbers. @throws AppError 'format-malformed' */
export function numbersOf(node: TensorFlowNode, key: string): readonly number[] {
  return listOf(node, key, 'i').map((value) => asNumber(typeof value === 'string' ? Number(value) : value, `${node.op} '${node.name}', ${key}`));
}

/** A list of texts. @throws AppError 'format-malformed' */
export function textsOf(node: TensorFlowNode, key: string): readonly string[] {
  return listOf(node, key, 's').map((value) => decodeText(value, `${node.op} '${node.name}', ${key}`));
}

/** Sizes of a shape, null where one is open; null for a shape of unknown rank. */
export function readTensorShape(value: unknown, where: string): readonly (number | null)[] | null {
  if (typeof value !== 'object' || value === null) return null;
  const shape = asRecord(value, where);
  if (field(shape, 'unknownRank') === true) return null;
  const dimensions = field(shape, 'dim');
  if (dimensions === undefined || dimensions === null) return [];
  return asArray(dimensions, where).map((dimension) => {
    const size = Number(field(asRecord(dimension, where), 'size') ?? -1);
    return Number.isSafeInteger(size) && size > 0 ? size : null;
  });
}

/** The shape that a Placeholder declares. */
export function shapeOfPlaceholder(node: TensorFlowNode): readonly (number | null)[] | null {
  return readTensorShape(part(node, 'shape', 'shape'), `input '${node.name}'`);
}

/** Kind of number of an attribute such as `T` or `dtype`, e.g. `DT_FLOAT`; newer writers give its number. */
export function typeOf(node: TensorFlowNode, key: string): string {
  const value = part(node, key, 'type');
  const names: readonly string[] = ['DT_INVALID', 'DT_FLOAT', 'DT_DOUBLE', 'DT_INT32', 'DT_UINT8', 'DT_INT16', 'DT_INT8', 'DT_STRING', 'DT_COMPLEX64', 'DT_INT64', 'DT_BOOL'];
  return typeof value === 'number' ? names[value] ?? `type ${value}` : typeof value === 'string' ? value : 'DT_FLOAT';
}

/** `node:0` is `node`. */
export function nameOfValue(name: string): string {
  return name.replace(/:0$/, '');
}

function readNode(value: unknown): TensorFlowNode {
  const record = asRecord(value, 'modelTopology.node');
  const name = asString(field(record, 'name'), 'node name');
  const inputs = asArray(field(record, 'input') ?? [], `inputs of '${name}'`).map((input) => asString(input, `inputs of '${name}'`));
  return {
    name, op: asString(field(record, 'op'), `op of '${name}'`),
    inputs: inputs.filter((input) => !input.startsWith('^')).map(nameOfValue),
    attributes: asRecord(field(record, 'attr') ?? {}, `attr of '${name}'`),
  };
}

/** All nodes by name. @throws AppError 'format-malformed' | 'format-too-large' */
export function readNodes(topology: JsonRecord): ReadonlyMap<string, TensorFlowNode> {
  const list = asArray(field(topology, 'node'), 'modelTopology.node');
  if (list.length > maxNodes) throw new AppError('format-too-large', `more than ${maxNodes} nodes`);
  const nodes = new Map<string, TensorFlowNode>();
  for (const value of list) {
    const node = readNode(value);
    if (nodes.has(node.name)) throw new AppError('format-malformed', `two nodes are named '${node.name}'`);
    nodes.set(node.name, node);
  }
  return nodes;
}

/** Nodes that `output` depends on, each after what it reads. @throws AppError 'format-malformed' for a missing node or a circle */
export function sortNodes(nodes: ReadonlyMap<string, TensorFlowNode>, output: string): readonly TensorFlowNode[] {
  const sorted: TensorFlowNode[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const waiting = [output.replace(/:\d+$/, '')];
  while (waiting.length > 0) {
    const name = waiting.at(-1) ?? '';
    const node = nodes.get(name);
    if (node === undefined) throw new AppError('format-malformed', `node '${name}' is read, but nowhere in the file`);
    if (state.get(name) === 'done') {
      waiting.pop();
      continue;
    }
    const missing = node.inputs.map((input) => input.replace(/:\d+$/, '')).filter((input) => state.get(input) !== 'done');
    if (missing.length === 0) {
      state.set(name, 'done');
      sorted.push(node);
      waiting.pop();
      continue;
    }
    if (missing.some((input) => state.get(input) === 'open')) throw new AppError('format-malformed', `node '${name}' reads its own result`);
    state.set(name, 'open');
    waiting.push(...missing.reverse());
  }
  return sorted;
}
