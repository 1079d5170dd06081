import { describe, expect, it } from 'vitest';
import type { LayerInfo } from '../contract/events';
import { describeLayer } from './layer-texts';

const layer: LayerInfo = {
  id: 'a', name: 'a', op: 'conv2d', shape: [16, 16, 64], spatial: true, signed: false,
  receptiveField: { sizePx: 27, stridePx: 4, startPx: -12 }, parameters: 0, multiplyAdds: 0,
};

describe('describeLayer', () => {
  it('says where a layer is, what it has, what it sees and what appears', () => {
    expect(describeLayer(layer, 7, 18, 64)).toBe('Layer 7 of 18. 64 detectors; each looks at a patch of 27 × 27 pixels. Here textures and simple parts appear.');
  });
  it('says so when everything is seen', () => {
    expect(describeLayer({ ...layer, receptiveField: null }, 17, 18, 64)).toContain('each place sees the whole picture. Here whole objects');
  });
  it('speaks of numbers where there is no place', () => {
    expect(describeLayer({ ...layer, op: 'softmax', shape: [1, 1, 100], spatial: false, receptiveField: null }, 18, 18, 64))
      .toBe('Layer 18 of 18. 100 probabilities: the scores turned into shares of certainty.');
  });
  it('grows with the patch', () => {
    const texts = [5, 27, 61, 120].map((sizePx) => describeLayer({ ...layer, receptiveField: { sizePx, stridePx: 1, startPx: 0 } }, 1, 1, 64));
    expect(new Set(texts.map((text) => text.split('. ').at(-1))).size).toBe(4);
  });
});
