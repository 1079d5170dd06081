import { memory, tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { startBackend } from '../../../src/engine/backend';
import { createExecutor } from '../../../src/engine/executor';
import { readAsync } from '../../../src/engine/readback';
import type { ExplanationParameters } from '../../../src/explain/explanation';
import { findExplanation } from '../../../src/explain/registry';
import { readNetwork } from '../../../src/formats/read-network';
import type { NetworkGraph } from '../../../src/graph/network-graph';
import { readNpy } from '../../../tools/npy';
import { buildRandomNetwork, drawInput, type NetworkShape } from '../../conformance/random-network';

export interface AskedMap {
  readonly method: string;
  readonly target: number;
  readonly layer: string | null;
  readonly parameters: ExplanationParameters;
  /** File of the noise, beside the case. */
  readonly noise?: string;
  readonly expected: readonly number[];
  readonly atol: number;
  readonly rtol: number;
}

export type AskedNetwork = { readonly kind: 'file'; readonly folder: string; readonly network: string; readonly input: string } | { readonly kind: 'random'; readonly shape: NetworkShape };

export interface MapReport {
  /** Method and layer, and how many times the tolerance its worst value is away; at most 1 is right. */
  readonly worst: readonly (readonly [name: string, ratio: number])[];
  readonly leakedTensors: number;
}

async function load(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function loadTensor(address: string): Promise<Tensor4D> {
  const { shape, values } = readNpy(await load(address));
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  return tensor4d(values, [n, h, w, c]);
}

async function open(asked: AskedNetwork): Promise<{ readonly graph: NetworkGraph; readonly input: Tensor4D }> {
  if (asked.kind === 'random') {
    const graph = buildRandomNetwork(asked.shape);
    return { graph, input: drawInput(graph, asked.shape.seed) };
  }
  const graph = await readNetwork({ name: asked.network, bytes: await load(asked.folder + asked.network), readBeside: (path) => load(asked.folder + path) });
  return { graph, input: await loadTensor(asked.folder + asked.input) };
}

function worstOf(found: Float32Array, { expected, atol, rtol }: AskedMap): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((worst, want, at) => {
    const ratio = Math.abs((found[at] ?? Number.NaN) - want) / (atol + rtol * Math.abs(want));
    return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : Math.max(worst, ratio);
  }, 0);
}

/** Runs methods on WebGPU and compares their maps with numbers from elsewhere. */
export async function compareMaps(asked: AskedNetwork, maps: readonly AskedMap[]): Promise<MapReport> {
  const { device } = await startBackend({ choice: 'webgpu', wasmPath: '/' });
  try {
    const before = memory().numTensors;
    const { graph, input } = await open(asked);
    const executor = createExecutor(graph);
    const worst: (readonly [string, number])[] = [];
    for (const map of maps) {
      const noise = map.noise === undefined || asked.kind !== 'file' ? null : await loadTensor(asked.folder + map.noise);
      const job = findExplanation(map.method).run({
        executor, input, target: { kind: 'class', index: map.target }, layer: map.layer, parameters: map.parameters, ...(noise === null ? {} : { given: { noise } }),
        picturesPerPass: 4,
      });
      let step = await job.next();
      while (step.done !== true) step = await job.next();
      worst.push([`${map.method} ${map.layer ?? ''}`, worstOf(await readAsync(step.value.map), map)]);
      step.value.map.dispose();
      noise?.dispose();
    }
    input.dispose();
    executor.dispose();
    return { worst, leakedTensors: memory().numTensors - before };
  } finally {
    device?.destroy();
  }
}
