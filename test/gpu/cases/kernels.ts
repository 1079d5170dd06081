import { dispose, memory, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { startBackend } from '../../../src/engine/backend';
import type { BackwardRule } from '../../../src/engine/executor.interface';
import { kernelOf } from '../../../src/engine/kernels/registry';
import { readAsync } from '../../../src/engine/readback';
import { WeightStore } from '../../../src/engine/weight-store';
import type { GraphNode, WeightArray } from '../../../src/graph/network-graph';
import type { Operation } from '../../../src/graph/ops';

interface Packed { readonly shape: readonly number[]; readonly values: readonly number[] }
export interface KernelCase {
  readonly name: string; readonly operation: Operation; readonly inputs: readonly Packed[]; readonly weights: Readonly<Record<string, Packed>>;
  readonly output: Packed; readonly upstream: Packed; readonly gradients: readonly Packed[]; readonly relevanceEpsilon?: Packed & { readonly epsilon: number };
}

export interface KernelReport {
  readonly cases: number;
  /** `case: what: worst difference`, for everything outside the tolerance or thrown. */
  readonly failures: readonly string[];
  readonly leakedTensors: number;
}

const upload = ({ shape, values }: Packed): Tensor => tensor(Float32Array.from(values), [...shape], 'float32');

function worstOf(actual: Float32Array, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((worst, want, index) => {
    const ratio = Math.abs((actual[index] ?? Number.NaN) - want) / (1e-4 + 1e-4 * Math.abs(want));
    return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : Math.max(worst, ratio);
  }, 0);
}

async function runCase(kernelCase: KernelCase, rule: BackwardRule, gradients: readonly Packed[]): Promise<readonly string[]> {
  const { operation } = kernelCase;
  const weights: Record<string, WeightArray> = {};
  for (const [role, packed] of Object.entries(kernelCase.weights)) weights[role] = { shape: packed.shape, values: Float32Array.from(packed.values) };
  const node: GraphNode = { id: kernelCase.name, operation, inputs: [], weights, outputShape: kernelCase.output.shape.slice(1) };
  const store = new WeightStore();
  const inputs = kernelCase.inputs.map(upload);
  const upstream = upload(kernelCase.upstream);
  const held: Tensor[] = [...inputs, upstream];
  const failures: string[] = [];
  try {
    const kernel = kernelOf(operation);
    const output = kernel.forward({ operation, inputs, weights: store.of(node, null), activation: null, outputShape: node.outputShape });
    held.push(output);
    const worst = worstOf(await readAsync(output), kernelCase.output.values);
    if (worst > 1) failures.push(`${kernelCase.name}: value: ${worst.toFixed(1)} times the tolerance`);
    const found = kernel.backward({ operation, rule, upstream, inputs, output, weights: store.of(node, null), wants: inputs.map(() => true) });
    for (const gradient of found) if (gradient !== null) held.push(gradient);
    for (const [index, expected] of gradients.entries()) {
      const gradient = found[index];
      const difference = gradient === null || gradient === undefined ? Number.POSITIVE_INFINITY : worstOf(await readAsync(gradient), expected.values);
      if (difference > 1) failures.push(`${kernelCase.name}: ${rule.kind} of input ${index}: ${difference.toFixed(1)} times the tolerance`);
    }
  } catch (thrown) {
    failures.push(`${kernelCase.name}: ${rule.kind}: ${String(thrown)}`);
  } finally {
    store.dispose();
    dispose(held);
  }
  return failures;
}

/** Kernel cases of test/fixtures/kernels on WebGPU. */
export async function checkKernels(cases: readonly KernelCase[]): Promise<KernelReport> {
  const { device } = await startBackend({ choice: 'webgpu', wasmPath: '/' });
  const failures: string[] = [];
  device?.addEventListener('uncapturederror', ({ error }) => failures.push(`uncaptured: ${error.message}`));
  const before = memory().numTensors;
  for (const kernelCase of cases) {
    failures.push(...await runCase(kernelCase, { kind: 'gradient' }, kernelCase.gradients));
    const { relevanceEpsilon } = kernelCase;
    if (relevanceEpsilon !== undefined) failures.push(...await runCase(kernelCase, { kind: 'lrp-epsilon', epsilon: relevanceEpsilon.epsilon }, [relevanceEpsilon]));
  }
  return { cases: cases.length, failures, leakedTensors: memory().numTensors - before };
}
