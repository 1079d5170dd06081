import { tensor4d } from '@tensorflow/tfjs-core';
import { startBackend } from '../../../src/engine/backend';
import { createExecutor } from '../../../src/engine/executor';
import { readAsync, viewOnCpu } from '../../../src/engine/readback';
import { readNetworkWithFacts, type NetworkWithFacts } from '../../../src/formats/read-network';
import type { NetworkGraph } from '../../../src/graph/network-graph';
import { readNpy } from '../../../tools/npy';
import { plainName, rewriteNetwork, type RewriteFormat } from '../../conformance/rewrite-network';

export interface Expected {
  /** null: the logits. */
  readonly layer: string | null;
  readonly file: string;
  readonly atol: number;
  readonly rtol: number;
}

export interface NetworkRequest {
  readonly backend: 'webgpu' | 'wasm';
  /** Address of the folder; ends with a slash. */
  readonly folder: string;
  readonly network: string;
  readonly input: string;
  readonly expected: readonly Expected[];
  /** Written anew in this format before it is read. */
  readonly rewrite?: RewriteFormat;
}

export interface NetworkReport {
  readonly backend: string;
  readonly format: string;
  /** For each expected array: how many times the tolerance the worst value is away; at most 1 is right, NaN is not. */
  readonly worst: readonly number[];
  /** Largest absolute value of each expected array: zeros would prove nothing. */
  readonly largest: readonly number[];
}

async function load(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The same network by way of another format. */
async function readRewritten(graph: NetworkGraph, format: RewriteFormat): Promise<NetworkWithFacts> {
  const { name, bytes, beside } = rewriteNetwork(graph, format);
  return readNetworkWithFacts({ name, bytes, readBeside: (path) => {
    const found = beside.get(path);
    return found === undefined ? Promise.reject(new Error(`${path} is not there`)) : Promise.resolve(found);
  } });
}

/** Reads a network file in the browser and compares its activations with somebody else's, on one tier. */
export async function compareNetwork(request: NetworkRequest): Promise<NetworkReport> {
  const { backend, device } = await startBackend({ choice: request.backend, wasmPath: '/wasm/' });
  try {
    const original = await readNetworkWithFacts({
      name: request.network, bytes: await load(request.folder + request.network), readBeside: (path) => load(request.folder + path),
    });
    const { graph, facts } = request.rewrite === undefined ? original : await readRewritten(original.graph, request.rewrite);
    const nameOf = (layer: string): string => (request.rewrite === undefined ? layer : plainName(layer));
    const executor = createExecutor(graph);
    const { shape, values } = readNpy(await load(request.folder + request.input));
    const [n = 0, height = 0, width = 0, channels = 0] = shape;
    const input = tensor4d(values, [n, height, width, channels]);
    const layers = request.expected.flatMap(({ layer }) => (layer === null ? [] : [nameOf(layer)]));
    const activations = executor.forward(input, { mode: 'inspect', taps: new Set(layers) });
    const worst: number[] = [];
    const largest: number[] = [];
    for (const { layer, file, atol, rtol } of request.expected) {
      const tensor = layer === null ? activations.logits : activations.get(nameOf(layer));
      const found = backend === 'wasm' ? viewOnCpu(tensor).slice() : await readAsync(tensor);
      const reference = readNpy(await load(request.folder + file)).values;
      if (found.length !== reference.length) throw new Error(`${layer ?? 'logits'}: ${found.length} values instead of ${reference.length}`);
      let ratio = 0;
      let peak = 0;
      reference.forEach((value, index) => {
        const apart = Math.abs((found[index] ?? Number.NaN) - value) / (atol + rtol * Math.abs(value));
        // A NaN must not slip through a comparison.
        ratio = apart <= ratio ? ratio : apart;
        peak = Math.max(peak, Math.abs(value));
      });
      worst.push(ratio);
      largest.push(peak);
    }
    activations.dispose();
    input.dispose();
    executor.dispose();
    return { backend, format: facts.format, worst, largest };
  } finally {
    device?.destroy();
  }
}
