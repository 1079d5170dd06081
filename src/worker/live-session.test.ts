import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import type { InputSpec, NetworkCard } from '../contract/card';
import type { WorkerEvent } from '../contract/events';
import type { ArrayFrameMessage, InputMessage } from '../contract/frames';
import type { LayerId } from '../contract/ids';
import { defaultSpec } from '../contract/session-spec';
import type { SessionSpec } from '../contract/session-spec';
import { createExecutor } from '../engine/executor';
import { countTensors, createInputTensor } from '../engine/frame-values';
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

interface Stage {
  readonly network: LiveNetwork;
  readonly session: LiveSession;
  readonly events: WorkerEvent[];
  readonly visible: Set<LayerId>;
  nowMs: number;
  readonly errors: unknown[];
  tick(message: InputMessage): Promise<void>;
  /** Values of the explanation as the renderer read them in the last draw; null: none. */
  drawnExplanation: number[] | null;
  drawnInput: { readonly values: number[]; readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  drawnLayers: Map<LayerId, { readonly shape: readonly number[]; readonly values: number[] }>;
  /** One whole tick. `light`: every pixel's value. */
  show(light: number): Promise<void>;
}

function createStage(spec: Partial<SessionSpec> = {}, showsExplanation = true, network = createTinyNetwork()): Stage {
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
    readValues: async (tensor) => viewOnCpu(tensor).slice(), settle: async () => undefined, finish: async () => undefined,
  } as Partial<Tier> as Tier;
  const session = createLiveSession({
    tier, network, spec: { ...defaultSpec, ...spec }, post: (event) => events.push(event), now: () => stage.nowMs,
    onError: (thrown) => stage.errors.push(thrown), onReadEnd: () => undefined,
  });
  const stage: Stage = {
    network, session, events, visible, nowMs: 1000, drawnExplanation: null, drawnInput: null, errors: [], drawnLayers: new Map(),
    show: (light) => stage.tick(createFakeFrame(light * 10)),
    tick: async (message) => {
      await session.importFrame(message);
      session.compute();
      session.draw();
      await session.settle();
      stage.nowMs += 1000;
      session.noteTick(20, true);
      session.publish();
      await session.whenIdle();
      await settlePromises();
    },
  };
  return stage;
}

/** One answer, a yes or no: the mean light, through a sigmoid. */
function createYesOrNo(): LiveNetwork {
  const builder = new GraphBuilder('yes-or-no', 'test');
  const pad = { top: 0, bottom: 0, left: 0, right: 0 };
  const conv = builder.add('relu', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: pad, groups: 1 }, [builder.addInput('input', [4, 4, 1])],
    { kernel: { shape: [1, 1, 1, 1], values: new Float32Array([2]) } });
  const pool = builder.add('pool', { op: 'global-average-pool', keepDims: false }, [conv]);
  const graph = builder.build(builder.add('yes', { op: 'activation', activation: { kind: 'sigmoid' } }, [pool]));
  return createLiveNetwork({ id: 'yes-or-no', classes: ['yes'], input: { height: 4, width: 4, channels: 1, mean: [0], std: [1] } } as unknown as NetworkCard, createExecutor(graph));
}

/** Every channel goes to a class of its own, as its mean. */
function createWideNetwork(channels: number, input: Partial<InputSpec> = {}): LiveNetwork {
  const builder = new GraphBuilder('wide', 'test');
  const graph = builder.build(builder.add('pool', { op: 'global-average-pool', keepDims: false }, [builder.addInput('input', [2, 2, channels])]));
  const classes = Array.from({ length: channels }, (_, index) => `channel ${index}`);
  const numbers = (value: number): readonly number[] => classes.map(() => value);
  return createLiveNetwork({ id: 'wide', classes, input: { height: 2, width: 2, channels, mean: numbers(0), std: numbers(1), ...input } } as unknown as NetworkCard, createExecutor(graph));
}

function makeArrayMessage(shape: ArrayFrameMessage['shape'], values: readonly number[]): ArrayFrameMessage {
  return { kind: 'array', sequence: 3, capturedAtMs: 30, shape, values: Float32Array.from(values) };
}

function last<Kind extends WorkerEvent['kind']>(stage: Stage, kind: Kind): Extract<WorkerEvent, { kind: Kind }> {
  const found = stage.events.findLast((event) => event.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} event`);
  return found as Extract<WorkerEvent, { kind: Kind }>;
}

describe('createLiveSession', () => {
  beforeAll(startWasm);

  it('predicts, explains and draws a frame', async () => {
    const stage = createStage();
    await stage.show(0.5);
    const { top, targetIndex } = last(stage, 'predictions');
    expect([top.map(({ label }) => label), targetIndex]).toEqual([['light', 'never', 'dark'], 0]);
    const logits = [4, -1, 0].map(Math.exp);
    expect(top[0]?.probability).toBeCloseTo((logits[0] ?? 0) / logits.reduce((sum, value) => sum + value, 0), 5);
    // Grad-CAM by hand: the gradient of class 0 at channel 0 is 8 / 16 everywhere, the activation 0.5.
    expect(stage.drawnExplanation).toHaveLength(16);
    for (const value of stage.drawnExplanation ?? []) expect(value).toBeCloseTo(0.25, 6);
    expect(last(stage, 'explanation')).toMatchObject({ method: 'grad-cam', state: 'ok', layer: 'relu', targetIndex: 0 });
    expect(stage.drawnLayers.get('relu')?.shape).toEqual([4, 4, 2]);
    expect(stage.drawnLayers.get('relu')?.values.slice(0, 2)).toEqual([0.5, 0]);
    stage.session.dispose();
  });

  it('explains the only answer of a network that has one', async () => {
    const stage = createStage({}, true, createYesOrNo());
    await stage.show(0.5);
    expect(stage.errors).toEqual([]);
    const { top, targetIndex } = last(stage, 'predictions');
    const yes = 1 / (1 + Math.exp(-1));
    expect([top.map(({ label }) => label), targetIndex]).toEqual([['yes'], 0]);
    expect(top[0]?.probability).toBeCloseTo(yes, 5);
    for (const value of stage.drawnExplanation ?? []) expect(value).toBeCloseTo(yes * (1 - yes) / 16, 5);
    expect(stage.drawnExplanation).toHaveLength(16);
    stage.session.dispose();
  });

  it('says that there is no positive evidence for a class that has none', async () => {
    const stage = createStage({ target: { kind: 'class', index: 2 } });
    await stage.show(0.5);
    expect(last(stage, 'explanation')).toMatchObject({ state: 'no-positive-evidence', targetIndex: 2, max: 0 });
    expect(last(stage, 'predictions').targetIndex).toBe(2);
    stage.session.dispose();
  });

  it('explains by the gradient of the input, or not at all', async () => {
    const stage = createStage({ explanation: 'gradient' });
    await stage.show(0.5);
    for (const value of stage.drawnExplanation ?? [Number.NaN]) expect(value).toBeCloseTo(0.5, 6);
    stage.session.setSpec({ ...defaultSpec, explanation: 'off' });
    await stage.show(0.5);
    await stage.show(0.6);
    expect(stage.drawnExplanation).toBeNull();
    expect(stage.events.filter((event) => event.kind === 'explanation' && event.state === 'off')).toHaveLength(1);
    stage.session.dispose();
  });

  it('orders the channels of the open layer by influence and by activity', async () => {
    const stage = createStage({ openLayer: 'conv', channelOrder: 'activity' });
    await stage.show(0.5);
    expect(last(stage, 'order')).toMatchObject({ layer: 'conv', by: 'activity', channels: [0, 1] });
    stage.session.setSpec({ ...defaultSpec, openLayer: 'relu', channelOrder: 'influence', target: { kind: 'class', index: 1 } });
    await stage.show(-0.5);
    // Only the second channel is alive in the dark.
    expect(last(stage, 'order')).toMatchObject({ layer: 'relu', by: 'influence', channels: [1, 0] });
    stage.session.setSpec({ ...defaultSpec, openLayer: 'softmax', channelOrder: 'influence' });
    await stage.show(0.5);
    expect(last(stage, 'order')).toMatchObject({ layer: 'softmax', by: 'activity', channels: [0, 2, 1] });
    stage.session.dispose();
  });

  it('reads any layer of the frame on screen, tapped or not, and the value under the finger', async () => {
    const stage = createStage();
    stage.session.watchPoint({ layer: 'relu', channel: 0, y: 3, x: 1 });
    await stage.show(0.7);
    expect(last(stage, 'point').value).toBeCloseTo(0.7, 6);
    const tapped = await stage.session.readActivation('relu');
    const untapped = await stage.session.readActivation('conv');
    expect([tapped.shape, untapped.shape]).toEqual([[1, 4, 4, 2], [1, 4, 4, 2]]);
    expect(untapped.values[1]).toBeCloseTo(-0.7, 6);
    expect((await stage.session.readActivation('softmax')).values).toHaveLength(3);
    await expect(stage.session.readActivation('nowhere')).rejects.toMatchObject({ code: 'layer-unknown' });
    stage.session.dispose();
  });

  it('computes a frame once: what is only drawn anew needs no forward pass', async () => {
    const stage = createStage({}, false);
    stage.visible.add('conv');
    await stage.show(0.5);
    const before = stage.events.filter((event) => event.kind === 'predictions').length;
    stage.visible.delete('conv');
    stage.session.compute();
    stage.nowMs += 1000;
    stage.session.publish();
    await stage.session.whenIdle();
    expect(stage.events.filter((event) => event.kind === 'predictions')).toHaveLength(before);
    stage.visible.add('pool');
    stage.session.compute();
    stage.session.publish();
    await stage.session.whenIdle();
    expect(stage.events.filter((event) => event.kind === 'predictions')).toHaveLength(before + 1);
    // Nothing shows an explanation, so nothing is said about one.
    expect(stage.events.some((event) => event.kind === 'explanation')).toBe(false);
    stage.session.dispose();
  });

  it('tries other preprocessing on the frame that is there, and goes back to the card', async () => {
    const stage = createStage();
    await stage.show(0.5);
    const readInput = async (): Promise<number | undefined> => (await stage.session.readActivation('input')).values[0];
    const redraw = async (input: SessionSpec['input']): Promise<number | undefined> => {
      stage.session.setSpec({ ...defaultSpec, input });
      stage.session.compute();
      stage.session.draw();
      return readInput();
    };
    expect(await readInput()).toBe(0.5);
    expect(await redraw({ mean: [0.25], std: [0.125], channelOrder: 'rgb' })).toBe(2);
    expect(stage.drawnInput).toMatchObject({ mean: [0.25], std: [0.125] });
    expect(await redraw({ mean: [1], std: [2], channelOrder: 'rgb' })).toBe(-0.25);
    expect(await redraw({ mean: [1, 1, 1], std: [2, 2, 2], channelOrder: 'bgr' }), 'meant for another network').toBe(0.5);
    expect(await redraw(null)).toBe(0.5);
    stage.session.dispose();
  });

  it('turns the order of the colours round, and shows them the right way all the same', async () => {
    const stage = createStage({}, false, createWideNetwork(3, { mean: [1, 2, 3], channelOrder: 'bgr' }));
    stage.visible.clear();
    await stage.tick(makeArrayMessage([1, 1, 3], [10, 20, 30]));
    expect([...(await stage.session.readActivation('input')).values.slice(0, 3)]).toEqual([29, 18, 7]);
    // From 10 (black) to 30 (white).
    const shown = (): readonly number[] => [0, 1, 2].map((channel) => (stage.drawnInput?.values[channel] ?? 0) * (stage.drawnInput?.std[channel] ?? 0) + (stage.drawnInput?.mean[channel] ?? 0));
    shown().forEach((value, channel) => expect(value).toBeCloseTo([0, 127.5, 255][channel] ?? 0, 4));
    stage.session.setSpec({ ...defaultSpec, input: { mean: [0, 0, 0], std: [1, 1, 10], channelOrder: 'rgb' } });
    stage.session.compute();
    stage.session.draw();
    expect([...(await stage.session.readActivation('input')).values.slice(0, 3)]).toEqual([10, 20, 3]);
    shown().forEach((value, channel) => expect(value).toBeCloseTo([0, 127.5, 255][channel] ?? 0, 4));
    stage.session.dispose();
  });

  it('refuses pictures for a network of five channels, says so once, and takes an array', async () => {
    const stage = createStage({}, false, createWideNetwork(5));
    stage.visible.clear();
    await stage.show(0.5);
    await stage.show(0.6);
    expect(stage.errors).toEqual([expect.objectContaining({ code: 'input-mismatch', detail: expect.stringContaining('5 channels') as string })]);
    expect([stage.session.hasInput, stage.events.map(({ kind }) => kind).filter((kind) => kind === 'drawn' || kind === 'predictions')]).toEqual([false, []]);
    await stage.tick(makeArrayMessage([2, 2, 5], Array.from({ length: 20 }, (_, index) => (index % 5 === 3 ? 9 : 0))));
    expect(last(stage, 'predictions').top[0]?.label).toBe('channel 3');
    expect(last(stage, 'drawn').sequence).toBe(3);
    expect(stage.drawnInput?.values).toHaveLength(2 * 2 * 3);
    await stage.tick(makeArrayMessage([2, 2, 4], Array.from({ length: 16 }, () => 1)));
    expect(stage.errors).toHaveLength(2);
    stage.session.dispose();
  });

  it('measures the activity of every layer of the rail while somebody looks, and not otherwise', async () => {
    const stage = createStage({ activity: true });
    await stage.show(0.5);
    const layers = stage.network.executor.layers('live');
    const measured = last(stage, 'activity');
    expect(measured.layers).toEqual(layers);
    // Half of the ReLU's values are 0.5, half are 0.
    expect(measured.mean[layers.indexOf('relu')]).toBeCloseTo(0.25, 6);
    stage.session.setSpec({ ...defaultSpec, activity: false });
    const count = stage.events.filter(({ kind }) => kind === 'activity').length;
    await stage.show(0.6);
    expect(stage.events.filter(({ kind }) => kind === 'activity')).toHaveLength(count);
    stage.session.dispose();
  });

  it('leaves tensors and bytes where they were, over many frames and at its end', async () => {
    const empty = countTensors();
    const stage = createStage({ openLayer: 'conv', channelOrder: 'influence', activity: true });
    stage.session.watchPoint({ layer: 'conv', channel: 1, y: 0, x: 0 });
    await stage.session.warmUp();
    for (let frame = 0; frame < 3; frame += 1) await stage.show(0.1 * frame);
    const settled = countTensors();
    for (let frame = 0; frame < 60; frame += 1) await stage.show(0.01 * frame);
    expect(countTensors()).toEqual(settled);
    stage.session.dispose();
    stage.network.executor.dispose();
    expect(countTensors()).toEqual(empty);
  });
});
