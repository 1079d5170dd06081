import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import { defaultSpec } from '../contract/session-spec';
import type { SessionSpec } from '../contract/session-spec';
import { createStage, createWideNetwork, last, makeArrayMessage } from './live-session.fixture';

describe('the input of a frame, as a session makes and shows it', () => {
  beforeAll(startWasm);

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

  it('tells a job what is black and white in the frame it copies', async () => {
    const stage = createStage({ input: { mean: [1, 2, 3], std: [1, 1, 10], channelOrder: 'bgr' } }, false, createWideNetwork(3));
    stage.visible.clear();
    const pixels = (): unknown => {
      const frame = stage.session.copyFrame();
      frame.input.dispose();
      return frame.pixels;
    };
    await stage.tick(makeArrayMessage([1, 1, 3], [10, 20, 30]));
    const range = { low: [10, 10, 10], high: [30, 30, 30] };
    expect(pixels()).toEqual({ mean: [1, 2, 3], std: [1, 1, 10], channelOrder: 'bgr', range });
    stage.session.setSpec(defaultSpec);
    stage.session.compute();
    expect(pixels(), 'other preprocessing changes no value of the array').toEqual({ mean: [0, 0, 0], std: [1, 1, 1], range });
    stage.session.dispose();

    const grey = createStage({}, false);
    grey.visible.clear();
    await grey.show(0.5);
    const frame = grey.session.copyFrame();
    expect(frame.pixels, 'a picture has 0 and 255').toEqual({ mean: [0], std: [1] });
    frame.input.dispose();
    grey.session.dispose();
  });

  it('refuses pictures for a network of five channels, says so once, and takes an array', async () => {
    const stage = createStage({}, false, createWideNetwork(5));
    stage.visible.clear();
    await stage.show(0.5);
    await stage.show(0.6);
    expect(stage.errors).toEqual([expect.objectContaining({ code: 'input-mismatch', detail: expect.stringContaining('5 channels') as string })]);
    expect(() => stage.session.copyFrame(), 'a job hears why').toThrow(expect.objectContaining({ code: 'input-mismatch' }));
    expect([stage.session.hasInput, stage.events.map(({ kind }) => kind).filter((kind) => kind === 'drawn' || kind === 'predictions')]).toEqual([false, []]);
    await stage.tick(makeArrayMessage([2, 2, 5], Array.from({ length: 20 }, (_, index) => (index % 5 === 3 ? 9 : 0))));
    expect(last(stage, 'predictions').top[0]?.label).toBe('channel 3');
    expect(last(stage, 'drawn').sequence).toBe(3);
    expect(stage.drawnInput?.values).toHaveLength(2 * 2 * 3);
    await stage.tick(makeArrayMessage([2, 2, 4], Array.from({ length: 16 }, () => 1)));
    expect(stage.errors).toHaveLength(2);
    stage.session.dispose();
  });
});
