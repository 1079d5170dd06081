import { expect, test, type SourcePage } from '../../e2e/harness/fixtures';
import { colourAt, notANumberColour } from '../../src/contract/colour-map';
import type { TileContent } from '../../src/contract/stage-layout';
import { randomNumbers } from './cases/device';
import type { LifeReport, PictureRequest, Pictures, ViewRequest } from './cases/pictures';

const cases = '/test/gpu/cases/pictures.ts';

function pixelAt(picture: readonly number[], width: number, x: number, y: number): readonly number[] {
  const at = 4 * (y * width + x);
  return picture.slice(at, at + 4);
}

function view(height: number, width: number, channels: number, seed: number, make: (random: number) => number, signed = false): ViewRequest {
  const random = randomNumbers(seed);
  return { shape: [height, width, channels], signed, values: Array.from({ length: height * width * channels }, () => Math.fround(make(random()))) };
}

/** Largest difference of one colour component over all pixels, and the share of components that differ by more than 2. */
function difference({ canvas2d, webgpu }: Pictures): { readonly largest: number; readonly share: number } {
  let largest = 0;
  let many = 0;
  for (let at = 0; at < canvas2d.length; at++) {
    const apart = Math.abs((canvas2d[at] ?? 0) - (webgpu[at] ?? 0));
    largest = Math.max(largest, apart);
    if (apart > 2) many++;
  }
  return { largest, share: many / canvas2d.length };
}

/** Pixels that are not transparent. */
function drawnPixels(picture: readonly number[]): number {
  let count = 0;
  for (let at = 3; at < picture.length; at += 4) if ((picture[at] ?? 0) > 0) count++;
  return count;
}

async function drawOne({ run }: SourcePage, request: PictureRequest): Promise<Pictures> {
  const [pictures] = await run<readonly Pictures[]>(cases, 'drawBoth', [request]);
  if (pictures === undefined) throw new Error('nothing was drawn');
  return pictures;
}

const whole = (content: TileContent, sizePx: number, smooth?: boolean): PictureRequest['layout'] => ({
  widthPx: sizePx, heightPx: sizePx, tiles: [{ x: 0, y: 0, width: sizePx, height: sizePx, content, ...(smooth === undefined ? {} : { smooth }) }],
});

test('one channel is drawn crisp, each value in the colour of its place in the range, in both tiers', async ({ sourcePage }) => {
  // Channel 1 of a 2 x 2 map with 2 channels: 0, 1, 4 and a value that is no number.
  const layers = { a: { shape: [2, 2, 2], signed: false, values: [9, 0, 9, 1, 9, 4, 9, null] } } as const;
  const got = await drawOne(sourcePage, { layout: whole({ kind: 'channel', layer: 'a', channel: 1 }, 6), layers });
  for (const picture of [got.canvas2d, got.webgpu]) {
    expect(pixelAt(picture, 6, 0, 0)).toEqual([...colourAt('viridis', 0), 255]);
    expect(pixelAt(picture, 6, 2, 2)).toEqual([...colourAt('viridis', 0), 255]);
    expect(pixelAt(picture, 6, 3, 0)).toEqual([...colourAt('viridis', 0.25), 255]);
    expect(pixelAt(picture, 6, 0, 3)).toEqual([...colourAt('viridis', 1), 255]);
    expect(pixelAt(picture, 6, 5, 5)).toEqual([...notANumberColour, 255]);
  }
});

test('signed layers diverge around zero; constant channels are flat', async ({ sourcePage }) => {
  const signed = { shape: [1, 4, 1], signed: true, values: [-1, 0, 0.5, 2] } as const;
  const got = await drawOne(sourcePage, { layout: whole({ kind: 'channel', layer: 'a', channel: 0 }, 4), layers: { a: signed } });
  for (const picture of [got.canvas2d, got.webgpu]) {
    for (const [x, t] of [[0, 0.25], [1, 0.5], [2, 0.625], [3, 1]] as const) expect(pixelAt(picture, 4, x, 0)).toEqual([...colourAt('diverging', t), 255]);
  }
  for (const constantSigned of [false, true]) {
    const flat = { shape: [2, 2, 1], signed: constantSigned, values: [5, 5, 5, 5.000001] } as const;
    const { canvas2d, webgpu } = await drawOne(sourcePage, { layout: whole({ kind: 'channel', layer: 'a', channel: 0 }, 2), layers: { a: flat } });
    const expected = [...colourAt(constantSigned ? 'diverging' : 'viridis', constantSigned ? 0.5 : 0), 255];
    for (const picture of [canvas2d, webgpu]) for (let x = 0; x < 2; x++) expect(pixelAt(picture, 2, x, x)).toEqual(expected);
  }
});

const parity: Readonly<Record<string, PictureRequest>> = {
  'a mosaic of a map': { layout: whole({ kind: 'mosaic', layer: 'a', side: 3 }, 97), layers: { a: view(16, 16, 24, 1, (random) => random) } },
  'a mosaic of fewer channels than cells, off the grid': {
    layout: { widthPx: 50, heightPx: 40, tiles: [{ x: 3.4, y: -5.2, width: 41.3, height: 41.3, content: { kind: 'mosaic', layer: 'a', side: 4 } }] },
    layers: { a: view(5, 5, 3, 2, (random) => random - 0.2) },
  },
  'a mosaic of a vector': { layout: whole({ kind: 'mosaic', layer: 'a', side: 3 }, 64), layers: { a: view(1, 1, 100, 3, (random) => random - 0.5, true) } },
  'a channel of a vector': { layout: whole({ kind: 'channel', layer: 'a', channel: 7 }, 16), layers: { a: view(1, 1, 10, 4, (random) => random) } },
  'channels on one scale, one of them smooth': {
    layout: {
      widthPx: 80, heightPx: 40, tiles: [0, 1, 5].map((channel, index) => ({
        x: index * 26, y: 2, width: 24, height: 36, smooth: channel === 1, content: { kind: 'channel', layer: 'a', channel },
      })),
    },
    layers: { a: view(7, 9, 6, 5, (random) => random * 3 - 1, true) }, scale: 'layer', colourMap: 'inferno',
  },
  'a smooth explanation': { layout: whole({ kind: 'explanation' }, 96), layers: {}, explanation: view(8, 8, 1, 6, (random) => Math.max(0, random - 0.4)), colourMap: 'inferno' },
  'a crisp explanation': { layout: whole({ kind: 'explanation' }, 64, false), layers: {}, explanation: view(8, 8, 1, 7, (random) => random), colourMap: 'cividis' },
  'the input': { layout: whole({ kind: 'input' }, 30), layers: {}, input: { view: view(10, 10, 3, 8, (random) => random * 4 - 2), mean: [120, 110, 100], std: [60, 61, 62] } },
  'a grey smooth input': { layout: whole({ kind: 'input' }, 33, true), layers: {}, input: { view: view(10, 10, 1, 9, (random) => random), mean: [0], std: [255] } },
  'an explanation over the input': {
    layout: { widthPx: 40, heightPx: 40, tiles: [{ x: 0, y: 0, width: 40, height: 40, content: { kind: 'explanation' } }, { x: 0, y: 0, width: 40, height: 40, content: { kind: 'input' } }] },
    layers: {}, explanation: view(4, 4, 1, 10, (random) => random), input: { view: view(8, 8, 3, 11, (random) => random), mean: [0, 0, 0], std: [255, 255, 255] },
  },
};

test('both tiers draw the same', async ({ sourcePage }) => {
  const drawn = await sourcePage.run<readonly Pictures[]>(cases, 'drawBoth', Object.values(parity));
  Object.keys(parity).forEach((name, index) => {
    const got = drawn[index];
    if (got === undefined) throw new Error(`${name} was not drawn`);
    expect.soft(drawnPixels(got.canvas2d), name).toBeGreaterThan((got.width * got.height) / 3);
    expect.soft(new Set(got.canvas2d).size, name).toBeGreaterThanOrEqual(4);
    const { largest, share } = difference(got);
    if (process.env['SHOW'] !== undefined) console.log(name, largest, share);
    // Rounding may fall to the neighbouring table entry; 2D canvases also round when they premultiply.
    expect.soft(share, `${name}, largest difference ${largest}`).toBeLessThan(0.01);
    expect.soft(largest, name).toBeLessThanOrEqual(6);
  });
});

test('an explanation without evidence, or with a value that is no number, draws nothing', async ({ sourcePage }) => {
  const maps = { 'zero everywhere': [0, 0, 0, 0], negative: [-1, -2, -1, -3], 'no number somewhere': [1, 2, null, 3] } as const;
  const requests = Object.values(maps).map((values): PictureRequest => ({
    layout: whole({ kind: 'explanation' }, 8), layers: {}, explanation: { shape: [2, 2, 1], signed: false, values },
  }));
  const drawn = await sourcePage.run<readonly Pictures[]>(cases, 'drawBoth', requests);
  expect(drawn.map(({ canvas2d, webgpu }) => [drawnPixels(canvas2d), drawnPixels(webgpu)])).toEqual([[0, 0], [0, 0], [0, 0]]);
});

test('no explanation empties the canvas', async ({ sourcePage }) => {
  const got = await drawOne(sourcePage, { layout: whole({ kind: 'explanation' }, 8), layers: {} });
  expect(drawnPixels(got.canvas2d) + drawnPixels(got.webgpu)).toBe(0);
});

test('steady state makes no GPU object, everything is labelled, dispose leaves no buffer', async ({ sourcePage }) => {
  const report = await sourcePage.run<LifeReport>(cases, 'liveAndDie');
  expect(report.madeInSteadyState).toEqual([]);
  expect(report.unlabelled).toBe(0);
  expect(report.liveBuffersAfterDispose).toBe(0);
  expect(report.alphas).toEqual([255, 0, 0, 255]);
});
