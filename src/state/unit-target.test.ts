import { describe, expect, it } from 'vitest';
import type { LayerInfo } from '../contract/events';
import { chooseFirstUnit, describeUnitBounds, fitUnit, listUnitLayers, narrowUnit, type UnitTarget } from './unit-target';

const layer = (id: string, height: number, width: number, channels: number): LayerInfo => ({
  id, name: id, op: 'relu', shape: [height, width, channels], spatial: height * width > 1, signed: false, receptiveField: null, parameters: 0, multiplyAdds: 0,
});
const conv = layer('conv', 14, 7, 64);
const dense = layer('fc', 1, 1, 100);
const unit = (over: Partial<UnitTarget> = {}): UnitTarget => ({ kind: 'unit', layer: 'conv', channel: 3, ...over });

describe('a unit or channel to explain', () => {
  it('is of any layer on the rail, vectors too, and of one that is held and folded away', () => {
    expect(listUnitLayers([conv, dense], 'fc').map(({ id }) => id)).toEqual(['conv', 'fc']);
    expect(listUnitLayers([conv, dense], 'bn')).toEqual([{ id: 'bn', info: null }, { id: 'conv', info: conv }, { id: 'fc', info: dense }]);
  });

  it('is at first of the last layer with places, in a network without one of the last', () => {
    expect(chooseFirstUnit([conv, dense])).toEqual(unit({ channel: 0 }));
    expect(chooseFirstUnit([dense])).toEqual({ kind: 'unit', layer: 'fc', channel: 0 });
    expect(chooseFirstUnit([]).layer).toBe('');
  });

  it('stays within the bounds of its layer', () => {
    expect(fitUnit(unit({ layer: 'fc', channel: 42 }), dense), 'a dense unit keeps its number').toEqual(unit({ layer: 'fc', channel: 42 }));
    expect(fitUnit(unit({ channel: 64 }), conv).channel).toBe(63);
    expect(fitUnit(unit({ channel: -1 }), conv).channel).toBe(0);
    expect(fitUnit(unit({ channel: Number.NaN }), conv).channel, 'an empty field').toBe(0);
    expect(fitUnit(unit({ channel: 2.6, y: 14, x: 99 }), conv)).toEqual(unit({ channel: 3, y: 13, x: 6 }));
    expect(fitUnit(unit({ y: 1, x: 2 }), dense), 'a vector has no places').toEqual(unit());
    expect(fitUnit(unit({ channel: 500, y: 30, x: -2 }), null), 'of a layer that is not known').toEqual(unit({ channel: 500, y: 30, x: 0 }));
  });

  it('becomes one unit in the middle of the map, and the whole channel again', () => {
    const single = narrowUnit(unit(), conv, true);
    expect(single).toEqual(unit({ y: 7, x: 3 }));
    expect(narrowUnit(single, conv, false)).toEqual(unit());
    expect(narrowUnit(unit(), dense, true)).toEqual(unit());
  });

  it('says what may be entered', () => {
    expect(describeUnitBounds(conv, true)).toBe('Channels 0 to 63, rows 0 to 13, columns 0 to 6.');
    expect(describeUnitBounds(conv, false)).toBe('Channels 0 to 63.');
    expect(describeUnitBounds(layer('one', 1, 1, 1), true)).toBe('There is one channel, number 0.');
    expect(describeUnitBounds(dense, true)).toBe('Channels 0 to 99.');
  });
});
