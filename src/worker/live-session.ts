import { AppError } from '../contract/errors';
import type { FrameMessage } from '../contract/frames';
import type { LayerId } from '../contract/ids';
import type { ActivationSet } from '../engine/executor.interface';
import { copyInput, createBlankInput, packReport } from '../engine/frame-values';
import type { Tensor, Tensor4D } from '../engine/frame-values';
import type { LayerView } from '../render/renderer';
import { createActivityMeter } from './activity-meter';
import { createFrameInput } from './frame-input';
import { createPointReader, readOrder } from './frame-readings';
import { createExplanationPlanner, createFrameExplainer } from './live-explanation';
import { coversPlan, nameOrder, planFrame } from './live-plan';
import type { LivePlan } from './live-plan';
import { createInfluenceCheck } from './live-network';
import type { LiveSession, LiveSessionParts } from './live-session.interface';
import { createReporter } from './reporter';
import type { FrameFacts } from './reporter';
import { mapShapeOf } from './tier';

export type { LiveSession, LiveSessionParts } from './live-session.interface';

/** What was computed for one input; owns its tensors. */
interface Pass {
  readonly plan: LivePlan;
  /** The same with the explanation, where that was left to a later frame. */
  readonly asked: LivePlan;
  readonly activations: ActivationSet;
}

type FrameStamp = Pick<FrameMessage, 'sequence' | 'capturedAtMs' | 'still'>;

/** Makes the session of a network. Nothing is computed before the first frame or `warmUp`. */
export function createLiveSession(parts: LiveSessionParts): LiveSession {
  const { tier, network, post } = parts;
  const { executor, card } = network;
  const { graph } = executor;
  const known = new Set(graph.nodes.map((node) => node.id));
  const reporter = createReporter({ post, now: parts.now, classes: card.classes, onError: parts.onError, onReadEnd: parts.onReadEnd, probabilities: graph.probabilities });
  const frameInput = createFrameInput(tier);
  let spec = parts.spec;
  /** Why the frames that come cannot be used, which was said; null: they can. */
  let refusal: AppError | null = null;
  let stamp: FrameStamp = { sequence: 0, capturedAtMs: 0, still: false };
  let pass: Pass | null = null;
  let forwardMs = 0;
  let disposed = false;

  const planExplanation = createExplanationPlanner(network);
  const canInfluence = createInfluenceCheck(network);
  const explainer = createFrameExplainer(network, tier.backend === 'wasm' ? 'parts' : 'trials', parts.now);
  const plan = (): LivePlan => planFrame({
    spec, known, canInfluence, planExplanation,
    classes: card.classes.length, visible: tier.renderer.visibleLayers(), showsExplanation: tier.renderer.showsExplanation(), point: pointReader.point,
    measured: spec.activity ? meter.layersToKeep(rail(), stamp.still) : [],
  });

  const dropPass = (): void => {
    pass?.activations.dispose();
    pass = null;
  };

  const runPass = (from: Tensor4D, asked: LivePlan, wanted: LivePlan): Pass => {
    const startedAtMs = parts.now();
    const activations = executor.forward(from, { mode: wanted.mode, taps: wanted.taps, backwardTo: wanted.backwardTo });
    // On a GPU this only recorded the work: there the warm-up measured how long it takes.
    if (tier.backend === 'wasm') {
      forwardMs = parts.now() - startedAtMs;
      tier.notePass?.(card.id, forwardMs);
    }
    try {
      explainer.explain(activations, asked, wanted, stamp.sequence);
      return { plan: wanted, asked, activations };
    } catch (thrown) {
      activations.dispose();
      throw thrown;
    }
  };

  const viewOf = (tensor: Tensor, signed: boolean): LayerView => tier.viewTensor(tensor, mapShapeOf(tensor), signed);

  /** Reads a tensor made for reading, and lets it go. */
  const readAndDrop = (tensor: Tensor): Promise<Float32Array> => {
    const read = tier.readValues(tensor);
    tensor.dispose();
    return read;
  };

  const meter = createActivityMeter({ post, now: parts.now, readAndDrop, onError: parts.onError, onReadEnd: parts.onReadEnd });
  const rail = (): readonly LayerId[] => executor.layers(spec.everyStep ? 'inspect' : 'live');

  const pointReader = createPointReader({ post, readAndDrop, onError: parts.onError, onReadEnd: parts.onReadEnd });

  const session: LiveSession = {
    get hasInput() { return frameInput.tensor !== null; },
    setSpec: (next) => { spec = next; },
    watchPoint: pointReader.watch,
    importFrame: async (frame) => {
      const { sequence, capturedAtMs } = frame;
      stamp = { sequence, capturedAtMs, still: frame.kind === 'array' || frame.still };
      // Its values belong to the frame before.
      dropPass();
      explainer.expectFrame();
      try {
        await frameInput.take(frame, session.inputSpec());
        refusal = null;
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'input-mismatch') throw thrown;
        // The frame is at fault, not the worker: said once, and whatever comes next has its chance.
        if (refusal === null) parts.onError(thrown);
        refusal = thrown;
      }
    },
    compute: () => {
      if (frameInput.adapt(session.inputSpec())) {
        dropPass();
        explainer.drop();
      }
      const input = frameInput.tensor;
      if (input === null) return;
      const asked = plan();
      const wanted = explainer.pace(asked, stamp.still);
      if (pass !== null && coversPlan(pass.plan, wanted)) {
        const isReordered = nameOrder(pass.plan) !== nameOrder(wanted);
        pass = { ...pass, asked, plan: { ...pass.plan, order: wanted.order, target: wanted.target } };
        reporter.noteDrawn(isReordered);
        return;
      }
      dropPass();
      pass = runPass(input, asked, wanted);
      reporter.noteComputed();
    },
    draw: () => {
      if (pass === null) return;
      const layers = new Map<LayerId, LayerView>();
      for (const layer of tier.renderer.visibleLayers()) {
        if (pass.activations.has(layer)) layers.set(layer, viewOf(pass.activations.get(layer), network.layers.get(layer)?.signed ?? true));
      }
      const { map } = explainer.shown;
      const [height = 1, width = 1] = map === null ? [] : explanationSize(map);
      tier.renderer.draw({
        layers,
        explanation: map === null ? null : tier.viewTensor(map, [height, width, 1], false),
        input: tier.renderer.showsInput() ? frameInput.showAsPicture() : null,
        style: { scale: spec.scale, colourMap: spec.colourMap },
        still: stamp.still,
      });
      pointReader.read(pass.activations);
    },
    settle: async () => {
      await (explainer.isTimed ? tier.finish() : tier.settle());
      if (!disposed && pass !== null) post({ kind: 'drawn', sequence: stamp.sequence, capturedAtMs: stamp.capturedAtMs, drawnAtMs: parts.now() });
    },
    publish: () => {
      const current = pass;
      if (current === null || disposed) return;
      const layer = current.plan.order?.layer ?? null;
      const { explanation, unsupported } = current.asked;
      // Of the frame that was computed: the spec may name another method by now.
      const method = explanation?.method ?? unsupported?.method ?? (spec.explanation === 'off' ? 'off' : null);
      const facts: FrameFacts = {
        sequence: stamp.sequence, capturedAtMs: stamp.capturedAtMs, pinned: current.plan.targetIndex,
        explanation: method === null ? null : {
          method, unsupported: explainer.shown.unsupported, sequence: explainer.shown.sequence, everyFrames: stamp.still ? 1 : explainer.everyFrames,
          layer: explanation === null || explanation.layer === graph.input ? null : explanation.layer,
        },
      };
      const open = layer === null || current.plan.order === null ? null
        : { layer, channel: spec.openChannel, by: current.plan.order.by, channels: network.layers.get(layer)?.shape[2] ?? 0 };
      reporter.publish(facts, open, {
        readReport: () => readAndDrop(packReport(current.activations.logits, explainer.shown.map, explainer.shown.topClass)),
        readRange: () => tier.renderer.readRange(layer ?? '', spec.openChannel),
        readOrder: () => readOrder(executor, current.activations, current.plan, readAndDrop),
      });
      pointReader.readDue(current.activations);
      if (spec.activity) meter.publish(stamp.sequence, rail(), current.activations);
      else meter.clear();
    },
    nextPublishInMs: () => earlier(reporter.nextInMs(), meter.nextInMs()),
    noteTick: (tickMs, newFrame) => {
      if (newFrame) explainer.noteFrame(tickMs);
      reporter.noteTick(tickMs, forwardMs, newFrame);
    },
    readActivation: async (layer) => {
      if (!known.has(layer)) throw new AppError('layer-unknown', `'${layer}' in '${card.id}'`);
      const input = frameInput.tensor;
      if (input === null) throw refusal ?? new AppError('internal', 'no frame was seen yet', true);
      if (pass !== null && pass.activations.has(layer)) {
        const tensor = pass.activations.get(layer);
        return { shape: [...tensor.shape], values: await tier.readValues(tensor) };
      }
      const activations = executor.forward(input, { mode: 'inspect', taps: new Set([layer]) });
      try {
        const tensor = activations.get(layer);
        return { shape: [...tensor.shape], values: await tier.readValues(tensor) };
      } finally {
        activations.dispose();
      }
    },
    inputSpec: () => {
      // A choice made for another network, before this one came, does not fit it.
      const fits = spec.input !== null && spec.input.mean.length === card.input.channels && spec.input.std.length === card.input.channels;
      return fits ? { ...card.input, ...spec.input } : card.input;
    },
    copyFrame: () => {
      const { tensor: input, pixels } = frameInput;
      if (input === null || pixels === null) throw refusal ?? new AppError('internal', 'no frame was seen yet', true);
      return { input: copyInput(input), pixels, sequence: stamp.sequence };
    },
    warmUp: async () => {
      const blank = createBlankInput(card.input.height, card.input.width, card.input.channels);
      const wanted = plan();
      try {
        for (const measured of [false, true]) {
          const startedAtMs = parts.now();
          const warm = runPass(blank, wanted, wanted);
          warm.activations.dispose();
          explainer.drop();
          await tier.finish();
          if (measured && tier.backend === 'webgpu') forwardMs = parts.now() - startedAtMs;
        }
      } finally {
        blank.dispose();
      }
    },
    whenIdle: async () => {
      await reporter.whenIdle();
      await meter.whenIdle();
      await pointReader.whenIdle();
    },
    dispose: () => {
      if (disposed) return;
      disposed = true;
      reporter.dispose();
      meter.dispose();
      pointReader.dispose();
      dropPass();
      explainer.drop();
      frameInput.clear();
    },
  };
  return session;
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a ?? b : Math.min(a, b);
}

/** `[h, w]` of a map of rank 2, 3 (`[h, w, 1]`) or 4 (`[1, h, w, 1]`). */
function explanationSize(map: Tensor): readonly [height: number, width: number] {
  const [first = 1, second = 1, third = 1] = map.shape;
  return map.rank === 4 ? [second, third] : [first, second];
}
