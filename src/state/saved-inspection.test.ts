import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../tools/npy';
import { describeForTest, makeResult } from './inspection.fixture';
import { packInspection, unpackInspection, type SavedInspection } from './saved-inspection';
import { writeNpy } from './write-npy';

const saved: SavedInspection = {
  network: 'everyday', networkName: 'Everyday', savedAt: '2026-11-24T00:00:00Z', label: 'cup.png', mirror: true, picture: new Blob([Uint8Array.of(1, 2, 3)]), array: null,
  maps: [{
    request: { method: 'grad-cam++', target: { kind: 'unit', layer: 'conv', channel: 3, y: 1, x: 2 }, layer: 'conv', parameters: { steps: 5, squared: true, baseline: 'black' } },
    result: makeResult({ method: 'grad-cam++', targetIndex: null, note: { steps: { done: 3, of: 5 }, standardError: 0.1, inForce: { statistics: 'picture' } } }),
    faithfulness: { kind: 'faithfulness', deletion: [1, 0], insertion: [0, 1], randomDeletion: [], randomInsertion: [], areas: { deletion: 0.5, insertion: 0.5, randomDeletion: 0, randomInsertion: 0 } },
    sanity: { kind: 'sanity', steps: [{ layer: 'fc', correlation: -0.2 }], dependsOnWeights: true },
    stale: true, network: { id: 'other', name: 'Other' }, targetName: 'channel 3 of conv', method: describeForTest('grad-cam++', { kind: 'layer', signed: false, pixel: 'strongest', cost: 4 }),
  }],
};
const pack = async (over: Partial<SavedInspection> = {}): Promise<Uint8Array> => new Uint8Array(await (await packInspection({ ...saved, ...over })).arrayBuffer());

/** The same zip with its JSON changed. */
async function tamper(change: (facts: Record<string, unknown>) => unknown): Promise<Uint8Array> {
  const files = unzipSync(await pack());
  const facts = JSON.parse(new TextDecoder().decode(files['inspection.json'])) as Record<string, unknown>;
  return zipSync({ ...files, 'inspection.json': strToU8(JSON.stringify(change(facts))) });
}

describe('a saved inspection', () => {
  it('comes back as it was, maps readable by NumPy', async () => {
    const bytes = await pack();
    const { picture, ...facts } = unpackInspection(bytes);
    const { picture: _, ...expected } = saved;
    expect(facts).toEqual(expected);
    expect([...new Uint8Array(await picture.arrayBuffer())]).toEqual([1, 2, 3]);
    const file = unzipSync(bytes)['map-1-grad-cam.npy'];
    expect(readNpy(file ?? new Uint8Array())).toEqual({ shape: [1, 2, 1], values: Float32Array.of(1, -2) });
  });

  it('holds a picture of several megabytes, packed in parts', async () => {
    const picture = Uint8Array.from({ length: 2.5 * 2 ** 20 }, (_, index) => (index * 7919) >> 5);
    const found = unpackInspection(await pack({ picture: new Blob([picture]) })).picture;
    expect(Buffer.compare(Buffer.from(await found.arrayBuffer()), Buffer.from(picture))).toBe(0);
  });

  it('keeps the numbers of an array', async () => {
    const array = { shape: [2, 1, 5], values: Float32Array.from({ length: 10 }, (_, index) => index / 3) } as const;
    expect(unpackInspection(await pack({ array })).array).toEqual(array);
    const odd = await pack({ array: { ...array, values: array.values.map((value, index) => (index === 3 ? Infinity : value)) } });
    expect(() => unpackInspection(odd), 'as it would be by itself').toThrow(expect.objectContaining({ code: 'inspection-unreadable' }));
  });

  it('keeps what is no number, in the map and in everything that was measured of it', async () => {
    const [map] = saved.maps;
    if (map === undefined) throw new Error('no map');
    const overflowed: SavedInspection['maps'][number] = {
      ...map,
      result: makeResult({ ...map.result, map: { shape: [1, 2, 1], values: Float32Array.of(Number.NaN, -Infinity) }, score: Number.NaN, min: -Infinity, max: Infinity, note: { steps: null, completenessGap: Infinity, standardError: Number.NaN } }),
      faithfulness: { kind: 'faithfulness', deletion: [1, Number.NaN], insertion: [Infinity, 1], randomDeletion: [], randomInsertion: [-Infinity], areas: { deletion: Number.NaN, insertion: 0.5, randomDeletion: Infinity, randomInsertion: -Infinity } },
      sanity: { kind: 'sanity', steps: [{ layer: 'fc', correlation: Number.NaN }, { layer: 'conv', correlation: 0.5 }], dependsOnWeights: false },
    };
    const { maps } = unpackInspection(await pack({ maps: [map, overflowed] }));
    expect(maps).toEqual([map, overflowed]);
  });

  it.each([
    ['score', 'result.score'], ['min', 'result.min'], ['max', 'result.max'], ['completenessGap', 'result.note.completenessGap'], ['standardError', 'result.note.standardError'],
    ['correlation', 'sanity.steps'], ['randomInsertion', 'faithfulness.areas.randomInsertion'],
  ])('refuses a %s that is neither a number nor one of these words, and names it', async (name, where) => {
    for (const bad of ['nan', 'Infinite', '1', true, {}]) {
      const bytes = await tamper((facts) => JSON.parse(JSON.stringify(facts).replace('"standardError":', '"completenessGap":0,"standardError":').replace(new RegExp(`"${name}":-?[0-9.]+`), `"${name}":${JSON.stringify(bad)}`)) as unknown);
      expect(() => unpackInspection(bytes), JSON.stringify(bad)).toThrow(expect.objectContaining({ code: 'inspection-unreadable', message: expect.stringContaining(`maps[0].${where}`) }));
    }
  });

  it.each(['score', 'min', 'durationMs', 'sequence'])('refuses a %s that is missing or null', async (name) => {
    for (const value of ['', `"${name}":null,`]) {
      const bytes = await tamper((facts) => JSON.parse(JSON.stringify(facts).replace(new RegExp(`"${name}":[^,}]+,?`), value).replaceAll(',}', '}')) as unknown);
      expect(() => unpackInspection(bytes)).toThrow(expect.objectContaining({ code: 'inspection-unreadable', message: expect.stringContaining(`maps[0].result.${name}`) }));
    }
  });

  it('says in words what only a measurement may be', async () => {
    const bytes = await tamper((facts) => JSON.parse(JSON.stringify(facts).replace(/"durationMs":[0-9.]+/, '"durationMs":"NaN"')) as unknown);
    expect(() => unpackInspection(bytes)).toThrow(expect.objectContaining({ message: expect.stringContaining('maps[0].result.durationMs') }));
  });

  it('of before there were marks and words opens all the same', async () => {
    const added = ['stale', 'network', 'targetName', 'method'];
    const strip = (map: unknown): unknown => Object.fromEntries(Object.entries(map as object).filter(([name]) => !added.includes(name)));
    const old = await tamper((facts) => ({ ...facts, maps: (facts['maps'] as unknown[]).map(strip) }));
    expect(unpackInspection(old).maps).toEqual([{ ...saved.maps[0], stale: false, network: null, targetName: null, method: null }]);
  });

  it.each<[string, (facts: Record<string, unknown>) => unknown]>([
    ['another program', (facts) => ({ ...facts, program: 'Other' })],
    ['a later version', (facts) => ({ ...facts, version: 2 })],
    ['no list of maps', (facts) => ({ ...facts, maps: { length: 1 } })],
    ['too many maps', (facts) => ({ ...facts, maps: Array.from({ length: 17 }, () => (facts['maps'] as unknown[])[0]) })],
    ['a number as text', (facts) => JSON.parse(JSON.stringify(facts).replace('"score":1', '"score":"1"')) as unknown],
    ['a shape that does not fit', (facts) => JSON.parse(JSON.stringify(facts).replace('"shape":[1,2,1]', '"shape":[4000,4000,1]')) as unknown],
    ['a negative shape', (facts) => JSON.parse(JSON.stringify(facts).replace('"shape":[1,2,1]', '"shape":[-1,-2,1]')) as unknown],
    ['a file that is not there', (facts) => JSON.parse(JSON.stringify(facts).replace('map-1-grad-cam.npy', '__proto__')) as unknown],
    ['an unknown target', (facts) => JSON.parse(JSON.stringify(facts).replace('"kind":"unit"', '"kind":"planet"')) as unknown],
    ['a way to draw that is not known', (facts) => JSON.parse(JSON.stringify(facts).replace('"pixel":"strongest"', '"pixel":"loudest"')) as unknown],
    ['nothing but null', () => null],
  ])('with %s is refused', async (_, change) => {
    const bytes = await tamper(change);
    expect(() => unpackInspection(bytes)).toThrow(expect.objectContaining({ code: 'inspection-unreadable' }));
  });

  it('takes nothing from a prototype', async () => {
    const bytes = await tamper((facts) => facts);
    const files = unzipSync(bytes);
    const text = new TextDecoder().decode(files['inspection.json']).replace('"program"', '"__proto__":{"polluted":true},"program"').replace('"steps":5', '"__proto__":{"polluted":true},"steps":5');
    const read = unpackInspection(zipSync({ ...files, 'inspection.json': strToU8(text) }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((read as unknown as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(read.maps[0]?.request.parameters).toMatchObject({ steps: 5 });
    expect(({ ...read.maps[0]?.request.parameters } as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('that is cut off, no zip, or empty is refused', async () => {
    const bytes = await pack();
    for (const bad of [bytes.slice(0, bytes.length / 2), strToU8('not a zip at all'), new Uint8Array(), zipSync({ 'readme.txt': strToU8('x') }), zipSync({ 'inspection.json': strToU8('{'), 'picture.png': strToU8('x') })]) {
      expect(() => unpackInspection(bad)).toThrow(expect.objectContaining({ code: 'inspection-unreadable' }));
    }
  });

  it('that would unpack without end is refused before it is unpacked', () => {
    const real = 8 * 2 ** 20;
    const bomb = zipSync({ 'inspection.json': strToU8('{}'), 'picture.png': new Uint8Array(real) });
    expect(bomb.byteLength).toBeLessThan(real / 100);
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    const declare = (from: number, to: number): void => {
      for (let at = 0; at + 4 <= bomb.byteLength; at += 1) if (view.getUint32(at, true) === from) view.setUint32(at, to, true);
    };
    declare(real, 210 * 2 ** 20);
    expect(() => unpackInspection(bomb)).toThrow(expect.objectContaining({ code: 'inspection-too-large' }));
    // It says that there is almost nothing in it.
    declare(210 * 2 ** 20, 16);
    expect(() => unpackInspection(bomb)).toThrow(expect.objectContaining({ code: 'inspection-unreadable' }));
  });
});

describe('writing .npy', () => {
  it('is what the probe reads, data aligned to 64 bytes', () => {
    for (const shape of [[3], [2, 3], [1, 2, 3], [1000, 1, 1]]) {
      const values = Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, index) => index * 0.37 - 1);
      const bytes = writeNpy(shape, values);
      expect(readNpy(bytes)).toEqual({ shape, values });
      expect((bytes.byteLength - values.byteLength) % 64).toBe(0);
    }
  });
});
