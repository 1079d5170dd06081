import { readdirSync, readFileSync } from 'node:fs';
import { tensor4d, tidy, transpose } from '@tensorflow/tfjs-core';
import { decode } from 'jpeg-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildResNet20Onnx, buildSqueezeNetOnnx } from '../../e2e/harness/published-networks';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { readNetwork } from '../../src/formats/read-network';
import { averageAreas, placeTurned } from '../../src/render/area-average';
import { splitArea } from '../../src/render/frame-import';
import { readNpy } from '../../tools/npy';
import { findShared } from '../shared-folder';
import { expectClose } from './closeness';
import { startWasm } from './wasm-in-node';

/* Published networks and photographs beside the project: numbers and names, in Node. The same in the app: e2e/real-networks.e2e.ts. */

const models = findShared('models/', 'published networks are not run');
const photoFolder = findShared('photos/', 'no photographs are recognised');
const available = models !== null && photoFolder !== null;

interface Photo { readonly file: string; readonly imagenet_index: number; readonly imagenet_label: string }
const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const photos = available ? readJson<readonly Photo[]>(`${photoFolder}index.json`) : [];

async function open(name: string, bytes: Uint8Array, folder = ''): Promise<Executor> {
  return createExecutor(await readNetwork({ name, bytes, readBeside: async (path) => readFileSync(`${folder}${path}`) }));
}

const openFolder = (name: string): Promise<Executor> => open('model.json', readFileSync(`${models}${name}/model.json`), `${models}${name}/`);
const openTflite = (): Promise<Executor> => {
  const folder = `${models}mobilenet_v2_1.0_224/`;
  const file = readdirSync(folder).find((name) => name.endsWith('.tflite')) ?? '';
  return open(file, readFileSync(`${folder}${file}`));
};

interface Scale { readonly mean: readonly number[]; readonly std: readonly number[] }
const signed: Scale = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
const unit: Scale = { mean: [0, 0, 0], std: [255, 255, 255] };
const imagenet: Scale = { mean: [0.485, 0.456, 0.406].map((value) => value * 255), std: [0.229, 0.224, 0.225].map((value) => value * 255) };

/** The middle seven eighths of a photograph's square, as the README's figures were taken: short side 256, cut to 224. */
function readPhoto(file: string, sidePx: number, { mean, std }: Scale, part = 7 / 8): Float32Array {
  const { width, height, data } = decode(readFileSync(`${photoFolder}${file}`), { useTArray: true });
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const side = Math.min(width, height) * part;
  const values = new Float32Array(sidePx * sidePx * 3);
  const plan = {
    rows: splitArea((height - side) / 2, side, sidePx, height), columns: splitArea((width - side) / 2, side, sidePx, width), areaPx: (side / sidePx) ** 2, sums: new Float64Array(sidePx * 3),
  };
  averageAreas(pixels, width, plan, placeTurned(0, false, sidePx, sidePx), { height: sidePx, width: sidePx, channels: 3, mean, std }, values);
  return values;
}

/** The classes of a photograph, likeliest first. */
function rank(executor: Executor, values: Float32Array): readonly number[] {
  const [height, width, channels] = executor.graph.inputShape;
  const input = tensor4d(values, [1, height, width, channels]);
  const pass = executor.forward(input, { mode: 'live', taps: new Set() });
  const scores = pass.logits.dataSync();
  const order = Array.from(scores, (_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  pass.dispose();
  input.dispose();
  return order;
}

/** Two standard errors of both counts below the share that the README measured on 200 other photographs. */
const leastOf = (share: number): number => Math.ceil(photos.length * (share - 2 * Math.sqrt(share * (1 - share) * (1 / photos.length + 1 / 200))));

const darknetClasses = (): ((photo: Photo) => readonly number[]) => {
  const labels = readJson<readonly string[]>(`${models}tiny-darknet/labels.json`).map((label) => label.toLowerCase());
  return ({ imagenet_label: label }) => labels.flatMap((own, index) => (own.split(/,\s*/).includes(label.toLowerCase()) ? [index] : []));
};

interface Case {
  readonly open: () => Promise<Executor>;
  readonly scale: Scale;
  readonly classesOf: () => (photo: Photo) => readonly number[];
  readonly share: readonly [first: number, firstFive: number];
}
const usualOrder = () => (photo: Photo): readonly number[] => [photo.imagenet_index];
const cases: Readonly<Record<string, Case>> = {
  'MobileNet v1 0.25': { open: () => openFolder('mobilenet_v1_0.25_224'), scale: signed, classesOf: usualOrder, share: [0.54, 0.79] },
  'Tiny Darknet': { open: () => openFolder('tiny-darknet'), scale: unit, classesOf: darknetClasses, share: [0.66, 0.85] },
  'SqueezeNet 1.1': { open: () => open('squeezenet.onnx', buildSqueezeNetOnnx(`${models}squeezenet1.1`)), scale: imagenet, classesOf: usualOrder, share: [0.67, 0.83] },
  'MobileNet v2 int8, TFLite': { open: openTflite, scale: signed, classesOf: () => (photo) => [photo.imagenet_index + 1], share: [0.89, 0.99] },
};

describe.skipIf(!available)('published networks', () => {
  beforeAll(startWasm);

  it('SqueezeNet 1.1 gives its golden output to 1e-3', async () => {
    const executor = await open('squeezenet.onnx', buildSqueezeNetOnnx(`${models}squeezenet1.1`));
    const golden = (file: string): ReturnType<typeof readNpy> => readNpy(readFileSync(`${models}squeezenet1.1/golden/${file}.npy`));
    const input = tidy(() => transpose(tensor4d(golden('input').values, [1, 3, 224, 224]), [0, 2, 3, 1]));
    const pass = executor.forward(input, { mode: 'inspect', taps: new Set() });
    expectClose(pass.logits.dataSync(), golden('output').values, { atol: 1e-3, rtol: 0 }, 'logits');
    for (const held of [pass, input, executor]) held.dispose();
  });

  it.each(Object.entries(cases))('%s names as many photographs as its README leads one to expect', { timeout: 300_000 }, async (name, { open: load, scale, classesOf, share }) => {
    const executor = await load();
    const right = classesOf();
    const known = photos.filter((photo) => right(photo).length > 0);
    let [first, firstFive] = [0, 0];
    for (const photo of known) {
      const order = rank(executor, readPhoto(photo.file, executor.graph.inputShape[0], scale));
      const place = order.findIndex((index) => right(photo).includes(index));
      if (place === 0) first += 1;
      if (place < 5) firstFive += 1;
    }
    executor.dispose();
    const part = known.length / photos.length;
    console.info(`${name}: ${first} and ${firstFive} of ${known.length} (${share.map((value) => Math.round(value * known.length)).join(' and ')} on average)`);
    expect(part).toBeGreaterThan(0.8);
    expect(first).toBeGreaterThanOrEqual(Math.floor(leastOf(share[0]) * part));
    expect(firstFive).toBeGreaterThanOrEqual(Math.floor(leastOf(share[1]) * part));
  });

  it('ResNet-20 tells animals from vehicles', async () => {
    const executor = await open('resnet20.onnx', buildResNet20Onnx(`${models}resnet20-cifar10`));
    const labels = readJson<readonly string[]>(`${models}resnet20-cifar10/labels.json`);
    const wanted: Readonly<Record<string, string>> = {
      'chihuahua.jpg': 'dog', 'yorkshire-terrier.jpg': 'dog', 'golden-retriever.jpg': 'dog', 'persian-cat.jpg': 'cat', 'goose.jpg': 'bird',
      'convertible.jpg': 'automobile', 'sports-car.jpg': 'automobile', 'moving-van.jpg': 'truck', 'trolleybus.jpg': 'truck', 'tractor.jpg': 'truck',
    };
    const right = Object.entries(wanted).filter(([file, label]) => labels[rank(executor, readPhoto(file, 32, imagenet))[0] ?? -1] === label);
    console.info(`ResNet-20: ${right.length} of ${Object.keys(wanted).length}`);
    expect(right.length).toBeGreaterThanOrEqual(6);
    executor.dispose();
  });

  it('Tiny VGG has what it knows among its first answers', async () => {
    const executor = await openFolder('tiny-vgg');
    const labels = readJson<readonly string[]>(`${models}tiny-vgg/labels.json`);
    const wanted = { 'bell-pepper.jpg': 'bell pepper', 'school-bus.jpg': 'school bus', 'espresso.jpg': 'espresso', 'orange.jpg': 'orange', 'sports-car.jpg': 'sport car' };
    const places = Object.entries(wanted).map(([file, label]) => rank(executor, readPhoto(file, 64, unit, 1)).findIndex((index) => labels[index] === label));
    console.info(`Tiny VGG: places ${places.join(', ')}`);
    expect(places.filter((place) => place === 0).length).toBeGreaterThanOrEqual(2);
    expect(places.filter((place) => place >= 0 && place < 3).length).toBeGreaterThanOrEqual(4);
    executor.dispose();
  });

  it('DoodleNet knows drawings of one stroke', async () => {
    const executor = await openFolder('doodlenet');
    const labels = readJson<readonly string[]>(`${models}doodlenet/labels.json`);
    // Distance of a pixel from the stroke; strokes of Quick, Draw! are about two pixels wide at this size.
    const strokes: Readonly<Record<string, (x: number, y: number) => number>> = {
      circle: (x, y) => Math.abs(Math.hypot(x, y) - 11.5), square: (x, y) => Math.abs(Math.max(Math.abs(x), Math.abs(y)) - 11.5), line: (x, y) => (Math.abs(x) > 12 ? 9 : Math.abs(y)),
    };
    const places = Object.entries(strokes).map(([name, distance]) => {
      const values = Float32Array.from({ length: 28 * 28 }, (_, index) => Math.min(Math.max(1.7 - distance(index % 28 - 13.5, Math.floor(index / 28) - 13.5), 0), 1));
      return rank(executor, values).findIndex((index) => labels[index] === name);
    });
    console.info(`DoodleNet: places ${places.join(', ')}`);
    expect(places.filter((place) => place >= 0 && place < 3).length).toBeGreaterThanOrEqual(2);
    executor.dispose();
  });
});
