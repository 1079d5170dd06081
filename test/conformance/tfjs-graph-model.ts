import { drawNumbers } from './onnx-model';

/** An array of the weights manifest; whole numbers are stored as int32. */
export interface GraphConstant {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
  readonly quantised?: 'uint8' | 'uint16' | 'float16';
}

export interface GraphNodeDraft {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  /** Texts are written in base 64, lists of numbers as 64-bit texts, as the converter does. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | readonly number[] | readonly string[] | { readonly float: number }>>;
}

export interface GraphModelDraft {
  /** `[n, h, w, c]`, null: open. */
  readonly input: readonly (number | null)[];
  readonly nodes: readonly GraphNodeDraft[];
  readonly constants: Readonly<Record<string, GraphConstant>>;
  readonly output: string;
}

function writeAttribute(value: NonNullable<GraphNodeDraft['attributes']>[string]): unknown {
  if (typeof value === 'string') return value.startsWith('DT_') ? { type: value } : { s: btoa(value) };
  if (typeof value === 'boolean') return { b: value };
  if (typeof value === 'number') return { i: String(value) };
  if ('float' in value) return { f: value.float };
  return typeof value[0] === 'string' ? { list: { s: (value as readonly string[]).map((one) => btoa(one)) } } : { list: { i: value.map(String) } };
}

const shapeOf = (shape: readonly (number | null)[]): unknown => ({ dim: shape.map((size) => ({ size: String(size ?? -1) })) });

/** IEEE half of a number that a half holds exactly. */
function toHalf(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | ((Math.abs(value) / 2 ** exponent - 1) * 1024);
}

function store({ values, dtype = 'float32', quantised }: GraphConstant): { readonly bytes: Uint8Array; readonly quantization?: unknown } {
  if (quantised === 'float16') return { bytes: new Uint8Array(Uint16Array.from(values, toHalf).buffer), quantization: { dtype: quantised, original_dtype: 'float32' } };
  if (quantised !== undefined) {
    const min = Math.min(...values);
    const scale = (Math.max(...values) - min) / (quantised === 'uint8' ? 255 : 65_535);
    const steps = values.map((value) => Math.round((value - min) / scale));
    const bytes = quantised === 'uint8' ? Uint8Array.from(steps) : new Uint8Array(Uint16Array.from(steps).buffer);
    return { bytes, quantization: { dtype: quantised, scale, min, original_dtype: 'float32' } };
  }
  if (dtype === 'bool') return { bytes: Uint8Array.from(values) };
  return { bytes: new Uint8Array((dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values)).buffer) };
}

/** A GraphModel's `model.json` and its weights, which lie in two groups of two shards. */
export function writeGraphModel(draft: GraphModelDraft): { readonly modelJson: Record<string, unknown>; readonly weights: Uint8Array; readonly shards: ReadonlyMap<string, Uint8Array> } {
  const stored = Object.entries(draft.constants).map(([name, constant]) => ({ ...store(constant), entry: { name, shape: constant.shape, dtype: constant.dtype ?? 'float32' } }));
  const middle = Math.ceil(stored.length / 2);
  const shards = new Map<string, Uint8Array>();
  const groups = [stored.slice(0, middle), stored.slice(middle)].filter((group) => group.length > 0).map((group, index) => {
    const bytes = Uint8Array.from(group.flatMap((part) => [...part.bytes]));
    // Shards may end in the middle of a number.
    const cut = Math.floor(bytes.length / 2) + 1;
    const paths = [`group${index}-1.bin`, `group${index}-2.bin`];
    [bytes.subarray(0, cut), bytes.subarray(cut)].forEach((part, place) => shards.set(paths[place] ?? '', part));
    return { paths, weights: group.map(({ entry, quantization }) => ({ ...entry, ...(quantization === undefined ? {} : { quantization }) })) };
  });
  const constants = Object.entries(draft.constants).map(([name, { dtype = 'float32', shape }]) => (
    { name, op: 'Const', attr: { dtype: { type: dtype === 'float32' ? 'DT_FLOAT' : dtype === 'bool' ? 'DT_BOOL' : 'DT_INT32' }, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: shapeOf(shape) } } } }));
  const modelJson = {
    format: 'graph-model', generatedBy: '2.15.0', convertedBy: 'test',
    signature: {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: shapeOf(draft.input) } },
      outputs: { y: { name: `${draft.output}:0`, dtype: 'DT_FLOAT' } },
    },
    modelTopology: {
      node: [
        ...constants, { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: shapeOf(draft.input) } } },
        ...draft.nodes.map(({ name, op, inputs, attributes = {} }) => ({
          name, op, input: inputs, attr: { T: { type: 'DT_FLOAT' }, ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, writeAttribute(value)])) },
        })),
      ],
      library: {}, versions: { producer: 1 },
    },
    weightsManifest: groups,
  };
  return { modelJson, shards, weights: Uint8Array.from([...shards.values()].flatMap((part) => [...part])) };
}

/** A drawn array of floats. */
export function drawConstant(shape: readonly number[], seed: number): GraphConstant {
  return { shape, values: drawNumbers(shape.reduce((product, size) => product * size, 1), seed) };
}

/** Whole numbers, as axes and shapes are stored. */
export function listOf(...values: readonly number[]): GraphConstant {
  return { shape: [values.length], values, dtype: 'int32' };
}

/** One whole number. */
export function numberOf(value: number): GraphConstant {
  return { shape: [], values: [value], dtype: 'int32' };
}

/** One float. */
export function floatOf(value: number): GraphConstant {
  return { shape: [], values: [value] };
}
