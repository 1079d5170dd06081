import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import type { NetworkCard } from '../contract/card';
import { defaultSpec } from '../contract/session-spec';
import type { SessionSpec } from '../contract/session-spec';
import { createExecutor } from '../engine/executor';
import { countTensors, createInputTensor } from '../engine/frame-values';
import { viewOnCpu } from '../engine/readback';
import { GraphBuilder } from '../graph/graph-builder';
import { createExplanationPlanner, createFrameExplainer } from './live-explanation';
import type { FrameExplainer } from './live-explanation';
import { createLiveNetwork } from './live-network';
import type { LiveNetwork } from './live-network';
import { planFrame } from './live-plan';
import type { LivePlan } from './live-plan';

/** The score is the sum of the squares, so that the gradient of each frame is another. */
function createSquares(): LiveNetwork {
  const builder = new GraphBuilder('squares', 'test');
  const input = builder.addInput('input', [2, 2, 1]);
  const square = builder.add('square', { op: 'multiply' }, [input, input]);
  const graph = builder.build(builder.add('pool', { op: 'global-average-pool', keepDims: false }, [square]));
  return createLiveNetwork({ id: 'squares', classes: ['much'], input: { height: 2, width: 2, channels: 1, mean: [0], std: [1] } } as unknown as NetworkCard, createExecutor(graph));
}

describe('createFrameExplainer', () => {
  beforeAll(startWasm);
  let network: LiveNetwork;
  let nowMs = 0;
  let explainer: FrameExplainer;
  let planExplanation: ReturnType<typeof createExplanationPlanner>;
  beforeEach(() => {
    network = createSquares();
    planExplanation = createExplanationPlanner(network);
    // Each look at the clock is 45 ms later: an explanation takes as long.
    explainer = createFrameExplainer(network, 'parts', () => (nowMs += 45));
  });

  const plan = (over: Partial<SessionSpec>): LivePlan => planFrame({
    spec: { ...defaultSpec, ...over }, known: new Set(['input', 'square', 'pool']), canInfluence: () => true, planExplanation, classes: 1,
    visible: new Set(['square']), showsExplanation: true, point: null,
  });
  /** One frame of this light; 30 ms of other work. @returns what the map holds and which frame it is of */
  const show = (sequence: number, still = false, over: Partial<SessionSpec> = { explanation: 'gradient' }): readonly [value: number | null, sequence: number] => {
    explainer.expectFrame();
    const asked = plan(over);
    const paced = explainer.pace(asked, still);
    const input = createInputTensor(new Float32Array(4).fill(sequence), 2, 2, 1);
    const activations = network.executor.forward(input, { mode: paced.mode, taps: paced.taps, backwardTo: paced.backwardTo });
    explainer.explain(activations, asked, paced, sequence);
    explainer.noteFrame(30 + (explainer.shown.sequence === sequence ? 45 : 0));
    activations.dispose();
    input.dispose();
    const { map, sequence: of } = explainer.shown;
    return [map === null ? null : viewOnCpu(map)[0] ?? null, of];
  };
  const run = (count: number): void => { for (let frame = 1; frame <= count; frame += 1) show(frame); };

  it('keeps the map of an earlier frame, and says which, while explaining each would cost frames', () => {
    run(40);
    expect(explainer.everyFrames).toBe(7);
    const shown = Array.from({ length: 14 }, (_, index) => show(100 + index));
    // The gradient of the mean of the squares is half the light.
    for (const [value, of] of shown.slice(7)) expect(value).toBeCloseTo(of / 2, 3);
    const fresh = shown.filter(([, of], index) => of === 100 + index);
    expect(fresh).toHaveLength(2);
  });

  it('keeps nothing for an explanation in a frame that has none, and what the screen needs in both', () => {
    run(40);
    explainer.expectFrame();
    const asked = plan({ explanation: 'gradient' });
    const all = Array.from({ length: 7 }, () => { explainer.expectFrame(); return explainer.pace(asked, false); });
    expect(all.filter(({ explanation }) => explanation !== null)).toHaveLength(1);
    const without = all.find(({ explanation }) => explanation === null);
    expect([...without?.taps ?? []]).toEqual(['square']);
    expect([...without?.backwardTo ?? []]).toEqual([]);
    expect([...asked.backwardTo]).toEqual(['input']);
  });

  it('explains a still picture always, and another choice at once', () => {
    run(40);
    for (const frame of [60, 61, 62]) expect(show(frame, true)).toEqual([frame / 2, frame]);
    run(40);
    show(70);
    expect(show(71, false, { explanation: 'gradient-x-input' })[1]).toBe(71);
  });

  it('shows no map once it is off, and makes one again at once', () => {
    run(40);
    expect(show(50, false, { explanation: 'off' })).toEqual([null, 50]);
    expect(show(51)).toEqual([25.5, 51]);
  });

  it('owns a map and the class it is of at most, and nothing at its end', () => {
    run(20);
    explainer.drop();
    const before = countTensors().tensors;
    run(20);
    expect(countTensors().tensors).toBe(before + 2);
    show(30, true, { explanation: 'gradient', target: { kind: 'class', index: 0 } });
    expect(countTensors().tensors, 'the person knows the class').toBe(before + 1);
    explainer.drop();
    explainer.drop();
    expect(countTensors().tensors).toBe(before);
  });
});
