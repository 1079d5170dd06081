import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dispose, memory, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BackwardRule } from '../../src/engine/executor.interface';
import { borrowNativeKernels, createNativeKernels, useNativeKernels } from '../../src/engine/native/native-kernels';
import { kernelOf } from '../../src/engine/kernels/registry';
import { WeightStore } from '../../src/engine/weight-store';
import type { GraphNode, WeightArray } from '../../src/graph/network-graph';
import type { Operation } from '../../src/graph/ops';
import { inferShape } from '../../src/graph/shapes';
import { expectClose } from './closeness';
import { startWasm } from './wasm-in-node';

interface Packed { readonly shape: readonly number[]; readonly values: readonly number[] }
interface KernelCase {
  readonly name: string;
  readonly operation: Operation;
  readonly inputs: readonly Packed[];
  readonly weights: Readonly<Record<string, Packed>>;
  readonly output: Packed;
  readonly upstream: Packed;
  readonly gradients: readonly Packed[];
  readonly relevanceEpsilon?: Packed & { readonly epsilon: number };
  readonly relevanceAlpha1Beta0?: Packed;
}

const tolerance = { atol: 2e-5, rtol: 2e-5 };

function readCases(file: string): readonly KernelCase[] {
  const path = fileURLToPath(new URL(`../fixtures/kernels/${file}.json`, import.meta.url));
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: KernelCase[] }).cases;
}

function upload({ shape, values }: Packed): Tensor {
  return tensor(Float32Array.from(values), [...shape], 'float32');
}

/** Runs one case; every tensor it made is freed again. */
function run(kernelCase: KernelCase, rule: BackwardRule): { output: Float32Array; outputShape: number[]; gradients: Float32Array[] } {
  const { operation } = kernelCase;
  const weights: Record<string, WeightArray> = {};
  for (const [role, packed] of Object.entries(kernelCase.weights)) weights[role] = { shape: packed.shape, values: Float32Array.from(packed.values) };
  const node: GraphNode = {
    id: kernelCase.name, operation, inputs: [], weights,
    outputShape: inferShape(operation, kernelCase.inputs.map((input) => input.shape.slice(1)), weights, kernelCase.name),
  };
  const store = new WeightStore();
  const before = memory().numTensors;
  const inputs = kernelCase.inputs.map(upload);
  const upstream = upload(kernelCase.upstream);
  const kernel = kernelOf(operation);
  const output = kernel.forward({ operation, inputs, weights: store.of(node, null), activation: null, outputShape: node.outputShape });
  const gradients = kernel.backward({
    operation, rule, upstream, inputs, output, weights: store.of(node, null), wants: inputs.map(() => true),
  });
  const result = {
    output: output.dataSync().slice() as Float32Array, outputShape: output.shape,
    gradients: gradients.map((gradient) => gradient?.dataSync().slice() as Float32Array),
  };
  expect(gradients.map((gradient) => gradient?.shape)).toEqual(inputs.map((input) => input.shape));
  store.dispose();
  dispose([...inputs, upstream, output, ...gradients.filter((gradient) => gradient !== null)]);
  expect(memory().numTensors, 'leaked tensors').toBe(before);
  return result;
}

describe.each([['linear', 'our own'], ['linear', 'tfjs'], ['other', 'our own'], ['other', 'tfjs']])('kernels against PyTorch: %s, %s', (file, whose) => {
  beforeAll(async () => {
    await startWasm();
    // Whatever the start's measurement chose.
    useNativeKernels(whose === 'tfjs' ? null : await createNativeKernels());
    if ((borrowNativeKernels() === null) !== (whose === 'tfjs')) throw new Error('our own kernels do not run here');
  });

  it.each(readCases(file).map((kernelCase) => [kernelCase.name, kernelCase] as const))('%s', (_, kernelCase) => {
    const result = run(kernelCase, { kind: 'gradient' });
    expect(result.outputShape).toEqual([...kernelCase.output.shape]);
    expectClose(result.output, kernelCase.output.values, tolerance, 'value');
    kernelCase.gradients.forEach((expected, index) => expectClose(result.gradients[index] ?? [], expected.values, tolerance, `gradient of input ${index}`));
    const { relevanceEpsilon, relevanceAlpha1Beta0 } = kernelCase;
    if (relevanceEpsilon !== undefined) {
      const relevance = run(kernelCase, { kind: 'lrp-epsilon', epsilon: relevanceEpsilon.epsilon });
      expectClose(relevance.gradients[0] ?? [], relevanceEpsilon.values, { atol: 2e-4, rtol: 2e-4 }, 'relevance, epsilon rule');
    }
    if (relevanceAlpha1Beta0 !== undefined) {
      const relevance = run(kernelCase, { kind: 'lrp-alpha1-beta0' });
      expectClose(relevance.gradients[0] ?? [], relevanceAlpha1Beta0.values, { atol: 2e-4, rtol: 2e-4 }, 'relevance, alpha-beta rule');
    }
  });
});
