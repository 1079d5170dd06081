import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import { errorOf } from '../../test/error-of';
import { validateGraph } from '../graph/validate-graph';
import { drawTensor, externalFile, scalar, wholes, writeModel, type TestModel, type TestNode } from '../../test/conformance/onnx-model';
import { operatorCases } from '../../test/conformance/onnx-operator-cases';
import { listOnnxExternalFiles, readOnnx, readOnnxFile } from './onnx';

const fixture = new Uint8Array(readFileSync(new URL('../../test/fixtures/vectors/onnx-vgg/net.onnx', import.meta.url)));

const relu: TestNode = { op: 'Relu', inputs: ['x'], outputs: ['y'] };
function small(changes: Partial<TestModel>): Uint8Array {
  return writeModel({ opset: 17, input: [1, 3, 8, 8], nodes: [relu], ...changes });
}
function node(op: string, inputs: readonly string[], output = 'y', attributes: TestNode['attributes'] = {}): TestNode {
  return { op, inputs, outputs: [output], attributes };
}

describe('a network read from ONNX', () => {
  it('has the names, shapes and order of the file, and moves no data', () => {
    const graph = readOnnx(fixture);
    validateGraph(graph);
    expect(graph).toMatchObject({ format: 'onnx', input: 'input', output: 'output', logits: 'output', inputShape: [32, 24, 3] });
    expect(graph.nodes.map((entry) => entry.operation.op)).not.toContain('transpose');
    expect(graph.nodes.find((entry) => entry.id === '/0/0.12/MaxPool_output_0')?.outputShape).toEqual([4, 3, 20]);
    expect(graph.nodes.find((entry) => entry.id === '/1/Flatten_output_0')?.operation.op).toBe('flatten');
  });

  it('turns NHWC files and SiLU, HardSwish and GELU patterns into single operations', () => {
    const operationsOf = (name: string): readonly string[] => readOnnx(writeModel(operatorCases[name] as TestModel)).nodes
      .map(({ operation }) => (operation.op === 'activation' ? operation.activation.kind : operation.op));
    expect(operationsOf('NHWC file')).not.toContain('transpose');
    expect(operationsOf('silu').at(-1)).toBe('silu');
    expect(operationsOf('hard swish in two').at(-1)).toBe('hard-swish');
    expect(operationsOf('gelu with erf').at(-1)).toBe('gelu');
    expect(operationsOf('gelu with erf, half first').at(-1)).toBe('gelu');
  });

  it('takes the input of a final softmax as logits', () => {
    const nodes = [node('GlobalAveragePool', ['x'], 'g'), node('Flatten', ['g'], 'f'), node('Softmax', ['f'])];
    expect(readOnnx(small({ nodes }))).toMatchObject({ output: 'y', logits: 'f' });
  });

  it('reads half floats and external data as the same numbers as raw ones', () => {
    const weight = drawTensor([4, 3, 3, 3], 1);
    const nodes = [node('Conv', ['x', 'w'])];
    const kernelOf = (bytes: Uint8Array, external = new Map<string, Uint8Array>()): readonly number[] =>
      Array.from(readOnnx(bytes, external).nodes.at(-1)?.weights.kernel?.values ?? []);
    const raw = kernelOf(small({ nodes, constants: { w: weight } }));
    expect(raw.length).toBe(108);
    expect(kernelOf(small({ nodes, constants: { w: { ...weight, how: 'float16' } } }))).toEqual(raw);
    const outside = small({ nodes, constants: { w: { ...weight, how: 'external' } } });
    const data = new Uint8Array(16 + 432);
    data.set(new Uint8Array(Float32Array.from(weight.values).buffer), 16);
    expect(listOnnxExternalFiles(outside)).toEqual([externalFile]);
    expect(kernelOf(outside, new Map([[externalFile, data]]))).toEqual(raw);
    expect(errorOf(() => readOnnx(outside))).toMatchObject({ code: 'format-malformed', detail: expect.stringContaining(externalFile) as string });
    expect(errorOf(() => readOnnx(outside, new Map([[externalFile, data.subarray(0, 100)]]))).code).toBe('format-malformed');
  });

  it('leaves out what the output does not need', () => {
    const nodes = [{ op: 'FooBarNorm', inputs: ['x'], outputs: ['unused'] }, relu];
    expect(readOnnx(small({ nodes })).nodes.map((entry) => entry.id)).toEqual(['x', 'y']);
  });

  it('takes a size where the file leaves it open', () => {
    const bytes = small({ input: [null, 3, null, null] });
    expect(readOnnxFile(bytes, undefined, { height: 12, width: 10 })).toMatchObject({ graph: { inputShape: [12, 10, 3] }, sizeIsOpen: true });
    expect(readOnnx(bytes).inputShape).toEqual([224, 224, 3]);
    expect(readOnnxFile(small({})).sizeIsOpen).toBe(false);
    expect(errorOf(() => readOnnx(small({ input: [null, null, 8, 8] })))).toMatchObject({ code: 'input-unsupported', detail: expect.stringContaining('no fixed number of channels') as string });
  });
});

describe('a file that cannot be read', () => {
  const broken: Readonly<Record<string, readonly [bytes: Uint8Array, code: string, word: string]>> = {
    'empty': [new Uint8Array(), 'format-malformed', 'graph'],
    'text': [new TextEncoder().encode('<!doctype html><title>Not found</title>'), 'format-malformed', 'ONNX'],
    'cut at 60 %': [fixture.subarray(0, Math.floor(fixture.length * 0.6)), 'format-malformed', 'cut short'],
    'an unknown operator': [small({ nodes: [node('FooBarNorm', ['x'])] }), 'op-unsupported', "'FooBarNorm' of node 'node of y'; supported: Add"],
    'another operator set': [small({ nodes: [{ ...relu, domain: 'com.example' }] }), 'op-unsupported', 'com.example'],
    'an old operator set': [small({ opset: 6 }), 'op-unsupported', 'operator set 6'],
    'two inputs': [small({ moreInputs: ['z'], nodes: [node('Add', ['x', 'z'])] }), 'input-unsupported', "'z' float"],
    'an input of words': [small({ inputType: 7 }), 'input-unsupported', "'x' int64"],
    'an input that is a vector': [small({ input: [1, 16] }), 'input-unsupported', '[1, 16]'],
    'a missing tensor': [small({ nodes: [node('Add', ['x', 'nowhere'])] }), 'format-malformed', "'nowhere'"],
    'a cycle': [small({ nodes: [node('Add', ['x', 'b'], 'a'), node('Relu', ['a'], 'b'), node('Relu', ['b'])] }), 'format-malformed', "'b'"],
    'two values of one name': [small({ nodes: [relu, relu] }), 'format-malformed', "'y'"],
    'a weight that does not fit': [small({ nodes: [node('Conv', ['x', 'w'])], constants: { w: drawTensor([2, 5, 3, 3], 1) } }), 'format-malformed', '3 channels'],
    'a weight of a billion numbers': [small({ nodes: [node('Conv', ['x', 'w'])], constants: { w: { dims: [1000, 1000, 1000, 1], values: [] } } }), 'format-too-large', "'w'"],
    'a weight cut short': [small({ nodes: [node('Conv', ['x', 'w'])], constants: { w: { dims: [2, 3, 3, 3], values: [1] } } }), 'format-malformed', "'w'"],
    'a negative size': [small({ nodes: [node('Conv', ['x', 'w'])], constants: { w: { dims: [-2, 3, 3, 3], values: [] } } }), 'format-malformed', "'w'"],
    'a constant made to fill the memory': [small({ nodes: [node('ConstantOfShape', ['s'], 'c'), node('Add', ['x', 'c'])], constants: { s: wholes(1, 3, 8000, 8000) } }), 'format-too-large', 'c'],
    'a constant repeated to fill the memory': [small({ nodes: [node('Expand', ['v', 's'], 'c'), node('Add', ['x', 'c'])], constants: { v: scalar(1), s: wholes(1, 3, 8000, 8000) } }), 'format-too-large', 'c'],
    'padding of a billion': [small({ nodes: [node('Conv', ['x', 'w'], 'y', { pads: [1e9, 0, 1e9, 0], dilations: [1e9, 1] })], constants: { w: drawTensor([2, 3, 3, 3], 1) } }), 'format-too-large', 'Conv'],
    'a picture of a billion': [small({ input: [1, 3, 100000, 100000] }), 'format-too-large', 'x'],
    'a resize that cannot be done exactly': [small({ nodes: [node('Resize', ['x', '', 's'], 'y', { mode: 'linear' })], constants: { s: { dims: [4], values: [1, 1, 1.3, 1] } } }), 'op-unsupported', 'half_pixel'],
    'a computed weight': [small({ nodes: [node('Conv', ['x', 'x'])] }), 'op-unsupported', "'x'"],
    'limits the wrong way round': [small({ nodes: [node('Clip', ['x', 'a', 'b'])], constants: { a: scalar(3), b: scalar(1) } }), 'format-malformed', 'limits 3 and 1'],
    'an output across the batch': [small({ nodes: [node('Transpose', ['x'])] }), 'graph-unsupported', 'batch'],
    'a cast that cuts off fractions': [small({ nodes: [node('Cast', ['x'], 'y', { to: 7 })] }), 'op-unsupported', 'int64'],
    'half a GELU': [small({ nodes: [node('Erf', ['x'])] }), 'op-unsupported', 'GELU'],
    'a loop': [small({ nodes: [node('Loop', ['', '', 'x'])] }), 'op-unsupported', 'Loop'],
    'a reshape to nothing': [small({ nodes: [node('Reshape', ['x', 's'])], constants: { s: wholes(-1, 0, -7) } }), 'format-malformed', 'cannot become'],
  };

  it.each(Object.entries(broken))('%s is refused with its code', (_, [bytes, code, word]) => {
    const error = errorOf(() => readOnnx(bytes));
    expect([error.code, error.detail]).toEqual([code, expect.stringContaining(word)]);
  });

  it.each(['../secrets.bin', '/etc/passwd', 'a\\b', 'http://example.org/w'])('external data at %s is not looked for', (location) => {
    const nodes = [node('Conv', ['x', 'w'])];
    const bytes = small({ nodes, constants: { w: { ...drawTensor([1, 3, 1, 1], 1), how: 'external' } } });
    // The location is 11 letters long in the file; the longer ones are cut, which keeps what is wrong with them.
    const wrong = new TextEncoder().encode(location.padEnd(externalFile.length, 'x').slice(0, externalFile.length));
    const at = Buffer.from(bytes).indexOf(externalFile);
    bytes.set(wrong, at);
    expect(errorOf(() => listOnnxExternalFiles(bytes)).code).toBe('format-malformed');
    expect(errorOf(() => readOnnx(bytes, new Map([[location, new Uint8Array(100)]]))).code).toBe('format-malformed');
  });

  it('takes names like __proto__ for names', () => {
    const nodes = [node('Add', ['x', 'constructor'], '__proto__', { toString: 1 }), node('Relu', ['__proto__'])];
    expect(readOnnx(small({ nodes, constants: { constructor: scalar(1) } })).nodes.map((entry) => entry.id)).toEqual(['x', '__proto__', 'y']);
    expect(errorOf(() => readOnnx(small({ nodes: [node('hasOwnProperty', ['x'])] }))).code).toBe('op-unsupported');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('files with faults drawn by lot', () => {
  // More on demand: FUZZ_ROUNDS=100000 npx vitest run src/formats/onnx.test.ts
  const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 1000);
  const hostile = [0, -1, 1, 2, 3, 7, 255, 65_536, 1e9, 2 ** 31, 2 ** 40, -(2 ** 62)];
  const models = Object.values(operatorCases);
  const files = [...models.map(writeModel), fixture];
  let state = 20_260_101;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };

  function changeBytes(): Uint8Array {
    const source = files[draw(files.length)] ?? fixture;
    const bytes = source.slice();
    // Names and structure are at the front of these files; weights follow.
    const reach = draw(3) === 0 ? bytes.length : Math.min(bytes.length, 400);
    for (let change = draw(3); change >= 0; change -= 1) bytes[draw(reach)] = draw(2) === 0 ? draw(256) : (bytes[draw(reach)] ?? 0) ^ (1 << draw(8));
    return draw(8) === 0 ? bytes.slice(0, draw(bytes.length)) : bytes;
  }

  /** Sound protobuf with one number, name or operator that makes no sense. */
  function changeMeaning(): Uint8Array {
    const model = structuredClone(models[draw(models.length)] ?? { opset: 17, input: [1, 3, 8, 8], nodes: [relu] }) as {
      -readonly [Key in keyof TestModel]: TestModel[Key] };
    const one = <Item>(list: readonly Item[]): Item | undefined => list[draw(list.length)];
    const number = one(hostile) ?? 0;
    const target = one(model.nodes) as { op: string; inputs: string[]; attributes?: Record<string, number | number[]> } | undefined;
    const [name, constant] = one(Object.entries(model.constants ?? {})) ?? [];
    switch (draw(6)) {
      case 0: if (target?.attributes !== undefined) {
        const key = one(Object.keys(target.attributes)) ?? 'axis';
        const old = target.attributes[key];
        target.attributes[key] = Array.isArray(old) ? old.map((value, index) => (index === draw(old.length) ? number : value)) : number;
      } break;
      case 1: if (constant !== undefined) (constant.values as number[])[draw(constant.values.length)] = number; break;
      case 2: if (constant !== undefined) (constant.dims as number[])[draw(constant.dims.length)] = number; break;
      case 3: if (target !== undefined) target.inputs[draw(target.inputs.length)] = one([name ?? 'x', 'x', 'y', '']) ?? 'x'; break;
      case 4: if (target !== undefined) target.op = one(models.flatMap((entry) => entry.nodes))?.op ?? 'Relu'; break;
      default: model.input = model.input.map((size, axis) => (axis > 0 && draw(3) === 0 ? Math.max(number, 1) : size));
    }
    model.opset = draw(3) === 0 ? 7 + draw(16) : model.opset;
    return writeModel(model);
  }

  it(`is an AppError or a whole graph, ${rounds} times`, { timeout: 3_600_000 }, () => {
    const codes = new Map<string, number>();
    for (let round = 0; round < rounds; round += 1) {
      const bytes = round % 2 === 0 ? changeBytes() : changeMeaning();
      let code = 'read';
      try {
        validateGraph(readOnnx(bytes));
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code === 'internal') throw new Error(`round ${round}`, { cause: thrown });
        code = thrown.code;
      }
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    // Every outcome must occur, else the test would say nothing.
    expect([...codes.keys()].sort()).toEqual(['format-malformed', 'format-too-large', 'graph-unsupported', 'input-unsupported', 'op-unsupported', 'read']);
  });
});
