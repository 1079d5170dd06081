import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelOrders, colourMaps, defaultSpec, explanationIds, type SessionSpec } from '../contract/session-spec';
import { readLink, writeHash } from './url-state';
import { defaultView, mirrorChoices, pages, themes, type ViewSpec } from './view-spec';

const anyName = fc.string({ minLength: 1, maxLength: 24 }).filter((text) => text.isWellFormed());
const anySpec: fc.Arbitrary<SessionSpec> = fc.record({
  network: anyName,
  backend: fc.constant('auto' as const),
  explanation: fc.constantFrom(...explanationIds),
  explanationLayer: fc.option(anyName),
  target: fc.oneof(
    fc.constant({ kind: 'top' as const }), fc.nat(999).map((index) => ({ kind: 'class' as const, index })),
    fc.tuple(fc.nat(999), fc.nat(999)).map(([index, against]) => ({ kind: 'difference' as const, index, against })),
    // A layer's name that begins like a place cannot be told from one; no file has such names.
    fc.tuple(anyName.filter((name) => !/^\d+,\d+:/.test(name)), fc.nat(999), fc.option(fc.tuple(fc.nat(99), fc.nat(99)))).map(([layer, channel, place]) =>
      ({ kind: 'unit' as const, layer, channel, ...(place === null ? {} : { y: place[0], x: place[1] }) })),
  ),
  openLayer: fc.option(anyName),
  openChannel: fc.option(fc.nat(2047)),
  channelOrder: fc.constantFrom(...channelOrders),
  scale: fc.constantFrom('channel' as const, 'layer' as const),
  colourMap: fc.constantFrom(...colourMaps),
  everyStep: fc.boolean(),
  networkRevision: fc.constant(0), input: fc.constant(null), activity: fc.constant(false),
}).map((spec) => (spec.openLayer === null ? { ...spec, openChannel: null } : spec));
const anyView: fc.Arbitrary<ViewSpec> = fc.record({
  overlayOpacity: fc.nat(100).map((percent) => percent / 100),
  mirror: fc.constantFrom(...mirrorChoices),
  theme: fc.constantFrom(...themes),
  bigType: fc.boolean(),
  smoothMaps: fc.boolean(),
  crispOverlay: fc.boolean(),
  picture: fc.option(anyName),
  page: fc.constantFrom(...pages),
});

describe('the link', () => {
  it('is empty when nothing was chosen', () => {
    expect(writeHash(defaultSpec, defaultView)).toBe('');
    expect(readLink('', '')).toEqual({ spec: defaultSpec, view: defaultView, debug: false });
  });

  it('gives every view back', () => {
    fc.assert(fc.property(anySpec, anyView, (spec, view) => {
      const { spec: spec2, view: view2 } = readLink('', writeHash(spec, view));
      // Activity is measured while the page is open, and only then.
      expect(spec2).toEqual({ ...spec, activity: view.page === 'network' });
      expect(view2).toEqual(view);
    }));
  });

  it('takes the default for what makes no sense', () => {
    const link = readLink('?backend=quantum', '#explanation=magic&target=-1&channel=4&opacity=900&order=&theme=pink');
    expect(link.spec).toEqual(defaultSpec);
    expect(link.view).toEqual({ ...defaultView, overlayOpacity: 1 });
  });

  it('carries the tier that was chosen in the settings, over what the query asks for', () => {
    expect(writeHash({ ...defaultSpec, backend: 'wasm' }, defaultView)).toBe('#backend=wasm');
    expect(writeHash({ ...defaultSpec, backend: 'wasm' }, defaultView, defaultView, 'wasm')).toBe('');
    const hash = writeHash(defaultSpec, defaultView, defaultView, 'wasm');
    expect(readLink('?backend=wasm', hash).spec.backend).toBe('auto');
  });

  it('reads tier and debug from the query, and the hash before the query', () => {
    const link = readLink('?backend=wasm&debug&network=digits&layer=a', '#layer=b');
    expect(link.debug).toBe(true);
    expect(link.spec).toMatchObject({ backend: 'wasm', network: 'digits', openLayer: 'b' });
  });
});
