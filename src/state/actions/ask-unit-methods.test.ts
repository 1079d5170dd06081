import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import { defaultSpec } from '../../contract/session-spec';
import { changeSpec, spec } from '../choices';
import { draft, draftMethod, followsPicture, methods, unitMethods, type InspectedMap } from '../inspection';
import { describeForTest, settle, useInspection } from '../inspection.fixture';
import { liveMethod } from '../live-caption';
import { receiveEvent } from '../receive-event';
import { reasonAgainst } from '../refused-method';
import { askUnitMethods } from './ask-unit-methods';
import { forgetMaps, readMethods } from './explain-frame';

const low = { kind: 'unit', layer: 'low', channel: 3 } as const;
let asked: (string | undefined)[];
let stage: ReturnType<typeof useInspection>;
beforeAll(askUnitMethods);
beforeEach(async () => {
  stage = useInspection();
  asked = [];
  unitMethods.value = new Map();
  spec.value = { ...defaultSpec, explanation: 'guided-backprop' };
  draft.value = { method: 'guided-backprop', target: { kind: 'top' }, layer: null, parameters: {} };
  Object.assign(stage.fake.runtime.supervisor, {
    describeExplanations: async (unitLayer?: string) => {
      asked.push(unitLayer);
      return [describeForTest('guided-backprop', { unsupported: unitLayer === 'low' ? null : 'a SiLU' }), describeForTest('cam', { unsupported: unitLayer === undefined ? null : 'only classes' })];
    },
  });
  await readMethods();
});

describe('what is defined for a unit', () => {
  it('is asked once for each layer, for the next map and for the live one', async () => {
    expect(draftMethod.value?.unsupported).toBe('a SiLU');
    draft.value = { ...draft.value, target: low };
    await settle();
    expect([asked, draftMethod.value?.unsupported, reasonAgainst('guided-backprop')]).toEqual([[undefined, 'low'], null, 'a SiLU']);
    expect(followsPicture({ request: { ...draft.value } } as unknown as InspectedMap)).toBe(true);
    draft.value = { ...draft.value, method: 'cam' };
    expect(draftMethod.value?.unsupported).toBe('only classes');
    changeSpec({ target: { ...low, channel: 4 } });
    await settle();
    expect([asked.length, liveMethod.value?.unsupported, reasonAgainst('guided-backprop')]).toEqual([2, null, null]);
    changeSpec({ target: { ...low, layer: 'high' } });
    expect(reasonAgainst('guided-backprop'), 'until it is answered, as for classes').toBe('a SiLU');
    await settle();
    expect([asked[2], reasonAgainst('cam')]).toEqual(['high', 'only classes']);
  });

  it('is asked once while it is not answered, again when it could not be', async () => {
    let answer: (of: readonly ReturnType<typeof describeForTest>[]) => void = () => undefined;
    let fail: (thrown: unknown) => void = () => undefined;
    stage.fake.runtime.supervisor.describeExplanations = (unitLayer) => {
      asked.push(unitLayer);
      return new Promise((resolve, reject) => { answer = resolve; fail = reject; });
    };
    for (const channel of [1, 2, 3]) draft.value = { ...draft.value, target: { ...low, channel } };
    expect(asked).toEqual([undefined, 'low']);
    fail(new AppError('worker-crashed', 'gone', true));
    await settle();
    receiveEvent({ kind: 'ready', backend: 'wasm', why: '', threads: 1 });
    expect(asked).toEqual([undefined, 'low', 'low']);
    answer([describeForTest('guided-backprop')]);
    await settle();
    expect(draftMethod.value?.unsupported).toBeNull();
  });

  it('is asked anew of another network', async () => {
    changeSpec({ target: low });
    await settle();
    forgetMaps();
    expect([methods.value, unitMethods.value.size]).toEqual([[], 0]);
    await settle();
    expect(asked).toEqual([undefined, 'low', undefined, 'low']);
  });
});
