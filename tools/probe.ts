import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { AppError, toErrorReport } from '../src/contract/errors';
import type { JobNote } from '../src/contract/jobs';
import type { Executor } from '../src/engine/executor.interface';
import type { Explanation } from '../src/explain/explanation';
import type { ScoreTarget } from '../src/explain/score-target';
import { readNpy } from '../src/formats/numpy';
import { readNetwork } from '../src/formats/read-network';
import type { NetworkGraph } from '../src/graph/network-graph';
import { readOptions, UsageError, type ProbeOptions } from './probe-options';
import { ProbeOutput } from './probe-output';
import type { ProbeParameters } from './probe-parameters';
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

/** The array of a `.npy` file as network input. @throws AppError 'input-mismatch' for another number of axes, no picture at all, or values that are no numbers */
async function readPicture(path: string): Promise<{ readonly shape: readonly [number, number, number, number]; readonly values: Float32Array }> {
  const name = basename(path);
  const { shape, values } = readNpy(name, await readInputFile(path));
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  if (shape.length !== 4 || shape.includes(0)) throw new AppError('input-mismatch', `${name}: shape (${shape.join(', ')}), [n, h, w, c] is needed`);
  // A kernel that clamps would make a plausible number of it.
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new AppError('input-mismatch', `${name}: value ${odd} is ${String(values[odd])}`);
  return { shape: [n, h, w, c], values };
}

/** Once the backend runs: tfjs asks for one to make a tensor. */
async function makeTensor({ shape, values }: Awaited<ReturnType<typeof readPicture>>): Promise<Tensor4D> {
  const { tensor4d } = await import('@tensorflow/tfjs-core');
  return tensor4d(values, [...shape]);
}

function chooseLayers(graph: NetworkGraph, asked: ProbeOptions['activations']): readonly string[] {
  if (asked === 'all') return graph.nodes.map((node) => node.id);
  const known = new Set(graph.nodes.map((node) => node.id));
  return [...new Set(asked.map((name) => {
    if (known.has(name)) return name;
    // A nested layer may be asked for by its own name where that is unique.
    const inner = graph.nodes.filter((node) => node.id.endsWith(`/${name}`));
    if (inner.length !== 1 || inner[0] === undefined) throw new AppError('layer-unknown', `'${name}'`);
    return inner[0].id;
  }))];
}

/** The method with its settings read, before anything is computed. */
async function prepareExplanation(graph: NetworkGraph, asked: NonNullable<ProbeOptions['method']>): Promise<{
  readonly method: Explanation; readonly target: ScoreTarget; readonly layer: string | null; readonly settings: ProbeParameters;
}> {
  const { explanations, findExplanation } = await import('../src/explain/registry');
  const { readParameters } = await import('./probe-parameters');
  const method = findExplanation(asked.id);
  const settings = readParameters(asked.params, method, explanations);
  const layer = asked.layer === null ? null : chooseLayers(graph, [asked.layer])[0] ?? null;
  const target = asked.target.kind === 'unit' ? { ...asked.target, layer: chooseLayers(graph, [asked.target.layer])[0] ?? '' } : asked.target;
  const refused = method.supports(graph, target);
  if (refused !== null) throw new AppError('explain-unsupported', refused);
  return { method, target, layer, settings };
}

/** What the report says of a map: the layer that decided it, what was explained, how exact it is. */
interface ExplainedFacts {
  readonly method: string;
  readonly layer: string | null;
  readonly scores: readonly number[];
  readonly note: JobNote;
}

async function explain(
  executor: Executor, input: Tensor4D, folder: string, { method, target, layer, settings }: Awaited<ReturnType<typeof prepareExplanation>>, output: ProbeOutput,
): Promise<ExplainedFacts> {
  const { readArrays } = await import('./probe-parameters');
  const given = await readArrays(settings.arrays, async (path) => makeTensor(await readPicture(resolve(folder, path))));
  const steps = method.run({ executor, input, target, layer, parameters: settings.parameters, given });
  for (;;) {
    const { done, value } = await steps.next();
    if (done !== true) continue;
    await output.array('attribution', 'attribution.npy', value.map);
    return { method: method.id, layer: value.layer, scores: [...value.scores], note: value.note };
  }
}

async function compute(graph: NetworkGraph, inputPath: string, options: ProbeOptions, output: ProbeOutput): Promise<{ readonly ignored: readonly string[]; readonly explained: ExplainedFacts | null }> {
  const layers = chooseLayers(graph, options.activations);
  const explanation = options.method === null ? null : await prepareExplanation(graph, options.method);
  const picture = await readPicture(inputPath);
  const { startBackend } = await import('../src/engine/backend');
  const { createExecutor } = await import('../src/engine/executor');
  const wasmPath = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/');
  await startBackend({ choice: 'wasm', wasmPath });
  const executor = createExecutor(graph);
  const input = await makeTensor(picture);
  const activations = executor.forward(input, { mode: 'inspect', taps: new Set(layers) });
  const names = nameActivationFiles(layers);
  for (const layer of layers) await output.array(layer, names.get(layer) ?? '', activations.get(layer));
  // A nested layer that was asked for by its short name is found by that name too.
  if (options.activations !== 'all') for (const asked of options.activations) output.alias(asked, chooseLayers(graph, [asked])[0] ?? asked);
  // After the layers: one of them may be called 'logits' too.
  await output.array('logits', 'logits.npy', activations.logits);
  activations.dispose();
  const explained = explanation === null ? null : await explain(executor, input, dirname(inputPath), explanation, output);
  return { ignored: explanation?.settings.ignored ?? [], explained };
}

async function probe(options: ProbeOptions): Promise<void> {
  const graph = await loadGraph(options.network);
  const output = await ProbeOutput.open(options.out);
  try {
    const { ignored, explained } = options.input === null ? { ignored: [], explained: null } : await compute(graph, options.input, options, output);
    await output.finish({
      format: graph.format, input: [...graph.inputShape], logits: graph.logits,
      layers: graph.nodes.map((node) => ({ name: node.id, op: node.operation.op === 'activation' ? node.operation.activation.kind : node.operation.op, shape: node.outputShape })),
      ...(explained === null ? {} : { explained }), ...(ignored.length === 0 ? {} : { ignored }),
    });
  } catch (thrown) {
    await output.discard();
    throw thrown;
  }
}

function describe(thrown: unknown): string {
  if (thrown instanceof UsageError) return thrown.message.startsWith('usage: ') ? thrown.message : `usage: ${thrown.message}`;
  const { code, detail } = toErrorReport(thrown);
  return `${code}: ${detail}`;
}

try {
  await probe(readOptions(process.argv.slice(2)));
} catch (thrown) {
  process.stderr.write(`${describe(thrown).replace(/\s+/g, ' ')}\n`);
  process.exitCode = 2;
}
