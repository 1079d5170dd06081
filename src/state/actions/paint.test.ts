import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Stroke } from '../../contract/strokes';
import { inspecting, isStale, maps } from '../inspection';
import { settle, showNetworkForTest, useInspection } from '../inspection.fixture';
import { firstSequence, isOfOtherPicture, pictureOfFrame } from '../picture-seen';
import { momentOnScreen, moments, mostMoments } from '../moments';
import { answersBefore, original, painted, strokes, undone } from '../painting';
import { source } from '../source-state';
import { fakeSource, type CountedSource } from '../testing.fixture';
import { answers } from '../worker-state';
import { receiveEvent } from '../receive-event';
import { makeMap, readMethods } from './explain-frame';
import { followPicture } from './follow-picture';
import { keepMoment, showMoment } from './keep-moment';
import { addStroke, clearStrokes, followPainting, redoStroke, undoStroke } from './paint';
import { showSource } from './show-source';

const stroke = (x: number): Stroke => ({ tool: 'erase', points: [{ x, y: 0.5 }], radius: 0.1 });
let stage: ReturnType<typeof useInspection>;
let base: CountedSource;
beforeAll(() => {
  followPainting();
  followPicture();
});
beforeEach(() => {
  stage = useInspection();
  base = fakeSource('still');
  showSource(base);
  stage.fake.made.splice(0);
});
/** The network's answer to a frame. */
const tell = (sequence: number, label: string, probability: number): void =>
  receiveEvent({ kind: 'predictions', sequence, capturedAtMs: 0, targetIndex: 0, top: [{ index: 0, label, probability }] });
const told = (): readonly string[] => answersBefore.peek().map(({ label }) => label);
const alive = (): number => stage.fake.made.filter(({ disposals }) => disposals === 0).length;

describe('painting over a frozen picture', () => {
  it('adds, undoes, redoes and clears; only what is on screen and the original live', async () => {
    stage.see(2);
    tell(2, 'cup', 0.9);
    await addStroke(stroke(0.1));
    stage.fake.page.nowMs = 2000;
    stage.see(3);
    tell(3, 'bowl', 0.5);
    await addStroke(stroke(0.2));
    expect([painted.peek(), strokes.peek().length, alive(), base.disposals]).toEqual([true, 2, 1, 0]);
    expect(told()).toEqual(['cup']);
    await undoStroke();
    expect([strokes.peek().length, undone.peek().length, alive()]).toEqual([1, 1, 1]);
    await redoStroke();
    expect(strokes.peek().map((made) => (made.tool === 'move' ? null : made.points[0]?.x))).toEqual([0.1, 0.2]);
    await clearStrokes();
    expect(source.peek()).toBe(base);
    expect([painted.peek(), alive(), base.disposals]).toEqual([false, 0, 0]);
    await redoStroke();
    expect(strokes.peek()).toHaveLength(1);
    showSource(fakeSource('picture'));
    expect([alive(), base.disposals, strokes.peek().length, undone.peek().length]).toEqual([0, 1, 0, 0]);
    expect(original.peek()).toBeNull();
    expect(stage.fake.made.every(({ disposals }) => disposals === 1), 'each disposed once').toBe(true);
  });

  it('does not wait for a picture that is on screen when its first stroke is taken back before it was drawn', async () => {
    stage.see(2);
    const fed = stage.fake.fed.length;
    await Promise.all([addStroke(stroke(0.1)), undoStroke()]);
    expect([source.peek() === base, firstSequence.peek(), stage.fake.fed.length, alive()], 'it would not be sent again').toEqual([true, 2, fed, 0]);
  });

  it('offers strokes only where their places are the same: not mirrored', async () => {
    const picture = fakeSource('picture');
    let tellMirrored: () => void = () => undefined;
    picture.onChange = (listener) => { tellMirrored = listener; return () => undefined; };
    showSource(picture);
    await addStroke(stroke(0.2));
    await undoStroke();
    expect(undone.peek()).toHaveLength(1);
    const mirror = (on: boolean): void => {
      picture.mirror = on;
      tellMirrored();
    };
    mirror(true);
    expect([undone.peek().length, picture.disposals]).toEqual([0, 0]);
    mirror(false);
    expect(undone.peek()).toHaveLength(1);
    await redoStroke();
    expect(strokes.peek()).toHaveLength(1);
  });

  it('loses no stroke when the next one comes before it is drawn', async () => {
    await Promise.all([addStroke(stroke(0.1)), addStroke(stroke(0.2)), addStroke(stroke(0.3))]);
    expect(strokes.peek()).toHaveLength(3);
    expect(alive()).toBe(1);
  });

  it('takes a stroke back that could not be drawn', async () => {
    await addStroke(stroke(0.1));
    stage.fake.refuse = new Error('no memory');
    await addStroke(stroke(0.2));
    expect(strokes.peek()).toHaveLength(1);
    expect(alive()).toBe(1);
  });

  it('makes quick maps again for the changed picture, slow ones not', async () => {
    inspecting.value = true;
    await readMethods();
    stage.see(2);
    void makeMap({ method: 'gradient', target: { kind: 'top' }, layer: null, parameters: {} });
    void makeMap({ method: 'occlusion', target: { kind: 'top' }, layer: null, parameters: {} });
    await settle();
    for (const job of stage.asked) job.finish({ sequence: 2 });
    await settle();
    stage.fake.page.nowMs = 2000;
    await addStroke(stroke(0.5));
    expect(stage.asked).toHaveLength(2);
    stage.see(3);
    await settle();
    expect(stage.asked.slice(2).map(({ what }) => (what.kind === 'explain' ? what.method : null))).toEqual(['gradient']);
    expect(maps.peek().map(({ phase }) => phase)).toEqual(['running', 'done']);
  });

  it('leaves a slow map true of the picture that comes back when strokes are taken back', async () => {
    await readMethods();
    stage.see(2);
    await makeSlowMap(2);
    const staleNow = (): boolean | undefined => maps.peek().map(isStale)[0];
    expect(staleNow()).toBe(false);
    stage.fake.page.nowMs = 2000;
    await addStroke(stroke(0.1));
    expect(staleNow()).toBe(true);
    stage.see(3);
    await addStroke(stroke(0.2));
    stage.see(4);
    expect(staleNow()).toBe(true);
    await undoStroke();
    expect(staleNow(), 'one of two').toBe(true);
    await undoStroke();
    expect(staleNow(), 'before the network has seen it again').toBe(false);
    stage.fake.page.nowMs = 3000;
    stage.see(5);
    expect(staleNow()).toBe(false);
    await makeSlowMap(5);
    await redoStroke();
    stage.see(6);
    expect(maps.peek().map(isStale)).toEqual([true, true]);
    await makeSlowMap(6);
    await undoStroke();
    await redoStroke();
    expect(maps.peek().map(isStale), 'the same stroke makes the same picture').toEqual([true, true, false]);
  });

  it('knows what the network on screen said of the picture without strokes, and nothing that another one said', async () => {
    showNetworkForTest('n');
    stage.see(2);
    tell(2, 'cup', 0.9);
    stage.fake.page.nowMs = 2000;
    showSource(fakeSource('still'));
    expect(told(), 'of the picture before').toEqual([]);
    stage.see(3);
    await addStroke(stroke(0.1));
    tell(3, 'vase', 0.8);
    expect(told(), 'told late').toEqual(['vase']);
    stage.fake.page.nowMs = 3000;
    stage.see(4);
    tell(4, 'bowl', 0.5);
    expect(told()).toEqual(['vase']);
    receiveEvent({ kind: 'network', network: 'm', explanationLayer: null, answersStandAlone: false, layers: [], card: { id: 'm', name: 'm', classes: ['one'], input: { channels: 3 } } as never });
    expect([told(), answers.peek()]).toEqual([[], []]);
    stage.see(5);
    tell(5, 'one', 0.3);
    expect(told(), 'this network has not seen the picture without strokes').toEqual([]);
    await undoStroke();
    stage.fake.page.nowMs = 4000;
    stage.see(6);
    tell(6, 'two', 0.4);
    expect(told()).toEqual(['two']);
  });
});
it('tells whose a frame is that is drawn when the next picture is there already', async () => {
  const drawn = (sequence: number, capturedAtMs: number): void => receiveEvent({ kind: 'drawn', sequence, capturedAtMs, drawnAtMs: 9000 });
  stage.see(2);
  tell(2, 'cup', 0.9);
  const original = pictureOfFrame(2);
  stage.fake.page.nowMs = 2000;
  await addStroke(stroke(0.1));
  stage.fake.page.nowMs = 3000;
  await undoStroke();
  // Taken while the stroke was on screen, answered when it is gone.
  drawn(3, 2500);
  tell(3, 'bowl', 0.5);
  expect([pictureOfFrame(2), pictureOfFrame(3) === original, isOfOtherPicture(3), firstSequence.peek()]).toEqual([original, false, true, null]);
  expect(told()).toEqual(['cup']);
  drawn(4, 3000);
  expect([pictureOfFrame(3) === original, pictureOfFrame(4), firstSequence.peek()]).toEqual([false, original, 4]);
});

async function makeSlowMap(sequence: number): Promise<void> {
  void makeMap({ method: 'occlusion', target: { kind: 'top' }, layer: null, parameters: {} });
  await settle();
  stage.asked.at(-1)?.finish({ sequence, method: 'occlusion' });
  await settle();
}

describe('the last frozen frames', () => {
  it('are few, and their addresses are given back', async () => {
    const made = vi.spyOn(URL, 'createObjectURL');
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    for (let count = 0; count < mostMoments + 3; count += 1) await keepMoment(fakeSource('still', `frame ${count}`));
    expect(moments.peek()).toHaveLength(mostMoments);
    expect(moments.peek()[0]?.label).toBe('frame 3');
    expect([made.mock.calls.length, revoked.mock.calls.length]).toEqual([mostMoments + 3, 3]);
    expect(revoked.mock.calls.map(([address]) => address)).not.toContain(moments.peek()[0]?.address);
    await showMoment(moments.peek()[2]?.id ?? 0);
    expect(base.disposals).toBe(1);
    expect(source.peek()?.label).toBe('frame 5');
    vi.restoreAllMocks();
  });

  it('are the same pictures when they come back: maps are of them, strokes can be done again', async () => {
    await keepMoment(base);
    const other = fakeSource('still', 'other');
    await keepMoment(other);
    const [first, second] = moments.peek().slice(-2).map(({ id }) => id);
    await readMethods();
    stage.see(2);
    await makeSlowMap(2);
    expect(momentOnScreen.peek()).toBe(first);
    stage.fake.page.nowMs = 2000;
    await addStroke(stroke(0.1));
    expect(momentOnScreen.peek(), 'painted over').toBe(first);
    stage.see(3);
    await makeSlowMap(3);
    stage.fake.page.nowMs = 3000;
    await showMoment(second ?? 0);
    stage.see(4);
    expect([momentOnScreen.peek(), strokes.peek().length, undone.peek().length]).toEqual([second, 0, 0]);
    expect(maps.peek().map(isStale)).toEqual([true, true]);
    stage.fake.page.nowMs = 4000;
    await showMoment(first ?? 0);
    stage.see(5);
    expect([momentOnScreen.peek(), strokes.peek().length, undone.peek().length]).toEqual([first, 0, 1]);
    expect(maps.peek().map(isStale)).toEqual([false, true]);
    await redoStroke();
    expect(maps.peek().map(isStale)).toEqual([true, false]);
    showSource(fakeSource('picture'));
    expect(momentOnScreen.peek(), 'a file is none of them').toBeNull();
  });

  it('follow the last of two quick taps', async () => {
    await keepMoment(base);
    await keepMoment(fakeSource('still', 'other'));
    const [first, second] = moments.peek().slice(-2).map(({ id }) => id);
    await Promise.all([showMoment(first ?? 0), showMoment(second ?? 0)]);
    expect(momentOnScreen.peek()).toBe(second);
    expect(alive(), 'the other one is gone').toBe(1);
  });
});
