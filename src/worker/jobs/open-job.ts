import { AppError } from '../../contract/errors';
import type { ExplainJob, ExplainResult, FaithfulnessJob, FaithfulnessResult, Job, JobResult, SanityJob, SanityResult } from '../../contract/jobs';
import { enlargePlane, planeOf, rangeOf } from '../../contract/map-plane';
import type { ExplanationTarget } from '../../contract/session-spec';
import type { Executor } from '../../engine/executor.interface';
import { createInputTensor } from '../../engine/frame-values';
import type { Tensor, Tensor4D } from '../../engine/frame-values';
import type { ExplanationMap, ExplanationProgress } from '../../explain/explanation';
import { areaUnder, measureFaithfulness, type FollowedTarget } from '../../explain/faithfulness';
import { report } from '../../explain/in-steps';
import { findExplanation } from '../../explain/registry';
import { judgeSanity, measureSanity } from '../../explain/sanity';
import { scoreLayerOf, type ScoreTarget } from '../../explain/score-target';
import type { NetworkGraph } from '../../graph/network-graph';
import type { JobFrame, JobProgress, JobRunnerParts, KeptMap } from './job-runner';

/** Randomising layer by layer makes the map anew at each step: so many at most. */
const sanitySteps = 8;

export interface JobTools {
  readonly executor: Executor;
  readonly createExecutor: (graph: NetworkGraph) => Executor;
  /** @param tensor  borrowed */
  readonly readValues: (tensor: Tensor) => Promise<Float32Array>;
  readonly now: () => number;
}

/** The steps of any job; what the runner calls `open`. */
export function openJobs(tools: JobTools): JobRunnerParts['open'] {
  return (what: Job, frame: JobFrame, find): AsyncGenerator<JobProgress, JobResult, void> => {
    switch (what.kind) {
      case 'explain': return explain(tools, what, frame);
      case 'faithfulness': return judgeFaithfulness(tools, what, find(what.of));
      case 'sanity': return checkSanity(tools, what, find(what.of));
    }
  };
}

async function* explain(tools: JobTools, job: ExplainJob, frame: JobFrame): AsyncGenerator<JobProgress, ExplainResult, void> {
  const startedAtMs = tools.now();
  const method = findExplanation(job.method);
  const target = yield* fixTarget(tools, frame.input, job.target);
  const refused = method.supports(tools.executor.graph, target);
  if (refused !== null) throw new AppError('explain-unsupported', refused);
  const made = yield* follow(method.run({
    executor: tools.executor, input: frame.input, target, layer: job.layer, parameters: job.parameters, pixels: frame.pixels,
  }));
  try {
    const values = await tools.readValues(made.map);
    const { min, max } = rangeOf(values);
    const [, height = 1, width = 1, channels = 1] = frame.input.shape;
    return {
      kind: 'explain', method: job.method, covers: made.kind, map: { shape: made.map.shape.slice(1), values }, layer: made.layer,
      targetIndex: target.kind === 'unit' ? null : target.index, score: made.scores[0] ?? 0, min, max, note: made.note,
      durationMs: tools.now() - startedAtMs, inputShape: [height, width, channels], sequence: frame.sequence,
    };
  } finally {
    made.map.dispose();
  }
}

/** Passes a method's steps on; the method frees what it holds when this is dropped. */
async function* follow(run: AsyncGenerator<ExplanationProgress, ExplanationMap, void>): AsyncGenerator<JobProgress, ExplanationMap, void> {
  try {
    for (;;) {
      const next = await run.next();
      if (next.done === true) return next.value;
      yield next.value;
    }
  } finally {
    await run.return(undefined as never);
  }
}

/** The target in numbers: the most probable class is looked up on this frame. */
async function* fixTarget(tools: JobTools, input: Tensor4D, target: ExplanationTarget): AsyncGenerator<JobProgress, ScoreTarget, void> {
  if (target.kind !== 'top') return target;
  const logits = yield* readLogits(tools, input);
  return { kind: 'class', index: logits.reduce((best, logit, index) => (logit > (logits[best] ?? Number.NEGATIVE_INFINITY) ? index : best), 0) };
}

/** Scores of all classes, `[classes]`. @param input  borrowed */
async function* readLogits(tools: JobTools, input: Tensor4D): AsyncGenerator<JobProgress, Float32Array, void> {
  const activations = yield* report(tools.executor.forwardInSteps(input, { mode: 'live', taps: new Set() }), 0, 0);
  try {
    return await tools.readValues(activations.logits);
  } finally {
    activations.dispose();
  }
}

/**
 * What a map's values are multiplied with so that the largest is what the method calls most important for the target. LRP α1β0 hands a score
 * below zero to the products that raised it: there the sign is the score's own, and the most negative pixel did most for it.
 *
 * @throws AppError 'explain-unsupported' for a difference of two scores of which one is below zero: the parts of both have one sign
 */
async function* readOrderSign(tools: JobTools, { result, input: values }: KeptMap, target: FollowedTarget): AsyncGenerator<JobProgress, 1 | -1, void> {
  if (findExplanation(result.method).meaning !== 'excitation') return 1;
  if (target.kind === 'class') return result.score < 0 ? -1 : 1;
  const input = createInputTensor(values, ...result.inputShape);
  try {
    const logits = yield* readLogits(tools, input);
    const negative = [target.index, target.against].map((index) => (logits[index] ?? 0) < 0);
    if (negative[0] !== negative[1]) throw new AppError('explain-unsupported', 'One of the two scores is below zero. This method then gives the parts of both the same sign, so its map has no order of what speaks for one rather than the other.');
    return negative[0] === true ? -1 : 1;
  } finally {
    input.dispose();
  }
}

/** A map of one value has no order: neither curves nor a comparison of ranks would say anything of it. */
function requireOrder(values: Float32Array): void {
  const { min, max } = rangeOf(values);
  if (min === max) throw new AppError('explain-unsupported', 'This map holds the same value everywhere: there is no order of its places to check.');
}

async function* judgeFaithfulness(tools: JobTools, job: FaithfulnessJob, of: KeptMap): AsyncGenerator<JobProgress, FaithfulnessResult, void> {
  const { result, input, job: { target: asked } } = of;
  if (result.targetIndex === null) throw new AppError('explain-unsupported', 'These curves follow the probability of a class; this map explains a unit.');
  const importance = planeOf(result.map.values, result.map.shape, findExplanation(result.method).pixel);
  requireOrder(importance.values);
  const target: FollowedTarget = asked.kind === 'difference' ? asked : { kind: 'class', index: result.targetIndex };
  const sign = yield* readOrderSign(tools, of, target);
  const enlarged = enlargePlane(importance, result.inputShape[0], result.inputShape[1]);
  const curves = yield* measureFaithfulness({
    executor: tools.executor, input, inputShape: result.inputShape, target, steps: job.steps, random: job.random, seed: 1, read: tools.readValues,
    importance: sign === 1 ? enlarged : enlarged.map((value) => -value),
  });
  return {
    kind: 'faithfulness', ...curves,
    areas: {
      deletion: areaUnder(curves.deletion), insertion: areaUnder(curves.insertion),
      randomDeletion: areaUnder(curves.randomDeletion), randomInsertion: areaUnder(curves.randomInsertion),
    },
  };
}

async function* checkSanity(tools: JobTools, job: SanityJob, of: KeptMap): AsyncGenerator<JobProgress, SanityResult, void> {
  const { result, input: values, pixels, job: { layer, parameters, target: asked } } = of;
  const method = findExplanation(result.method);
  const [height, width, channels] = result.inputShape;
  const asShown = (map: Float32Array, shape: readonly number[]): Float32Array => planeOf(map, shape, method.pixel).values.map(Math.abs);
  const original = asShown(result.map.values, result.map.shape);
  requireOrder(original);
  // The class stays the one that was explained, also where the randomised network would name another.
  const target: ScoreTarget = asked.kind === 'unit' || asked.kind === 'difference' ? asked : { kind: 'class', index: result.targetIndex ?? 0 };
  const steps = yield* measureSanity({
    graph: tools.executor.graph, scoreLayer: scoreLayerOf(tools.executor.graph, target), createExecutor: tools.createExecutor, original, seed: job.seed, maxSteps: sanitySteps,
    explain: async function* explainAgain(executor) {
      const input = createInputTensor(values, height, width, channels);
      try {
        const made = yield* follow(method.run({ executor, input, target, layer: layer ?? result.layer, parameters, pixels }));
        try {
          return asShown(await tools.readValues(made.map), made.map.shape.slice(1));
        } finally {
          made.map.dispose();
        }
      } finally {
        input.dispose();
      }
    },
  });
  return { kind: 'sanity', steps, dependsOnWeights: judgeSanity(steps) };
}
