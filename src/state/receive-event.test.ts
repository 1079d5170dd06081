import { beforeEach, describe, expect, it } from 'vitest';
import type { LayerInfo, WorkerEvent } from '../contract/events';
import { defaultSpec, type ExplanationTarget } from '../contract/session-spec';
import { changeSpec, spec } from './choices';
import { failure, clearFailure } from './failure';
import { draft } from './inspection';
import { dismissLostTarget, lostTarget } from './lost-target';
import { firstSequence } from './picture-seen';
import { receiveEvent } from './receive-event';
import { useFakeRuntime, type FakeRuntime } from './testing.fixture';
import { bars, channelsInOrder, network, orderReplaced, shownBars } from './worker-state';

const layer = (id: string, side: number, channels: number): LayerInfo => ({
  id, name: id, op: 'relu', shape: [side, side, channels], spatial: side > 1, signed: false, receptiveField: null, parameters: 0, multiplyAdds: 0,
});
const networkEvent = (id: string): WorkerEvent => ({
  kind: 'network', network: id, explanationLayer: null, answersStandAlone: false, layers: [layer('a', 32, 8), layer('b', 16, 16), layer('c', 8, 32), layer('d', 1, 10)],
  card: { id, name: id, classes: ['x', 'y'], input: { channels: 3 } } as unknown as Extract<WorkerEvent, { kind: 'network' }>['card'],
});
const answer = (probability: number): WorkerEvent => ({ kind: 'predictions', sequence: 1, capturedAtMs: 0, targetIndex: 0, top: [{ index: 0, label: 'x', probability }] });
let fake: FakeRuntime;

beforeEach(() => {
  fake = useFakeRuntime();
  network.value = null;
  spec.value = defaultSpec;
  clearFailure();
});

describe('a new network', () => {
  it('opens no layer on a small screen and a telling one on a wide screen', () => {
    receiveEvent(networkEvent('n'));
    expect(spec.value.openLayer).toBeNull();
    fake.page.wide = true;
    receiveEvent(networkEvent('m'));
    expect(spec.value.openLayer).toBe('b');
  });
  it('keeps the linked layer where it has one, and drops what does not exist', () => {
    spec.value = { ...defaultSpec, network: 'n', openLayer: 'c', openChannel: 40, target: { kind: 'class', index: 7 } };
    receiveEvent(networkEvent('n'));
    expect(spec.value).toMatchObject({ openLayer: 'c', openChannel: null, target: { kind: 'top' } });
  });
  it('explains the top answer where it has not what the link names, and says so until something else is chosen', () => {
    const ask = (target: ExplanationTarget, asked = 'n'): readonly [string, string | null] => {
      spec.value = { ...defaultSpec, network: asked, target };
      draft.value = { ...draft.peek(), target };
      receiveEvent(networkEvent('n'));
      return [spec.value.target.kind, lostTarget.value];
    };
    expect(ask({ kind: 'class', index: 2 })).toEqual(['top', 'n has no class 2. The top answer is explained.']);
    expect(ask({ kind: 'difference', index: 0, against: 40 })).toEqual(['top', 'n has no class 40. The top answer is explained.']);
    expect(ask({ kind: 'difference', index: 1, against: 1 })).toEqual(['top', 'n has nothing to tell class 1 from itself. The top answer is explained.']);
    expect(ask({ kind: 'unit', layer: 'nowhere', channel: 3 })).toEqual(['top', 'n has no layer “nowhere”. The top answer is explained.']);
    expect(ask({ kind: 'unit', layer: 'c', channel: 32 })).toEqual(['top', 'n has no channel 32 in c. The top answer is explained.']);
    expect(ask({ kind: 'unit', layer: 'c', channel: 31, y: 7, x: 8 })).toEqual(['top', 'n has no row 7, column 8 in c. The top answer is explained.']);
    expect(draft.value.target).toEqual({ kind: 'top' });
    changeSpec({ openChannel: null, scale: 'layer' });
    expect(lostTarget.value, 'another choice').not.toBeNull();
    changeSpec({ target: { kind: 'class', index: 1 } });
    expect(lostTarget.value).toBeNull();
    changeSpec({ target: { kind: 'top' } });
    expect(lostTarget.value).toBeNull();
    ask({ kind: 'class', index: 2 });
    dismissLostTarget();
    expect(lostTarget.value).toBeNull();
    // Meant for a network that is on its way.
    expect(ask({ kind: 'class', index: 2 }, 'm')).toEqual(['class', null]);
  });
  it('keeps what it has, folded layers too', () => {
    const kept: readonly ExplanationTarget[] = [
      { kind: 'top' }, { kind: 'class', index: 1 }, { kind: 'difference', index: 0, against: 1 }, { kind: 'unit', layer: 'd', channel: 9 },
      { kind: 'unit', layer: 'c', channel: 31, y: 7, x: 7 }, { kind: 'unit', layer: 'folded', channel: 3 },
    ];
    for (const target of kept) {
      spec.value = { ...defaultSpec, network: 'n', target };
      receiveEvent({ ...networkEvent('n'), folded: [{ id: 'folded', shape: [4, 4, 4] }] } as WorkerEvent);
      expect(spec.value.target).toEqual(target);
      expect(lostTarget.value).toBeNull();
    }
  });
  it('forgets the answers of the one before', () => {
    receiveEvent(networkEvent('n'));
    receiveEvent(answer(0.9));
    expect(shownBars.value).toHaveLength(1);
    receiveEvent(networkEvent('m'));
    expect(bars.value).toEqual([]);
  });
  it('has not seen the picture that the one before saw', () => {
    const drawn: WorkerEvent = { kind: 'drawn', sequence: 3, capturedAtMs: 10 ** 12, drawnAtMs: 10 ** 12 };
    receiveEvent(networkEvent('n'));
    receiveEvent(drawn);
    expect(firstSequence.value).toBe(3);
    // The same one said anew, with other steps in its rail.
    receiveEvent(networkEvent('n'));
    expect(firstSequence.value).toBe(3);
    receiveEvent(networkEvent('m'));
    expect(firstSequence.value).toBeNull();
    receiveEvent({ ...drawn, sequence: 4 });
    expect(firstSequence.value).toBe(4);
  });
});

describe('the order of channels', () => {
  it('is what the worker says, and says so when it is another one', () => {
    receiveEvent(networkEvent('n'));
    spec.value = { ...spec.value, openLayer: 'a', channelOrder: 'influence' };
    receiveEvent({ kind: 'order', layer: 'a', by: 'activity', channels: [7, 6, 5, 4, 3, 2, 1, 0] });
    expect(channelsInOrder.value[0]).toBe(7);
    expect(orderReplaced.value).toBe(true);
    receiveEvent({ kind: 'order', layer: 'a', by: 'influence', channels: [3, 6, 5, 4, 7, 2, 1, 0] });
    expect(channelsInOrder.value[0]).toBe(3);
    expect(orderReplaced.value).toBe(false);
  });
});

describe('an error', () => {
  it('is shown, but for what is no failure', () => {
    receiveEvent({ kind: 'error', error: { code: 'superseded', detail: '', recoverable: true } });
    expect(failure.value).toBeNull();
    receiveEvent({ kind: 'error', error: { code: 'network-missing', detail: 'x', recoverable: false } });
    expect(failure.value?.code).toBe('network-missing');
  });
});
