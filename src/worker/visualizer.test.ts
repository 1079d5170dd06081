import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../contract/errors';
import { settlePromises } from './testing.fixture';
import { codeOf, createFakeTier, digits, everyday, setUpVisualizer } from './visualizer.fixture';

describe('createVisualizer', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout'] }); });
  afterEach(() => { vi.useRealTimers(); });

  it('gives jobs to the network on screen and ends them before another is shown', async () => {
    const { visualizer, begin, loads, jobs } = setUpVisualizer();
    await begin();
    expect(await codeOf(visualizer.runJob('a', { kind: 'sanity', of: 'x', seed: 1 }))).toBe('internal');
    const applied = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await applied;
    expect(await codeOf(visualizer.runJob('b', { kind: 'sanity', of: 'x', seed: 1 }))).toBe('cancelled');
    await visualizer.cancelJob('b');
    // Called off before the frame loop gave it its turn: it never begins.
    const calledOff = codeOf(visualizer.runJob('early', { kind: 'sanity', of: 'x', seed: 1 }));
    await visualizer.cancelJob('early');
    expect(await calledOff).toBe('cancelled');
    const changed = visualizer.apply(digits);
    await settlePromises();
    await loads[1]?.finish();
    await changed;
    expect(await codeOf(visualizer.runJob('c', { kind: 'sanity', of: 'x', seed: 1 }, true))).toBe('cancelled');
    expect(jobs).toEqual(['everyday b', 'everyday cancel b', 'everyday end', 'digits urgent c']);
  });

  it('opens the tier, loads, shows, and says so in this order', async () => {
    const { visualizer, begin, loads, events, sessions } = setUpVisualizer();
    await begin();
    const applied = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await applied;
    expect(events.filter((event) => event.kind !== 'heartbeat' && 'kind' in event && event.kind !== ('credit' as string)).map((event) => event.kind)).toEqual(['ready', 'loading', 'network']);
    expect(sessions.map((session) => session.id)).toEqual(['everyday']);
  });

  it('rejects when no backend can be had, and refuses to change it', async () => {
    let works = false;
    const { visualizer, begin, loads } = setUpVisualizer(async () => {
      if (!works) throw new AppError('backend-unavailable', 'nothing here');
      return createFakeTier();
    });
    await begin();
    expect(await codeOf(visualizer.apply(everyday))).toBe('backend-unavailable');
    works = true;
    const applied = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await applied;
    expect(await codeOf(visualizer.apply({ ...everyday, backend: 'webgpu' }))).toBe('internal');
  });

  it('attaches surfaces that came before the tier once it is there, unless they left', async () => {
    const log: string[] = [];
    const { visualizer, begin, loads } = setUpVisualizer(async () => createFakeTier(log));
    await begin();
    const layout = { widthPx: 1, heightPx: 1, tiles: [] };
    const canvas = {} as OffscreenCanvas;
    await visualizer.attachSurface('rail', canvas, layout);
    await visualizer.attachSurface('gone', canvas, layout);
    await visualizer.detachSurface('gone');
    expect(log).toEqual([]);
    const applied = visualizer.apply(everyday);
    await settlePromises();
    expect(log).toEqual(['attach rail']);
    await loads[0]?.finish();
    await applied;
    await visualizer.attachSurface('late', canvas, layout);
    await visualizer.detachSurface('rail');
    await visualizer.detachSurface('rail');
    await visualizer.layoutSurface('rail', layout);
    await visualizer.layoutSurface('late', layout);
    expect(log).toEqual(['attach rail', 'clear', 'attach late', 'detach rail', 'layout late']);
  });

  it('counts memory, beats, and breaks only when it may', async () => {
    const { visualizer, begin, events, loads } = setUpVisualizer();
    await begin();
    expect(await codeOf(visualizer.memory())).toBe('internal');
    void codeOf(visualizer.apply(everyday));
    await settlePromises();
    expect(loads).toHaveLength(1);
    expect(await visualizer.memory()).toEqual({ tensors: 3, bytes: 12, openFrames: 0 });
    await vi.advanceTimersByTimeAsync(1100);
    expect(events.filter((event) => event.kind === 'heartbeat').length).toBe(2);
    expect(await codeOf(visualizer.breakForTest('crash'))).toBe('internal');
    expect(await codeOf(visualizer.readActivation('conv'))).toBe('internal');
  });
});
