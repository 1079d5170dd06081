import { beforeAll, describe, expect, it, vi } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import { defaultSpec } from '../contract/session-spec';
import type { SessionSpec } from '../contract/session-spec';
import { countTensors } from '../engine/frame-values';
import { createStage, createYesOrNo, last, makeArrayMessage } from './live-session.fixture';
import { createFakeFrame, settlePromises } from './testing.fixture';

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
    // Of the logit, not of the probability: nothing fades where the network is sure.
    for (const value of stage.drawnExplanation ?? []) expect(value).toBeCloseTo(1 / 16, 5);
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

  it('answers every choice on a still picture, also from one method that is undefined to another', async () => {
    const stage = createStage({ explanation: 'guided-backprop' }, true, createYesOrNo());
    await stage.tick(makeArrayMessage([4, 4, 1], Array.from({ length: 16 }, () => 0.5)));
    const answers = (): readonly string[] => stage.events.flatMap((event) => (event.kind === 'explanation' ? [`${event.method} ${event.state}`] : []));
    expect(answers()).toEqual(['guided-backprop unsupported']);
    const choose = async (explanation: SessionSpec['explanation']): Promise<string | undefined> => {
      stage.session.setSpec({ ...defaultSpec, explanation });
      // What is said before the choice was computed is of the choice before.
      stage.session.publish();
      stage.session.compute();
      stage.session.draw();
      stage.nowMs += 1000;
      stage.session.publish();
      await stage.session.whenIdle();
      return answers().at(-1);
    };
    for (const explanation of ['deconvnet', 'guided-backprop', 'off', 'deconvnet', 'grad-cam', 'guided-backprop', 'gradient'] as const) {
      const state = explanation === 'off' ? 'off' : explanation === 'grad-cam' || explanation === 'gradient' ? 'ok' : 'unsupported';
      expect(await choose(explanation)).toBe(`${explanation} ${state}`);
    }
    // Each once.
    expect(answers()).toHaveLength(8);
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

  it('orders by the influence on what is explained: both classes of a difference, or the unit that is held', async () => {
    const stage = createStage({ openLayer: 'relu', channelOrder: 'influence' });
    // Channel 0 sees 1 in all, channel 1 sees 1.5; class 0 weighs them 8 and -2, class 1 weighs them -2 and 4.
    await stage.tick(makeArrayMessage([4, 4, 1], Array.from({ length: 16 }, (_, index) => (index < 8 ? 1 / 8 : -1.5 / 8))));
    const before = countTensors().tensors;
    const order = async (target: SessionSpec['target'], openLayer = 'relu'): Promise<unknown> => {
      stage.session.setSpec({ ...defaultSpec, openLayer, channelOrder: 'influence', target });
      stage.session.compute();
      stage.nowMs += 1000;
      stage.session.publish();
      await stage.session.whenIdle();
      const { layer, by, channels } = last(stage, 'order');
      return [layer, by, ...channels];
    };
    expect(await order({ kind: 'top' })).toEqual(['relu', 'influence', 0, 1]);
    expect(await order({ kind: 'class', index: 1 })).toEqual(['relu', 'influence', 1, 0]);
    expect(await order({ kind: 'difference', index: 1, against: 0 }), '10 against 9, not 2 against 6').toEqual(['relu', 'influence', 0, 1]);
    expect(await order({ kind: 'unit', layer: 'pool', channel: 1 })).toEqual(['relu', 'influence', 1, 0]);
    expect(await order({ kind: 'unit', layer: 'pool', channel: 0 }), 'the other one of the same layer').toEqual(['relu', 'influence', 0, 1]);
    expect(await order({ kind: 'unit', layer: 'relu', channel: 1, y: 3, x: 3 }, 'conv')).toEqual(['conv', 'influence', 1, 0]);
    expect(await order({ kind: 'unit', layer: 'relu', channel: 0 }, 'relu'), 'its own layer').toEqual(['relu', 'activity', 1, 0]);
    expect(await order({ kind: 'unit', layer: 'relu', channel: 0 }, 'pool'), 'above it').toEqual(['pool', 'activity', 1, 0]);
    expect(await order({ kind: 'unit', layer: 'relu', channel: 2 }), 'no such channel').toEqual(['relu', 'activity', 1, 0]);
    expect(stage.errors).toEqual([]);
    expect(await order({ kind: 'top' })).toEqual(['relu', 'influence', 0, 1]);
    // The transposed weights that the first backward pass needs stay.
    expect(countTensors().tensors - before).toBeLessThanOrEqual(4);
    stage.session.dispose();
  });

  it('says of which frame a map is and what was on top then, where not every frame is explained', async () => {
    const stage = createStage();
    // Each look at the clock is 45 ms later: an explanation takes as long.
    stage.tickMs = 120;
    let nowMs = 0;
    Object.defineProperty(stage, 'nowMs', { get: () => (nowMs += 45), set: (ms: number) => { nowMs = ms; } });
    for (let frame = 0; frame < 40; frame += 1) await stage.show(0.5);
    expect(last(stage, 'explanation').everyFrames).toBeGreaterThan(2);
    let older = 0;
    for (let frame = 0; frame < 20; frame += 1) {
      // Bright frames have number 5, dark ones -5.
      const light = frame % 5 < 3 ? -0.5 : 0.5;
      await stage.show(light);
      const [map, answers] = [last(stage, 'explanation'), last(stage, 'predictions')];
      expect(answers.targetIndex).toBe(light > 0 ? 0 : 1);
      expect(map.targetIndex).toBe(map.sequence > 0 ? 0 : 1);
      if (map.targetIndex !== answers.targetIndex) older += 1;
    }
    expect(older).toBeGreaterThan(2);
    await stage.tick(createFakeFrame(7, true));
    expect(last(stage, 'explanation'), 'a still is always explained').toMatchObject({ sequence: 7, everyFrames: 1, targetIndex: 0 });
    await stage.show(0.5);
    expect(last(stage, 'explanation').everyFrames, 'the camera goes on as before').toBeGreaterThan(2);
    stage.session.setSpec({ ...defaultSpec, target: { kind: 'class', index: 2 } });
    await stage.show(0.5);
    expect(last(stage, 'explanation').targetIndex).toBe(2);
    stage.session.dispose();
  });

  it('orders the channels anew on a still picture, also where the values are there already', async () => {
    const stage = createStage({ openLayer: 'relu', channelOrder: 'index' });
    // On the rail: its values are kept, too.
    stage.visible.add('pool');
    await stage.tick(createFakeFrame(-5, true));
    expect(last(stage, 'order')).toMatchObject({ layer: 'relu', by: 'index', channels: [0, 1] });
    const choose = async (spec: Partial<SessionSpec>): Promise<number> => {
      const before = stage.events.filter(({ kind }) => kind === 'order').length;
      stage.session.setSpec({ ...defaultSpec, ...spec });
      stage.session.compute();
      stage.session.draw();
      stage.nowMs += 1000;
      stage.session.publish();
      await stage.session.whenIdle();
      return stage.events.filter(({ kind }) => kind === 'order').length - before;
    };
    const passes = vi.spyOn(stage.network.executor, 'forward');
    // Only the second channel is alive in the dark. Grad-CAM looks at this layer, so that its gradient is there as well.
    for (const spec of [
      { openLayer: 'relu', channelOrder: 'activity' }, { openLayer: 'pool', channelOrder: 'activity' },
      { openLayer: 'relu', channelOrder: 'influence' }, { openLayer: 'relu', channelOrder: 'activity' },
    ] as const) {
      expect(await choose(spec)).toBe(1);
      expect(last(stage, 'order')).toMatchObject({ layer: spec.openLayer, by: spec.channelOrder, channels: [1, 0] });
    }
    expect(await choose({ openLayer: 'relu', channelOrder: 'activity' }), 'nothing is news').toBe(0);
    expect(passes, 'read from what is there').toHaveBeenCalledTimes(0);
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

  it('reads the point on a still picture that came while another was being read', async () => {
    const stage = createStage();
    await stage.tick(createFakeFrame(5, true));
    const reads: (() => void)[] = [];
    stage.heldReads = reads;
    for (const x of [1, 2]) {
      stage.session.watchPoint({ layer: 'conv', channel: 1, y: 0, x });
      stage.session.compute();
      stage.session.draw();
    }
    const { readEnds } = stage;
    stage.heldReads = null;
    for (const letThrough of reads.splice(0)) letThrough();
    await stage.session.whenIdle();
    await settlePromises();
    expect(stage.events.some(({ kind }) => kind === 'point'), 'the first is not watched any more').toBe(false);
    expect(stage.readEnds, 'so that the loop looks again').toBe(readEnds + 1);
    stage.session.publish();
    await stage.session.whenIdle();
    expect(last(stage, 'point')).toMatchObject({ x: 2, value: -0.5 });
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
