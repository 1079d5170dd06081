import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import { settlePromises } from './testing.fixture';
import { codeOf, digits, everyday, setUpVisualizer } from './visualizer.fixture';

describe('createNetworkSwitch, as the visualizer uses it', () => {
  it('is idempotent: the same spec again loads nothing', async () => {
    const { visualizer, begin, loads, sessions } = setUpVisualizer();
    await begin();
    const first = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await first;
    await visualizer.apply({ ...everyday });
    expect(loads.length).toBe(1);
    expect(sessions.length).toBe(1);
  });

  it('reads a network again when its card was changed, and stays with what a newer revision made of it', async () => {
    const { visualizer, begin, loads, sessions } = setUpVisualizer();
    await begin();
    const applied = visualizer.apply({ ...everyday, networkRevision: 1 });
    await settlePromises();
    const first = await loads[0]?.finish();
    await applied;
    const changed = visualizer.apply({ ...everyday, networkRevision: 2 });
    await settlePromises();
    const changedAgain = visualizer.apply({ ...everyday, networkRevision: 3 });
    expect(await codeOf(changed)).toBe('superseded');
    await settlePromises();
    expect(loads.map(({ signal }) => signal.aborted)).toEqual([false, true, false]);
    await loads[2]?.finish();
    await changedAgain;
    expect(first?.disposals).toBe(1);
    expect(sessions.map(({ disposed }) => disposed)).toEqual([true, false]);
    await visualizer.apply({ ...everyday, networkRevision: 3, openChannel: 1 });
    expect(loads).toHaveLength(3);
  });

  it('lets the newest win: the older rejects at once, and its download stops', async () => {
    const { visualizer, begin, loads, sessions } = setUpVisualizer();
    await begin();
    const older = codeOf(visualizer.apply(everyday));
    await settlePromises();
    const newer = visualizer.apply(digits);
    expect(await older).toBe('superseded');
    await settlePromises();
    expect(loads.map((load) => [load.id, load.signal.aborted])).toEqual([['everyday', true], ['digits', false]]);
    await loads[1]?.finish();
    await newer;
    expect(sessions.map((session) => session.id)).toEqual(['digits']);
  });

  it('goes on with a download that the newer spec needs too', async () => {
    const { visualizer, begin, loads, sessions } = setUpVisualizer();
    await begin();
    const older = codeOf(visualizer.apply(everyday));
    await settlePromises();
    const newer = visualizer.apply({ ...everyday, colourMap: 'grey' });
    await settlePromises();
    await loads[0]?.finish();
    await newer;
    expect(await older).toBe('superseded');
    expect(loads.length).toBe(1);
    expect(sessions[0]?.specs.at(-1)?.colourMap).toBe('grey');
  });

  it('keeps what is shown when the next network cannot be loaded, and can try again', async () => {
    const { visualizer, begin, loads, sessions } = setUpVisualizer();
    await begin();
    const first = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await first;
    const missing = codeOf(visualizer.apply(digits));
    await settlePromises();
    await loads[1]?.fail(new AppError('network-missing', '404'));
    expect(await missing).toBe('network-missing');
    expect(sessions[0]?.disposed).toBe(false);
    const again = visualizer.apply(digits);
    await settlePromises();
    const network = await loads[2]?.finish();
    await again;
    expect(sessions.map((session) => [session.id, session.disposed])).toEqual([['everyday', true], ['digits', false]]);
    expect(network?.disposals).toBe(0);
  });

  it('does not count a network as shown whose warm-up failed', async () => {
    const { visualizer, begin, loads, sessions, setWarmUpFailure } = setUpVisualizer();
    await begin();
    setWarmUpFailure(new RangeError('WebAssembly.Memory.grow(): out of memory'));
    const failed = codeOf(visualizer.apply(everyday));
    await settlePromises();
    const network = await loads[0]?.finish();
    expect(await failed).toBe('out-of-memory');
    expect(network?.disposals).toBe(1);
    setWarmUpFailure(null);
    const again = visualizer.apply(everyday);
    await settlePromises();
    await loads[1]?.finish();
    await again;
    expect(sessions.map((session) => session.disposed)).toEqual([true, false]);
  });

  it('shows a network once when it is chosen again with another view while it waits for its turn', async () => {
    const { visualizer, begin, loads, sessions, hold } = setUpVisualizer();
    await begin();
    const first = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await first;
    // A frame that is being worked on, or a readback: the turn is taken.
    const release = hold('idle');
    const reading = visualizer.memory();
    const chosen = codeOf(visualizer.apply(digits));
    await settlePromises();
    const network = await loads[1]?.finish();
    const again = visualizer.apply({ ...digits, openChannel: 1 });
    await settlePromises();
    await release();
    await reading;
    await again;
    expect(await chosen).toBe('superseded');
    expect(network?.disposals).toBe(0);
    expect(loads).toHaveLength(2);
    expect(sessions.map(({ id, disposed }) => [id, disposed])).toEqual([['everyday', true], ['digits', false]]);
    expect(sessions[1]?.specs.map(({ openChannel }) => openChannel)).toEqual([1, 1]);
  });

  it('neither loads nor shows a network again that is being warmed up', async () => {
    const { visualizer, begin, loads, sessions, events, hold } = setUpVisualizer();
    await begin();
    const release = hold('warmUp');
    const first = codeOf(visualizer.apply(everyday));
    await settlePromises();
    await loads[0]?.finish();
    const again = visualizer.apply({ ...everyday, colourMap: 'grey' });
    await visualizer.watchPoint({ layer: 'conv', x: 1, y: 2, channel: 3 });
    await settlePromises();
    await release();
    await again;
    expect(await first).toBe('superseded');
    expect(loads).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === 'network')).toHaveLength(1);
    expect(sessions.map(({ specs }) => specs.at(-1)?.colourMap)).toEqual(['grey']);
    expect(sessions[0]?.points.at(-1)).toEqual({ layer: 'conv', x: 1, y: 2, channel: 3 });
  });

  it('lets a network go that nobody wants any more when its turn comes', async () => {
    const { visualizer, begin, loads, sessions, jobs, hold } = setUpVisualizer();
    await begin();
    const release = hold('warmUp');
    const first = codeOf(visualizer.apply(everyday));
    await settlePromises();
    await loads[0]?.finish();
    const passing = codeOf(visualizer.apply(digits));
    await settlePromises();
    const unwanted = await loads[1]?.finish();
    const last = visualizer.apply({ ...everyday, openChannel: 2 });
    await settlePromises();
    await loads[2]?.finish();
    await release();
    await last;
    expect([await first, await passing]).toEqual(['superseded', 'superseded']);
    expect(unwanted?.disposals).toBe(1);
    expect(sessions.map(({ id, disposed }) => [id, disposed])).toEqual([['everyday', false]]);
    expect(jobs).toEqual([]);
    await visualizer.readActivation('conv');
  });

  it('ends the jobs of a network that was still being warmed up when the next one was ready', async () => {
    const { visualizer, begin, loads, sessions, jobs, hold } = setUpVisualizer();
    await begin();
    const release = hold('warmUp');
    const first = codeOf(visualizer.apply(everyday));
    await settlePromises();
    const network = await loads[0]?.finish();
    const next = visualizer.apply(digits);
    await settlePromises();
    await loads[1]?.finish();
    await release();
    await next;
    expect(await first).toBe('superseded');
    expect(jobs).toEqual(['everyday end']);
    expect(network?.disposals).toBe(1);
    expect(sessions.map(({ id, disposed }) => [id, disposed])).toEqual([['everyday', true], ['digits', false]]);
  });
});
