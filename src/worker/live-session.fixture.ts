import type { InputSpec, NetworkCard } from '../contract/card';
import type { WorkerEvent } from '../contract/events';
import type { ArrayFrameMessage, InputMessage } from '../contract/frames';
import type { LayerId } from '../contract/ids';
import { defaultSpec } from '../contract/session-spec';
import type { SessionSpec } from '../contract/session-spec';
import { createExecutor } from '../engine/executor';
import { createInputTensor } from '../engine/frame-values';
import { viewOnCpu } from '../engine/readback';
import { GraphBuilder } from '../graph/graph-builder';
import type { Renderer, RenderInput } from '../render/renderer';
import { createLiveNetwork } from './live-network';
import type { LiveNetwork } from './live-network';
import { createLiveSession } from './live-session';
import type { LiveSession } from './live-session';
import { createFakeFrame, settlePromises } from './testing.fixture';
import type { Tier } from './tier';

/** Two channels: the first copies the picture, the second its negative; the first class likes the first channel, the second the other. */
function createTinyNetwork() {
  const builder = new GraphBuilder('tiny', 'test');
  const input = builder.addInput('input', [4, 4, 1]);
  const conv = builder.add('conv', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: { top: 0, bottom: 0, left: 0, right: 0 }, groups: 1 }, [input],
    { kernel: { shape: [1, 1, 1, 2], values: new Float32Array([1, -1]) } });
  const relu = builder.add('relu', { op: 'activation', activation: { kind: 'relu' } }, [conv]);
  const pool = builder.add('pool', { op: 'global-average-pool', keepDims: false }, [relu]);
  const dense = builder.add('dense', { op: 'dense' }, [pool], { kernel: { shape: [2, 3], values: new Float32Array([8, -2, 0, -2, 4, 0]) } });
  const graph = builder.build(builder.add('softmax', { op: 'softmax' }, [dense]));
  const card = { id: 'tiny', classes: ['light', 'dark', 'never'], input: { height: 4, width: 4, channels: 1, mean: [0], std: [1] } } as unknown as NetworkCard;
  return createLiveNetwork(card, createExecutor(graph));
}

/** A session on the WASM backend in Node, with a renderer that keeps what it was given to draw. */
export interface Stage {
  readonly network: LiveNetwork;
  readonly session: LiveSession;
  readonly events: WorkerEvent[];
  readonly visible: Set<LayerId>;
  nowMs: number;
  /** What the session is told that each tick took. */
  tickMs: number;
  readonly errors: unknown[];
  /** Readbacks that wait to be let through, as on a GPU; null: they end at once. */
  heldReads: (() => void)[] | null;
  /** How often the session said that a readback ended. */
  readEnds: number;
  tick(message: InputMessage): Promise<void>;
  /** Values of the explanation as the renderer read them in the last draw; null: none. */
  drawnExplanation: number[] | null;
  drawnInput: { readonly values: number[]; readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  drawnLayers: Map<LayerId, { readonly shape: readonly number[]; readonly values: number[] }>;
  /** One whole tick. `light`: every pixel's value. */
  show(light: number): Promise<void>;
}

/** @param spec  what differs from the default */
export function createStage(spec: Partial<SessionSpec> = {}, showsExplanation = true, network = createTinyNetwork()): Stage {
  const visible = new Set<LayerId>(['relu']);
  const events: WorkerEvent[] = [];
  const renderer = {
    visibleLayers: () => visible, showsExplanation: () => showsExplanation, showsInput: () => true,
    draw: (input: RenderInput) => {
      stage.drawnExplanation = input.explanation === null ? null : [...(input.explanation.values?.() ?? [])];
      stage.drawnInput = input.input === null ? null : { values: [...(input.input.view.values?.() ?? [])], mean: input.input.mean, std: input.input.std };
      stage.drawnLayers = new Map([...input.layers].map(([layer, view]) => [layer, { shape: view.shape, values: [...(view.values?.() ?? [])] }]));
    },
    readRange: async () => ({ min: 0, max: 1 }),
  } as unknown as Renderer;
  const tier = {
    backend: 'wasm', renderer,
    importFrame: async (frame) => createInputTensor(new Float32Array(16).fill(frame.sequence / 10), 4, 4, 1),
    viewTensor: (tensor, shape, signed) => ({ shape, signed, values: () => viewOnCpu(tensor) }),
    readValues: async (tensor) => {
      const values = viewOnCpu(tensor).slice();
      const { heldReads } = stage;
      if (heldReads !== null) await new Promise<void>((resolve) => { heldReads.push(resolve); });
      return values;
    },
    settle: async () => undefined, finish: async () => undefined,
  } as Partial<Tier> as Tier;
  const session = createLiveSession({
    tier, network, spec: { ...defaultSpec, ...spec }, post: (event) => events.push(event), now: () => stage.nowMs,
    onError: (thrown) => stage.errors.push(thrown), onReadEnd: () => { stage.readEnds += 1; },
  });
  const stage: Stage = {
    network, session, events, visible, nowMs: 1000, tickMs: 20, drawnExplanation: null, drawnInput: null, errors: [], heldReads: null, readEnds: 0, drawnLayers: new Map(),
    show: (light) => stage.tick(createFakeFrame(light * 10)),
    tick: async (message) => {
      await session.importFrame(message);
      session.compute();
      session.draw();
      await session.settle();
      stage.nowMs += 1000;
      session.noteTick(stage.tickMs, true);
      session.publish();
      await session.whenIdle();
      await settlePromises();
    },
  };
  return stage;
}

/** One answer, a yes or no: the mean light, through a sigmoid. */
export function createYesOrNo(): LiveNetwork {
  const builder = new GraphBuilder('yes-or-no', 'test');
  const pad = { top: 0, bottom: 0, left: 0, right: 0 };
  const conv = builder.add('relu', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: pad, groups: 1 }, [builder.addInput('input', [4, 4, 1])],
    { kernel: { shape: [1, 1, 1, 1], values: new Float32Array([2]) } });
  const pool = builder.add('pool', { op: 'global-average-pool', keepDims: false }, [conv]);
  const graph = builder.build(builder.add('yes', { op: 'activation', activation: { kind: 'sigmoid' } }, [pool]));
  return createLiveNetwork({ id: 'yes-or-no', classes: ['yes'], input: { height: 4, width: 4, channels: 1, mean: [0], std: [1] } } as unknown as NetworkCard, createExecutor(graph));
}

/** Every channel goes to a class of its own, as its mean. */
export function createWideNetwork(channels: number, input: Partial<InputSpec> = {}): LiveNetwork {
  const builder = new GraphBuilder('wide', 'test');
  const graph = builder.build(builder.add('pool', { op: 'global-average-pool', keepDims: false }, [builder.addInput('input', [2, 2, channels])]));
  const classes = Array.from({ length: channels }, (_, index) => `channel ${index}`);
  const numbers = (value: number): readonly number[] => classes.map(() => value);
  return createLiveNetwork({ id: 'wide', classes, input: { height: 2, width: 2, channels, mean: numbers(0), std: numbers(1), ...input } } as unknown as NetworkCard, createExecutor(graph));
}

export function makeArrayMessage(shape: ArrayFrameMessage['shape'], values: readonly number[]): ArrayFrameMessage {
  return { kind: 'array', sequence: 3, capturedAtMs: 30, shape, values: Float32Array.from(values) };
}

/** The newest event of a kind. */
export function last<Kind extends WorkerEvent['kind']>(stage: Stage, kind: Kind): Extract<WorkerEvent, { kind: Kind }> {
  const found = stage.events.findLast((event) => event.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} event`);
  return found as Extract<WorkerEvent, { kind: Kind }>;
}
