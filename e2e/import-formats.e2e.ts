import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readOnnx } from '../src/formats/onnx';
import { drawTensor, writeModel } from '../test/conformance/onnx-model';
import { rewriteNetwork } from '../test/conformance/rewrite-network';
import { answersOf, dropFiles, keepAs, networkChooser, questions, readQuestionsMs, watchQuestions, writeNpyFile, type Dropped } from './harness/bring-network';
import { expect, test } from './harness/fixtures';
import { dialog, newestIsDone, pointAt } from './harness/inspection';
import { layerButtons, look, openPictures, predictionItems, snapshot, startCamera, waitForFrames } from './harness/person';

const root = join(import.meta.dirname, '..');
const vgg = readFileSync(join(root, 'test/fixtures/vectors/onnx-vgg/net.onnx'));
const picture = { name: 'lemon.webp', mimeType: 'image/webp', buffer: readFileSync(join(root, 'public/gallery/lemon.webp')) };
const dropOf = (folder: string): readonly Dropped[] => readdirSync(folder).filter((name) => name !== 'card.json').map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));

/** Convolutions over five channels, as for a climate field. */
const fiveChannels = Buffer.from(writeModel({
  opset: 13, input: [1, 5, 24, 18],
  nodes: [
    { op: 'Conv', inputs: ['x', 'w1', 'b1'], outputs: ['c1'], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } }, { op: 'Relu', inputs: ['c1'], outputs: ['r1'] },
    { op: 'Conv', inputs: ['r1', 'w2'], outputs: ['c2'], attributes: { kernel_shape: [3, 3], strides: [2, 2] } }, { op: 'Relu', inputs: ['c2'], outputs: ['r2'] },
    { op: 'GlobalAveragePool', inputs: ['r2'], outputs: ['g'] }, { op: 'Flatten', inputs: ['g'], outputs: ['f'], attributes: { axis: 1 } }, { op: 'Gemm', inputs: ['f', 'w3'], outputs: ['y'] },
  ],
  constants: { w1: drawTensor([6, 5, 3, 3], 1), b1: drawTensor([6], 2), w2: drawTensor([8, 6, 3, 3], 3), w3: drawTensor([8, 4], 4) },
}));

test.describe('arrays', () => {
  test('a network of five channels says what it needs, and runs on an array with five @wasm', async ({ app }) => {
    const { page } = app;
    await startCamera(app);
    await dropFiles(page, [{ name: 'field.onnx', bytes: fiveChannels }]);
    await expect(questions(page).getByRole('radio', { name: 'As the file has them' })).toBeChecked();
    await keepAs(page, 'Field');
    await expect(page.getByText('This network looks at 5 channels, and a picture has 3.', { exact: false })).toBeVisible();

    await dropFiles(page, [
      { name: 'wave.npy', bytes: writeNpyFile([24, 18, 5], (index) => Math.sin(index / 11)) }, { name: 'first.npy', bytes: writeNpyFile([5, 24, 18], (index) => Math.cos(index / 29)) },
    ]);
    await expect(page.getByRole('group', { name: 'Opened pictures' })).toBeVisible();
    await expect.poll(async () => (await snapshot(page)).layers.length).toBeGreaterThanOrEqual(4);
    await expect.poll(() => answersOf(page)).toContain('class');
    await expect(page.getByText('This network looks at 5 channels', { exact: false })).toHaveCount(0);
    await expect.poll(async () => (await look(page, layerButtons(page).nth(1))).deviation).toBeGreaterThan(5);
    const wave = await answersOf(page);
    await page.getByRole('button', { name: 'Next picture' }).click();
    await expect.poll(() => answersOf(page)).not.toBe(wave);

    await page.getByRole('button', { name: 'Inspect this frame' }).click();
    await pointAt(page, (await newestIsDone(page)), 0.52, 0.52);
    const here = dialog(page).getByRole('region', { name: 'At this place', exact: true });
    await expect(here).toContainText('Row 12, column 9 of the array; the values of its 5 channels');
    const shown = (await here.getByRole('list', { name: 'Values of the array here' }).getByRole('listitem').allInnerTexts()).map((text) => Number(text.replace('−', '-').trim().split(/\s+/)[1]));
    expect(shown).toEqual(Array.from({ length: 5 }, (_, channel) => Number(Math.fround(Math.cos((432 * channel + 18 * 12 + 9) / 29)).toPrecision(6))));
    await expect(here, 'false colours are nobody’s numbers').not.toContainText('red, green, blue');
  });

  test('a grey network looks at an array without channels @wasm', async ({ app }) => {
    const { page } = app;
    await app.open({ debug: '' });
    await networkChooser(page).selectOption({ label: 'Handwritten digits' });
    await expect.poll(async () => (await snapshot(page)).network).toBe('digits');
    // A one: a bright bar on black, in pixel values.
    await dropFiles(page, [{ name: 'bar.npy', bytes: writeNpyFile([28, 28], (index) => (Math.abs((index % 28) - 13.5) < 2 && Math.abs(Math.floor(index / 28) - 13.5) < 10 ? 255 : 0)) }]);
    await expect(page.getByRole('img', { name: /bar/ })).toBeVisible();
    await expect.poll(async () => (await snapshot(page)).predictions[0]?.label).toBe('one (1)');
    await expect.poll(async () => (await look(page, layerButtons(page).nth(1))).deviation).toBeGreaterThan(5);
  });
});

test('one network in four formats gives the same answers at about the same rate @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  const graph = readOnnx(vgg);
  const formats: [string, readonly Dropped[]][] = [['onnx', [{ name: 'net.onnx', bytes: vgg }]]];
  for (const format of ['tflite', 'tfjs-graph', 'tfjs-layers'] as const) {
    const { name, bytes, beside } = rewriteNetwork(graph, format);
    formats.push([format, [{ name, bytes }, ...[...beside].map(([path, content]) => ({ name: path, bytes: content }))]]);
  }
  const costs: string[] = [];
  for (const [name, files] of formats) {
    await dropFiles(page, files);
    await questions(page).getByRole('radio', { name: '0 to 1', exact: true }).check();
    await keepAs(page, name);
    await waitForFrames(page, 40, 60_000);
    const { rate } = await snapshot(page);
    costs.push(`${name} ${rate.forwardMs.toFixed(2)} ms`);
  }
  console.log(`forward pass of one network: ${costs.join(', ')}`);

  await openPictures(page, [picture]);
  const found = new Map<string, number[]>();
  for (const [name] of formats) {
    await networkChooser(page).selectOption({ label: name });
    const id = await networkChooser(page).inputValue();
    await expect.poll(async () => (await snapshot(page)).network).toBe(id);
    await expect.poll(() => answersOf(page)).not.toBe('');
    const { predictions } = await snapshot(page);
    found.set(name, predictions.map(({ probability }) => probability));
  }
  const reference = found.get('onnx') ?? [];
  expect(Math.max(...reference)).toBeGreaterThan(0.11);
  for (const [name, values] of found) values.forEach((value, rank) => expect(value, name).toBeCloseTo(reference[rank] ?? Number.NaN, 4));
});

test('14 MB are read while the page answers; how long it takes is printed @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  const blocks = 14;
  const weights = drawTensor([512, 512, 1, 1], 5);
  const constants = Object.fromEntries(Array.from({ length: blocks }, (_, index) => [`w${index}`, weights]));
  const large = Buffer.from(writeModel({
    opset: 13, input: [1, 3, 64, 64],
    nodes: [
      { op: 'Conv', inputs: ['x', 'stem'], outputs: ['h0'], attributes: { kernel_shape: [3, 3], strides: [8, 8] } },
      ...Array.from({ length: blocks }, (_, index) => ({ op: 'Conv', inputs: [`h${index}`, `w${index}`], outputs: [`h${index + 1}`], attributes: { kernel_shape: [1, 1] } })),
      { op: 'GlobalAveragePool', inputs: [`h${blocks}`], outputs: ['g'] }, { op: 'Flatten', inputs: ['g'], outputs: ['y'], attributes: { axis: 1 } },
    ],
    constants: { ...constants, stem: drawTensor([512, 3, 3, 3], 6) },
  }));
  await watchQuestions(page);
  const frames = (await snapshot(page)).frame.sequence;
  await dropFiles(page, [{ name: 'large.onnx', bytes: large }]);
  const askedMs = await readQuestionsMs(page);
  console.log(`${(large.length / 1e6).toFixed(1)} MB: questions after ${askedMs} ms; ${(await snapshot(page)).frame.sequence - frames} frames of the network before meanwhile`);
  expect(askedMs).toBeGreaterThan(0);
  await questions(page).getByRole('button', { name: 'Discard' }).click();
});

const malformed = join(root, '../shared/vectors/malformed');

test('broken files are refused in words within five seconds, and the network before goes on @wasm', async ({ app }) => {
  test.skip(!existsSync(malformed), '../shared/vectors is not on this machine; import-ui.e2e.ts drops broken files of our own');
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  const files = JSON.parse(readFileSync(join(malformed, 'index.json'), 'utf8')) as readonly { readonly file: string; readonly also_accepted?: string }[];
  for (const { file, also_accepted: accepted } of files) {
    const path = join(malformed, file);
    const folder = dirname(path) === malformed ? null : dirname(path);
    await dropFiles(page, folder === null ? [{ name: file, bytes: readFileSync(path) }] : dropOf(folder));
    const begunMs = Date.now();
    if (accepted === undefined) {
      const alert = page.getByRole('alert').filter({ hasText: folder === null ? file : 'model.json' });
      await expect(alert).toBeVisible();
      console.log(`${file}: ${Date.now() - begunMs} ms: ${(await alert.locator('p').first().innerText()).slice(0, 120)}`);
      await alert.getByRole('button', { name: 'Dismiss' }).click();
    } else {
      await expect(questions(page)).toBeVisible();
      await questions(page).getByRole('button', { name: 'Discard' }).click();
      await expect(questions(page)).toHaveCount(0);
    }
    await expect.poll(async () => (await snapshot(page)).network, file).toBe('everyday');
    const before = await answersOf(page);
    await waitForFrames(page, 2, 60_000);
    await expect.poll(() => answersOf(page), { message: `${file}: the answers go on changing` }).not.toBe(before);
    expect(await page.evaluate(() => ({} as { polluted?: unknown }).polluted)).toBeUndefined();
    // Helper threads of the engine sleep between frames and never answer; the frames' worker and the import worker do.
    const seen = await Promise.all(page.workers().filter((worker) => !worker.url().includes('helper-thread')).map((worker) => Promise.race([
      worker.evaluate(() => String(({} as { polluted?: unknown }).polluted)).catch(() => 'ended'), new Promise<string>((resolve) => { setTimeout(() => resolve('silent'), 3000); }),
    ])));
    expect(seen.filter((state) => state === 'undefined').length, seen.join()).toBeGreaterThanOrEqual(2);
    expect(seen.filter((state) => !['undefined', 'silent', 'ended'].includes(state))).toEqual([]);
  }
});
