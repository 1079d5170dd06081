import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import type { NetworkCard } from '../contract/card';
import type { WorkerEvent } from '../contract/events';
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
  /** Values of the explanation as the renderer read them in the last draw; null: none. */
  drawnExplanation: number[] | null;
  drawnLayers: Map<LayerId, { readonly shape: readonly number[]; readonly values: number[] }>;
  /** One whole tick. `light`: every pixel's value. */
  show(light: number): Promise<void>;
}

function createStage(spec: Partial<SessionSpec> = {}, showsExplanation = true): Stage {
  const visible = new Set<LayerId>(['relu']);
  const events: WorkerEvent[] = [];
  const renderer = {
    visibleLayers: () => visible, showsExplanation: () => showsExplanation, showsInput: () => true,
    draw: (input: RenderInput) => {
      stage.drawnExplanation = input.explanation === null ? null : [...(input.explanation.values?.() ?? [])];
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
  const network = createTinyNetwork();
  const session = createLiveSession({
    tier, network, spec: { ...defaultSpec, ...spec }, post: (event) => events.push(event), now: () => stage.nowMs,
    onError: (thrown) => { throw thrown; }, onReadEnd: () => undefined,
  });
  const stage: Stage = {
    network, session, events, visible, nowMs: 1000, drawnExplanation: null, drawnLayers: new Map(),
    show: async (light) => {
      await session.importFrame(createFakeFrame(light * 10));
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

  it('leaves tensors and bytes where they were, over many frames and at its end', async () => {
    const empty = countTensors();
    const stage = createStage({ openLayer: 'conv', channelOrder: 'influence' });
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
