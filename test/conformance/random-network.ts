import { tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { drawNormal, drawUniform } from '../../src/explain/random';
import { GraphBuilder } from '../../src/graph/graph-builder';
import type { NetworkGraph, WeightArray } from '../../src/graph/network-graph';
import type { Activation, Padding } from '../../src/graph/ops';
import { noPadding } from '../../src/graph/padding';
import { onePixel } from '../../src/graph/testing.fixture';

export interface NetworkShape {
  readonly seed: number;
  readonly activation: Activation['kind'] | null;
  readonly bias: boolean;
  readonly batchNorm: boolean;
  readonly pool: 'max' | 'average' | null;
  readonly shortcut: boolean;
  readonly head: 'average' | 'flatten';
  readonly channels: number;
  /** A strided first layer with its padding as a step before it, as Keras writes it, from a picture of that size; missing or null: none. */
  readonly stem?: Stem | null;
}

export interface Stem {
  readonly size: readonly [number, number];
  readonly border: Padding;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
}

/** Seeded stems; the map after them is at least 3 x 3. */
export function stems(): fc.Arbitrary<Stem> {
  const pair = (min: number, max: number): fc.Arbitrary<[number, number]> => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
  const border = fc.record({ top: fc.nat(3), bottom: fc.nat(3), left: fc.nat(3), right: fc.nat(3) });
  return fc.record({ size: pair(12, 17), border, kernel: pair(1, 5), strides: pair(1, 3) });
}

/** Seeded descriptions of small networks; `fixed` parts are not drawn. */
export function networkShapes(fixed: Partial<NetworkShape> = {}): fc.Arbitrary<NetworkShape> {
  const drawn = fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }), activation: fc.constantFrom<NetworkShape['activation']>('relu', 'relu6', 'tanh', 'sigmoid', 'silu', 'elu'),
    bias: fc.boolean(), batchNorm: fc.boolean(), pool: fc.constantFrom<NetworkShape['pool']>('max', 'average', null), shortcut: fc.boolean(),
    head: fc.constantFrom<NetworkShape['head']>('average', 'flatten'), channels: fc.constantFrom(1, 3),
  });
  return drawn.map((shape) => ({ ...shape, ...fixed }));
}

function activationOf(kind: Activation['kind']): Activation {
  switch (kind) {
    case 'leaky-relu': return { kind, slope: 0.2 };
    case 'elu': return { kind, alpha: 1 };
    case 'relu': case 'relu6': case 'tanh': case 'sigmoid': case 'silu': return { kind };
    default: throw new Error(`no '${kind}' here`);
  }
}

/** image 6x6 (or a larger one → padding → strided conv → batch norm) → conv → (batch norm) → (activation) → conv (+ shortcut) → (activation) → (pool) → global average or flatten → dense 3. */
export function buildRandomNetwork(shape: NetworkShape): NetworkGraph {
  const normal = drawNormal(drawUniform(shape.seed));
  const weight = (...size: number[]): WeightArray => {
    const fanIn = size.slice(0, -1).reduce((product, side) => product * side, 1);
    return { shape: size, values: Float32Array.from({ length: size.reduce((product, side) => product * side, 1) }, () => normal() * Math.sqrt(2 / fanIn)) };
  };
  const bias = (count: number): { bias?: WeightArray } => (shape.bias ? { bias: { shape: [count], values: Float32Array.from({ length: count }, () => 0.3 * normal()) } } : {});
  const positive = (count: number): WeightArray => ({ shape: [count], values: Float32Array.from({ length: count }, () => 0.5 + Math.abs(normal())) });
  const conv = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: onePixel, groups: 1 } as const;
  const builder = new GraphBuilder('random', 'test');
  const { stem = null } = shape;
  let last = builder.addInput('x', [...stem?.size ?? [6, 6], shape.channels]);
  const activate = (id: string): void => {
    if (shape.activation !== null) last = builder.add(id, { op: 'activation', activation: activationOf(shape.activation) }, [last]);
  };
  if (stem !== null) {
    last = builder.add('stem-pad', { op: 'pad', padding: stem.border, value: 0 }, [last]);
    last = builder.add('stem', { ...conv, strides: stem.strides, padding: noPadding }, [last], { kernel: weight(...stem.kernel, shape.channels, 4), ...bias(4) });
    if (shape.batchNorm) last = builder.add('stem-bn', { op: 'batch-norm', epsilon: 1e-3 }, [last], { gamma: positive(4), variance: positive(4), mean: weight(4) });
    activate('stem-act');
  }
  const [, , read = 1] = builder.shapeOf(last);
  last = builder.add('conv1', conv, [last], { kernel: weight(3, 3, read, 4), ...bias(4) });
  if (shape.batchNorm) {
    last = builder.add('bn1', { op: 'batch-norm', epsilon: 1e-3 }, [last], { gamma: positive(4), variance: positive(4), mean: weight(4), ...(shape.bias ? { beta: weight(4) } : {}) });
  }
  activate('act1');
  const before = last;
  last = builder.add('conv2', conv, [last], { kernel: weight(3, 3, 4, 4), ...bias(4) });
  if (shape.shortcut) last = builder.add('add', { op: 'add' }, [last, before]);
  activate('act2');
  const window = { window: [2, 2], strides: [2, 2], padding: noPadding } as const;
  if (shape.pool === 'max') last = builder.add('pool', { op: 'max-pool', ...window }, [last]);
  if (shape.pool === 'average') last = builder.add('pool', { op: 'average-pool', ...window, countPadding: false }, [last]);
  last = shape.head === 'average' ? builder.add('gap', { op: 'global-average-pool', keepDims: false }, [last]) : builder.add('flat', { op: 'flatten' }, [last]);
  const size = builder.shapeOf(last)[0] ?? 1;
  builder.add('logits', { op: 'dense' }, [last], { kernel: weight(size, 3), ...bias(3) });
  return builder.build('logits');
}

/** A picture of normal noise for a network. Owned by the caller. */
export function drawInput(graph: NetworkGraph, seed: number, pictures = 1): Tensor4D {
  const normal = drawNormal(drawUniform(seed, 1));
  const [h, w, c] = graph.inputShape;
  return tensor4d(Float32Array.from({ length: pictures * h * w * c }, normal), [pictures, h, w, c]);
}

/** Runs `check` on seeded networks with a picture each; what they hold is freed. */
export async function forNetworks(
  shapes: fc.Arbitrary<NetworkShape>, check: (executor: Executor, input: Tensor4D, shape: NetworkShape) => Promise<void>, runs = 12,
): Promise<void> {
  await fc.assert(fc.asyncProperty(shapes, async (shape) => {
    const executor = createExecutor(buildRandomNetwork(shape));
    const input = drawInput(executor.graph, shape.seed);
    try {
      await check(executor, input, shape);
    } finally {
      input.dispose();
      executor.dispose();
    }
  }), { seed: 20_26, numRuns: runs });
}
