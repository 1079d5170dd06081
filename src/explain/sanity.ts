import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { Executor } from '../engine/executor.interface';
import type { GraphNode, NetworkGraph, WeightArray } from '../graph/network-graph';
import { createRandom, type TrustProgress } from './faithfulness';
import { correlateRanks, rankInSteps } from './rank-correlation';

export interface SanityRequest {
  readonly graph: NetworkGraph;
  /** Whose value the explained score is read from. */
  readonly scoreLayer: LayerId;
  /** The engine's factory; each executor made here is disposed here. */
  readonly createExecutor: (graph: NetworkGraph) => Executor;
  /** The method on the same picture and target with other weights. @returns |map| as it is shown: one number for each pixel or place */
  readonly explain: (executor: Executor) => AsyncGenerator<TrustProgress, Float32Array, void>;
  /** What `explain` gave with the trained weights. */
  readonly original: Float32Array;
  readonly seed: number;
  /** Randomising stops to be measured layer by layer in deep networks: at most so many maps, evenly spaced, the last one with all layers. */
  readonly maxSteps: number;
}

export interface SanityStep {
  /** The lowest layer that is randomised at this step. */
  readonly layer: LayerId;
  /** Spearman's correlation of the absolute maps, -1..1. */
  readonly correlation: number;
}

const kernelOperations: ReadonlySet<string> = new Set(['conv2d', 'depthwise-conv2d', 'dense']);

/**
 * Layers with kernels that the score is computed from, from its own layer down: the order of randomisation. What lies above a unit, or
 * beside it, cannot change its map, whatever the method.
 */
export function listRandomisable(graph: NetworkGraph, scoreLayer: LayerId): readonly LayerId[] {
  const needed = new Set([scoreLayer]);
  const order: LayerId[] = [];
  for (const { id, inputs, operation, weights } of graph.nodes.toReversed()) {
    if (!needed.has(id)) continue;
    for (const input of inputs) needed.add(input);
    if (kernelOperations.has(operation.op) && weights.kernel !== undefined) order.push(id);
  }
  return order;
}

/**
 * The graph with the kernels of `layers` drawn anew: normal with the kernel's own mean and deviation, so that the scale of the
 * activations stays; biases of these layers are kept. The first layers of `layers` are drawn first: a longer list randomises
 * the same layers to the same values and more. With pauses.
 *
 * @param drawn  the kernels of a shorter list; those that are missing are added
 */
export function* randomiseLayers(
  graph: NetworkGraph, layers: readonly LayerId[], seed: number, drawn: Map<LayerId, WeightArray>,
): Generator<void, NetworkGraph, void> {
  for (const [index, layer] of layers.entries()) {
    const kernel = graph.nodes.find(({ id }) => id === layer)?.weights.kernel;
    if (kernel === undefined || drawn.has(layer)) continue;
    drawn.set(layer, { shape: kernel.shape, values: yield* drawLike(kernel.values, createRandom(seed + 7919 * (index + 1))) });
  }
  return {
    ...graph,
    nodes: graph.nodes.map((node): GraphNode => {
      const kernel = drawn.get(node.id);
      return kernel === undefined ? node : { ...node, weights: { ...node.weights, kernel } };
    }),
  };
}

/** Weights drawn between two pauses. */
const drawnAtOnce = 20_000;

function* drawLike(values: Float32Array, next: () => number): Generator<void, Float32Array, void> {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  const deviation = Math.sqrt(Math.max(0, squares / values.length - mean * mean));
  // Box and Muller.
  const drawn = new Float32Array(values.length);
  for (let at = 0; at < drawn.length; at += 1) {
    drawn[at] = mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    if (at % drawnAtOnce === drawnAtOnce - 1) yield;
  }
  return drawn;
}

/**
 * Cascading randomisation: the network forgets what it learned from the top layer down; after each step the map is made again
 * and compared with the original by rank. A map that stays alike does not depend on what was learned.
 * Adebayo et al. draw from the initialiser; here the kernels' own mean and deviation are kept, because a file does not say how
 * its network was initialised. Of the paper's two correlations this is the one of absolute values, of the maps as they are shown (channels
 * put together as `PixelReading` says): what a person compares.
 *
 * @throws AppError 'explain-unsupported' where nothing below the score was learned
 * @see Adebayo et al. 2018, arXiv:1810.03292, section 3
 */
export async function* measureSanity(request: SanityRequest): AsyncGenerator<TrustProgress, readonly SanityStep[], void> {
  const order = listRandomisable(request.graph, request.scoreLayer);
  if (order.length === 0) throw new AppError('explain-unsupported', 'No layer with learned numbers lies between the picture and what is explained: there is nothing to forget.');
  const counts = spreadCounts(order.length, request.maxSteps);
  const steps: SanityStep[] = [];
  const drawn = new Map<LayerId, WeightArray>();
  const pause: TrustProgress = { fraction: 0 };
  const original = yield* pausing(rankInSteps(request.original), pause);
  for (const [index, count] of counts.entries()) {
    const from = { fraction: index / counts.length };
    const to = { fraction: (index + 1) / counts.length };
    const graph = yield* pausing(randomiseLayers(request.graph, order.slice(0, count), request.seed, drawn), from);
    const executor = request.createExecutor(graph);
    try {
      const run = request.explain(executor);
      try {
        for (let next = await run.next(); ; next = await run.next()) {
          if (next.done === true) {
            yield to;
            steps.push({ layer: order[count - 1] ?? '', correlation: correlateRanks(original, yield* pausing(rankInSteps(next.value), to)) });
            break;
          }
          yield { fraction: (index + next.value.fraction) / counts.length };
        }
      } finally {
        // Dropped half way: the method frees what it holds.
        await run.return(new Float32Array(0));
      }
    } finally {
      executor.dispose();
    }
  }
  return steps;
}

/** Work that cannot say how far it is. */
function* pausing<Result>(work: Generator<void, Result, void>, progress: TrustProgress): Generator<TrustProgress, Result, void> {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
    yield progress;
  }
}

/** 1 … total, at most `most` of them, evenly spaced, the last one always there. */
export function spreadCounts(total: number, most: number): readonly number[] {
  if (total <= most) return Array.from({ length: total }, (_, index) => index + 1);
  return Array.from({ length: most }, (_, index) => Math.round(((index + 1) * total) / most));
}

/** A map whose order of places still agrees so well after everything was randomised does not show what was learned. */
const alikeAtTheEnd = 0.5;
/**
 * As well on average while only the upper third of the layers was randomised: it does not show what tells the classes apart. On the
 * shipped networks guided backpropagation (0.81 to 0.93) and LRP alpha 1 beta 0 (0.86 to 0.97) lie above, the other quick methods but VarGrad (not measured) at most at 0.77.
 */
const alikeAtTheTop = 0.8;

/** Mean correlation over the steps of the upper third, one at least: the layers that tell the classes apart. */
export function agreementAtTheTop(steps: readonly SanityStep[]): number {
  const upper = steps.slice(0, Math.ceil(steps.length / 3));
  return upper.reduce((sum, { correlation }) => sum + correlation, 0) / upper.length;
}

/**
 * Whether the map changed when the network forgot: clearly while the upper third of its layers did, and when all of them had.
 * An order turned round is a change: absolute maps are compared, so that a mere change of sign is none.
 * Adebayo et al. found guided backpropagation invariant to the upper layers; once the lowest are random, every map changes.
 */
export function judgeSanity(steps: readonly SanityStep[]): boolean {
  const last = steps.at(-1);
  return last === undefined || (last.correlation < alikeAtTheEnd && agreementAtTheTop(steps) < alikeAtTheTop);
}
