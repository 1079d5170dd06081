import { describe, expect, it } from 'vitest';
import type { NetworkCard } from '../contract/card';
import { noActivity, levelOf, trackActivity } from './network-page-activity';
import { listChartEntries } from './network-page-chart';
import { sketchNetwork, sketchResidual } from './network-page.fixture';
import { sortRows, sumUp, writeBytes, writeCount, writeCsv, writeShape } from './network-page-facts';
import { pictureKernels } from './network-page-kernels';
import { knownNetworks } from './network-page-known';

describe('facts', () => {
  it('sum up, with two operations for each multiply-add', () => {
    const sketch = sketchNetwork();
    sketch.add('fc', 'dense', [sketch.step('a', 'image', [2, 2, 4])], [1, 1, 5]);
    expect(sumUp(sketch.nodes)).toEqual({
      layers: 5, parameters: 20, multiplyAdds: 2000, flops: 4000, weightBytes: 80, activationBytes: 4 * (32 * 32 * 3 + 3 * 16 + 5),
    });
  });

  it('sort by any column, equal rows in the order of the network', () => {
    const nodes = sketchResidual(3);
    expect(sortRows(nodes, 'order', true)[0]?.node.id).toBe('softmax');
    const byCost = sortRows(nodes, 'flops', true);
    expect(byCost[0]).toMatchObject({ order: 2, node: { id: 'stem_conv' } });
    expect(byCost.at(-1)?.node.id).toBe('softmax');
    // What sees the whole picture sees more than any patch.
    expect(sortRows(nodes, 'receptive-field', true)[0]?.node.shape.slice(0, 2)).toEqual([1, 1]);
    expect(sortRows(nodes, 'name', false).map(({ node }) => node.id).slice(0, 2)).toEqual(['b0_1_bn', 'b0_1_conv']);
  });

  it('are written so that people can read them', () => {
    expect([0, 999, 1000, 70_746, 297e6, 1.5e10].map(writeCount)).toEqual(['0', '999', '1.00 k', '70.7 k', '297 M', '15.0 G']);
    expect([12, 2048, 7.2 * 2 ** 20].map(writeBytes)).toEqual(['12 B', '2.00 KiB', '7.20 MiB']);
    expect([writeShape([16, 24, 8]), writeShape([1, 1, 10]), writeShape([1, 1, 1])]).toEqual(['24 × 16 × 8', '10 values', '1 value']);
  });
});

describe('writeCsv', () => {
  it('has a header and a line for each layer', () => {
    const lines = writeCsv(sketchResidual(1)).split('\r\n');
    expect(lines[0]?.split(',').slice(0, 4)).toEqual(['order', 'name', 'operation', 'settings']);
    expect(lines[2]).toBe('2,stem_conv,conv2d,3 × 3,image,16,16,8,10,1000,2000,40,8192,2,1');
    expect(lines.at(-1)).toBe('');
    expect(lines).toHaveLength(sketchResidual(1).length + 2);
  });

  it('quotes what would break a line and defuses what a spreadsheet would run', () => {
    const sketch = sketchNetwork();
    sketch.add('=HYPERLINK("x")', 'conv2d', ['image'], undefined, '3 × 3, stride 2');
    const line = writeCsv(sketch.nodes).split('\r\n')[2];
    expect(line).toContain('"\'=HYPERLINK(""x"")"');
    expect(line).toContain('"3 × 3, stride 2"');
  });
});

describe('trackActivity', () => {
  it('measures each layer by itself', () => {
    const first = trackActivity(noActivity, ['a', 'b'], [100, 0.001]);
    expect([...first.levels.values()]).toEqual([1, 1]);
    const second = trackActivity(first, ['a', 'b'], [50, 0.001]);
    expect(second.levels.get('a')).toBe(0);
    expect(second.levels.get('b')).toBe(1);
    expect(levelOf(second.levels, ['a', 'b', 'unknown'])).toBe(0.5);
    expect(levelOf(second.levels, ['unknown'])).toBeNull();
  });

  it('does not make life of noise', () => {
    const steady = trackActivity(trackActivity(noActivity, ['a'], [1]), ['a'], [0.99]);
    expect(steady.levels.get('a')).toBeGreaterThan(0.85);
  });

  it('stays in 0..1 for dead layers and broken numbers, and forgets a burst', () => {
    expect([...trackActivity(noActivity, ['a', 'b'], [0, Number.NaN]).levels.values()]).toEqual([0, 0]);
    let track = trackActivity(trackActivity(noActivity, ['a'], [1]), ['a'], [100]);
    for (let count = 0; count < 400; count += 1) track = trackActivity(track, ['a'], [1]);
    const { high = 100 } = track.ranges.get('a') ?? {};
    expect(high).toBeLessThan(10);
  });
});

describe('the comparison', () => {
  const card = {
    id: 'mine', name: 'Mine', classes: ['a', 'b'], input: { width: 32 }, accuracy: [{ set: 'validation', images: 10, top1: 0.9 }], data: null, parameters: 5, multiplyAdds: 7,
  } as unknown as NetworkCard;

  it('has a source for every published number, and plausible ones', () => {
    expect(knownNetworks.length).toBeGreaterThanOrEqual(15);
    expect(new Set(knownNetworks.map(({ name }) => name)).size).toBe(knownNetworks.length);
    for (const { source, top1, parameters, multiplyAdds } of knownNetworks) {
      expect(source).toMatch(/^https:\/\//);
      expect(top1).toBeGreaterThan(0.4);
      expect(top1).toBeLessThan(0.9);
      expect(parameters).toBeGreaterThan(4e5);
      expect(multiplyAdds).toBeGreaterThan(1e7);
    }
  });

  it('puts the network on screen last, with what was counted, and does not list it twice', () => {
    const entries = listChartEntries([card, { ...card, id: 'other', name: 'Other' }], card, { flops: 123, parameters: 45 });
    expect(entries.at(-1)).toMatchObject({ name: 'Mine', flops: 123, parameters: 45, current: true, judgedOn: 'other', top1: 0.9 });
    expect(entries.filter(({ name }) => name === 'Mine')).toHaveLength(1);
    expect(entries.find(({ name }) => name === 'Other')).toMatchObject({ flops: 14, current: false });
  });

  it('knows what can be compared', () => {
    const judge = (change: Partial<NetworkCard>) => listChartEntries([], { ...card, ...change }, { flops: 1, parameters: 1 }).at(-1);
    const thousand = Array.from({ length: 1000 }, (_, index) => String(index));
    expect(judge({ classes: thousand, accuracy: [{ set: 'ImageNet validation', images: 50_000, top1: 0.7 }] })?.judgedOn).toBe('imagenet');
    expect(judge({ accuracy: [{ set: 'Tiny ImageNet', images: 100, top1: 0.7 }] })?.judgedOn).toBe('other');
    expect(judge({ accuracy: [] })).toMatchObject({ top1: null, dataSet: 'accuracy not known' });
  });
});

describe('pictureKernels', () => {
  const values = new Float32Array(2 * 1 * 3 * 2);
  // Place 0: kernel 0 strong red, kernel 1 weak negative blue.
  values[0] = 2;
  values[2 * 2 + 1] = -0.5;

  it('draws colours around mid grey, each kernel by its own strongest weight', () => {
    const pictures = pictureKernels({ shape: [2, 1, 3, 2], values }, false, false);
    expect(pictures).toMatchObject({ height: 2, width: 1, kernels: 2, parts: 1, colour: true });
    expect([...pictures.draw(0, 0, false)]).toEqual([255, 128, 128, 255, 128, 128, 128, 255]);
    expect([...pictures.draw(1, 0, false)].slice(0, 4)).toEqual([128, 128, 0, 255]);
    expect([...pictures.draw(1, 0, true)].slice(0, 4)).toEqual([128, 128, 96, 255]);
  });

  it('turns blue-first networks round', () => {
    expect([...pictureKernels({ shape: [2, 1, 3, 2], values }, false, true).draw(0, 0, false)].slice(0, 4)).toEqual([128, 128, 255, 255]);
  });

  it('draws other channel counts and depthwise kernels in grey', () => {
    const grey = pictureKernels({ shape: [1, 1, 2, 1], values: new Float32Array([1, -1]) }, false, false);
    expect(grey).toMatchObject({ colour: false, parts: 2, kernels: 1 });
    expect([grey.draw(0, 0, false)[0], grey.draw(0, 1, false)[0]]).toEqual([255, 0]);
    const depthwise = pictureKernels({ shape: [1, 1, 3, 1], values: new Float32Array([1, 0, -2]) }, true, false);
    expect(depthwise).toMatchObject({ colour: false, parts: 1, kernels: 3 });
    expect([depthwise.draw(1, 0, false)[0], depthwise.draw(2, 0, false)[0]]).toEqual([128, 0]);
  });
});
