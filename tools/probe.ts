import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { AppError, toErrorReport } from '../src/contract/errors';
import type { Executor } from '../src/engine/executor.interface';
import type { ExplanationParameters, ExplanationRequest } from '../src/explain/explanation';
import { readNetwork } from '../src/formats/read-network';
import type { NetworkGraph } from '../src/graph/network-graph';
import { readNpy, writeNpy } from './npy';
import { readOptions, UsageError, type ProbeOptions } from './probe-options';
import { nameActivationFiles } from './safe-names';

/*
 * Runs a network from a file, in Node, and writes what it computes as .npy files: the command that other programs (and our
 * conformance checks) ask for numbers. Exit code 2 and one line on stderr when a file cannot be used. tfjs is loaded only
 * once a network was read, so that a bad file is answered at once.
 */

async function readInputFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    throw new AppError('network-missing', `${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, false, { cause: thrown });
  }
}

async function loadGraph(path: string): Promise<NetworkGraph> {
  const isFolder = await stat(path).then((found) => found.isDirectory(), () => false);
  const file = isFolder ? join(path, 'model.json') : path;
  return readNetwork({ name: basename(file), bytes: await readInputFile(file), readBeside: (beside) => readInputFile(join(dirname(file), beside)) });
}

async function loadTensor(path: string): Promise<Tensor4D> {
  const bytes = await readInputFile(path);
  try {
    const { shape, values } = readNpy(bytes);
    const [n = 0, h = 0, w = 0, c = 0] = shape;
    if (shape.length !== 4) throw new Error(`shape (${shape.join(', ')}), [n, h, w, c] is needed`);
    const { tensor4d } = await import('@tensorflow/tfjs-core');
    return tensor4d(values, [n, h, w, c]);
  } catch (thrown) {
    throw new AppError('input-mismatch', `${basename(path)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, false, { cause: thrown });
  }
}

/** Settings by their own names; `align_corners` and `alignCorners` are the same. */
function readParameters(params: Readonly<Record<string, unknown>>): ExplanationParameters {
  return Object.fromEntries(Object.entries(params).flatMap(([name, value]) => {
    if (givenTensors.includes(name) && typeof value === 'string' && value.endsWith('.npy')) return [];
    const plain = typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
    if (!plain && !(Array.isArray(value) && value.every((entry) => typeof entry === 'number'))) {
      throw new UsageError(`--params: ${name} is no number, text, yes or no, or list of numbers`);
    }
    return [[name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value as number]];
  }));
}

const givenTensors: readonly string[] = ['noise', 'baseline'];

/** Arrays that lie beside the input: `"noise": "noise.npy"`. */
async function readGiven(params: Readonly<Record<string, unknown>>, folder: string): Promise<NonNullable<ExplanationRequest['given']>> {
  const given: Record<string, Tensor4D> = {};
  for (const name of givenTensors) {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (typeof value === 'string' && value.endsWith('.npy')) given[name] = await loadTensor(resolve(folder, value));
  }
  return given;
}

class Writer {
  // No prototype: a layer may have any name.
  readonly files: Record<string, string> = Object.create(null) as Record<string, string>;

  constructor(private readonly folder: string) {}

  async array(key: string, path: string, value: { readonly shape: readonly number[]; data(): Promise<ArrayLike<number>> }): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), writeNpy(value.shape, Float32Array.from(await value.data())));
    this.files[key] = path;
  }

  alias(name: string, key: string): void {
    const path = this.files[key];
    if (path !== undefined) this.files[name] = path;
  }
}

function chooseLayers(graph: NetworkGraph, asked: ProbeOptions['activations']): readonly string[] {
  if (asked === 'all') return graph.nodes.map((node) => node.id);
  const known = new Set(graph.nodes.map((node) => node.id));
  return asked.map((name) => {
    if (known.has(name)) return name;
    // A nested layer may be asked for by its own name where that is unique.
    const inner = graph.nodes.filter((node) => node.id.endsWith(`/${name}`));
    if (inner.length !== 1 || inner[0] === undefined) throw new AppError('layer-unknown', `'${name}'`);
    return inner[0].id;
  });
}

async function explain(executor: Executor, input: Tensor4D, options: ProbeOptions, writer: Writer): Promise<void> {
  const { method } = options;
  if (method === null || options.input === null) return;
  const layer = method.layer === null ? null : chooseLayers(executor.graph, [method.layer])[0] ?? null;
  const target = method.target.kind === 'unit' ? { ...method.target, layer: chooseLayers(executor.graph, [method.target.layer])[0] ?? '' } : method.target;
  const given = await readGiven(method.params, dirname(options.input));
  const parameters = readParameters(method.params);
  const { findExplanation } = await import('../src/explain/registry');
  const steps = findExplanation(method.id).run({ executor, input, target, layer, parameters, given });
  for (;;) {
    const { done, value } = await steps.next();
    if (done !== true) continue;
    await writer.array('attribution', 'attribution.npy', value.map);
    return;
  }
}

async function probe(options: ProbeOptions): Promise<void> {
  const graph = await loadGraph(options.network);
  await mkdir(options.out, { recursive: true });
  const writer = new Writer(options.out);
  if (options.input !== null) {
    const { startBackend } = await import('../src/engine/backend');
    const { createExecutor } = await import('../src/engine/executor');
    const wasmPath = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/');
    await startBackend({ choice: 'wasm', wasmPath });
    const input = await loadTensor(options.input);
    const executor = createExecutor(graph);
    const layers = chooseLayers(graph, options.activations);
    const activations = executor.forward(input, { mode: 'inspect', taps: new Set(layers) });
    const names = nameActivationFiles(layers);
    for (const layer of layers) await writer.array(layer, names.get(layer) ?? '', activations.get(layer));
    // A nested layer that was asked for by its short name is found by that name too.
    if (options.activations !== 'all') options.activations.forEach((asked, index) => writer.alias(asked, layers[index] ?? asked));
    // After the layers: one of them may be called 'logits' too.
    await writer.array('logits', 'logits.npy', activations.logits);
    activations.dispose();
    await explain(executor, input, options, writer);
  }
  const report = {
    format: graph.format, input: [...graph.inputShape], logits: graph.logits,
    layers: graph.nodes.map((node) => ({ name: node.id, op: node.operation.op === 'activation' ? node.operation.activation.kind : node.operation.op, shape: node.outputShape })),
    files: writer.files,
  };
  await writeFile(join(options.out, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
}

function describe(thrown: unknown): string {
  if (thrown instanceof UsageError) return thrown.message;
  const { code, detail } = toErrorReport(thrown);
  return `${code}: ${detail}`;
}

try {
  await probe(readOptions(process.argv.slice(2)));
} catch (thrown) {
  process.stderr.write(`${describe(thrown).replace(/\s+/g, ' ')}\n`);
  process.exitCode = 2;
}
