import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Stroke } from '../../contract/strokes';
import { inspecting, maps } from '../inspection';
import { settle, useInspection } from '../inspection.fixture';
import { moments, mostMoments } from '../moments';
import { answersBefore, original, painted, strokes, undone } from '../painting';
import { source } from '../source-state';
import { fakeSource, type CountedSource } from '../testing.fixture';
import { answers } from '../worker-state';
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
const alive = (): number => stage.fake.made.filter(({ disposals }) => disposals === 0).length;

describe('painting over a frozen picture', () => {
  it('adds, undoes, redoes and clears; only what is on screen and the original live', async () => {
    answers.value = [{ index: 0, label: 'cup', probability: 0.9 }];
    await addStroke(stroke(0.1));
    answers.value = [{ index: 1, label: 'bowl', probability: 0.5 }];
    await addStroke(stroke(0.2));
    expect([painted.peek(), strokes.peek().length, alive(), base.disposals]).toEqual([true, 2, 1, 0]);
    expect(answersBefore.peek().map(({ label }) => label)).toEqual(['cup']);
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
});

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
});
