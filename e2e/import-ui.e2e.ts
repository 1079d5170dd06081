import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './harness/fixtures';
import { openPictures, predictionItems, snapshot, waitForFrames } from './harness/person';

/** Small networks from PyTorch; their input sizes differ and they name no classes. */
const network = readFileSync(join(import.meta.dirname, '../test/fixtures/vectors/onnx-vgg/net.onnx'));
const picture = { name: 'lemon.webp', mimeType: 'image/webp', buffer: readFileSync(join(import.meta.dirname, '../public/gallery/lemon.webp')) };

interface Dropped {
  readonly name: string;
  readonly bytes: Buffer;
}

/** As when files are let go over the page. */
async function drop(page: Page, files: readonly Dropped[]): Promise<void> {
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    for (const type of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })));
}

/** A file as NumPy writes it, version 1.0, float32. */
function npy(shape: readonly number[], valueAt: (index: number) => number): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117) + '\n';
  const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => valueAt(index));
  return Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]), Buffer.from(header), Buffer.from(values.buffer)]);
}

const questions = (page: Page) => page.getByRole('region', { name: /What the file does not say|Change the answers/ });
const chooser = (page: Page) => page.getByRole('combobox', { name: 'Network' });
const answersOf = async (page: Page): Promise<string> => (await snapshot(page)).predictions.map(({ label, probability }) => `${label} ${probability.toFixed(3)}`).join();

async function openKeptList(page: Page) {
  await page.getByRole('button', { name: 'Open network' }).click();
  await page.getByRole('button', { name: /^Networks on this device/ }).click();
  return page.getByRole('dialog', { name: 'Networks on this device' });
}

/** Drops the network and answers every question with what is filled in. */
async function keep(page: Page, name = 'vgg.onnx'): Promise<void> {
  await drop(page, [{ name, bytes: network }]);
  await questions(page).getByRole('button', { name: 'Keep' }).click();
  await expect(questions(page)).toHaveCount(0);
}

test('drop a network, try answers, keep it, and find it offline @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await openPictures(page, [picture]);
  await expect.poll(async () => (await snapshot(page)).predictions[0]?.label).toBe('lemon');
  await drop(page, [{ name: 'vgg.onnx', bytes: network }]);

  const panel = questions(page);
  await expect(panel).toBeVisible();
  await expect(chooser(page).locator('option:checked')).toHaveText(/vgg \(not kept yet\)/);
  await expect(panel.getByText('most common', { exact: false })).toBeVisible();
  await expect.poll(() => answersOf(page)).toContain('class');
  const guessed = await answersOf(page);
  await panel.getByRole('radio', { name: '0 to 255' }).check();
  await expect.poll(() => answersOf(page)).not.toBe(guessed);
  const pixels = await answersOf(page);
  await panel.getByRole('radio', { name: 'Blue, green, red' }).check();
  await expect.poll(() => answersOf(page)).not.toBe(pixels);
  await panel.getByRole('radio', { name: 'Red, green, blue' }).check();
  await expect.poll(() => answersOf(page)).toBe(pixels);

  const files = page.waitForEvent('filechooser');
  await panel.getByRole('button', { name: 'Open a list' }).click();
  await (await files).setFiles({ name: 'labels.txt', mimeType: 'text/plain', buffer: Buffer.from(Array.from({ length: 10 }, (_, index) => `thing ${index}`).join('\n')) });
  await expect.poll(() => answersOf(page)).toContain('thing');
  await panel.getByRole('textbox', { name: 'Name' }).fill('My own');
  await panel.getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByText('“My own” is kept on this device.')).toBeVisible();
  await expect(chooser(page).locator('optgroup[label="On this device"] option')).toHaveText(['My own']);
  await expect.poll(() => answersOf(page), { timeout: 30_000 }).toBe(pixels.replaceAll('class', 'thing'));

  // The same file asks nothing again.
  await drop(page, [{ name: 'copy.onnx', bytes: network }]);
  await expect(page.getByText('was on this device already', { exact: false })).toBeVisible();
  await expect(questions(page)).toHaveCount(0);

  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state)).toBe('activated');
  await app.site.close();
  await page.reload();
  await expect.poll(async () => (await snapshot(page)).network, { timeout: 120_000 }).not.toBe('everyday');
  await expect(chooser(page).locator('option:checked')).toHaveText('My own');
  await expect(predictionItems(page).first()).toHaveAccessibleName(/^thing \d, \d+ %$/);
  await chooser(page).selectOption('everyday');
  await expect.poll(async () => (await snapshot(page)).network).toBe('everyday');
  await chooser(page).selectOption({ label: 'My own' });
  await expect(predictionItems(page).first()).toHaveAccessibleName(/^thing \d, \d+ %$/);
});

test('discard goes back to the network before, and nothing stays @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  await drop(page, [{ name: 'vgg.onnx', bytes: network }]);
  await questions(page).getByRole('button', { name: 'Discard' }).click();
  await expect(questions(page)).toHaveCount(0);
  await expect.poll(async () => (await snapshot(page)).network).toBe('everyday');
  await expect((await openKeptList(page)).getByText('You have brought no network yet', { exact: false })).toBeVisible();
});

test('networks on this device: rename, change answers, export, delete with undo @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  await keep(page);
  let list = await openKeptList(page);
  await expect(list.getByText(/ONNX · 56 kB/)).toBeVisible();
  await expect(list.getByText(/56 kB in use/)).toBeVisible();
  await list.getByRole('button', { name: 'Rename vgg' }).click();
  await list.getByRole('textbox', { name: 'New name of vgg' }).fill('Ada');
  await page.keyboard.press('Enter');
  await expect(list.getByRole('button', { name: 'Delete Ada' })).toBeVisible();
  await expect(chooser(page).locator('option:checked')).toHaveText('Ada');

  const download = page.waitForEvent('download');
  await list.getByRole('button', { name: 'Export Ada' }).click();
  const exported = await download;
  expect(exported.suggestedFilename()).toBe('vgg.onnx');
  expect(readFileSync(await exported.path()).equals(network), 'the exported file is the one that came in').toBe(true);

  await list.getByRole('button', { name: 'Change answers of Ada' }).click();
  await expect(questions(page).getByRole('radio', { name: '0 to 1' })).toBeChecked();
  await questions(page).getByRole('radio', { name: '−1 to 1' }).check();
  await questions(page).getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByText('with your new answers', { exact: false })).toBeVisible();

  list = await openKeptList(page);
  await list.getByRole('button', { name: 'Delete Ada' }).click();
  await expect.poll(async () => (await snapshot(page)).network).toBe('everyday');
  await list.getByRole('button', { name: 'Undo' }).click();
  await expect(list.getByRole('button', { name: 'Delete Ada' })).toBeVisible();
  await expect.poll(async () => (await snapshot(page)).network).not.toBe('everyday');

  await list.getByRole('button', { name: 'Delete Ada' }).click();
  await list.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0, { timeout: 60_000 });
  await page.reload();
  await expect(predictionItems(page).first()).toBeVisible();
  await expect((await openKeptList(page)).getByText('You have brought no network yet', { exact: false })).toBeVisible();
});

test('a bad file says what is wrong with it; the old network goes on @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  const alert = page.getByRole('alert');
  await drop(page, [{ name: 'short.onnx', bytes: network.subarray(0, 9000) }]);
  await expect(alert.filter({ hasText: 'short.onnx: This file is damaged or cut short' })).toBeVisible();
  await expect(alert.getByRole('button', { name: 'Open another file' })).toBeVisible();

  const unknown = Buffer.from(network.toString('latin1').replaceAll('MaxPool', 'MaxPuul'), 'latin1');
  await drop(page, [{ name: 'unknown.onnx', bytes: unknown }]);
  await expect(alert.filter({ hasText: 'a kind of layer that Innerview cannot compute yet' })).toBeVisible();
  await alert.getByText('Details', { exact: true }).click();
  await expect(alert.getByText(/MaxPuul.* of node/)).toBeVisible();
  await expect(alert.getByRole('listitem').filter({ hasText: /^Conv$/ })).toBeVisible();
  await alert.getByRole('button', { name: 'Dismiss' }).click();

  await drop(page, [{ name: 'strange.xyz', bytes: Buffer.from('nothing that anyone reads') }]);
  await expect(alert.filter({ hasText: 'Innerview reads ONNX, Keras, TensorFlow.js and TFLite networks' })).toBeVisible();
  expect((await snapshot(page)).network).toBe('everyday');
  await waitForFrames(page, 3);
});

test('an address: only when asked, and a blocked one offers the file @wasm', async ({ app }) => {
  const { page } = app;
  app.allowErrors(/request to another host: http:\/\/127\.0\.0\.1:9\/|ERR_|blocked by CORS|Failed to load resource|Content Security/);
  await app.open({ debug: '' });
  await page.getByRole('button', { name: 'Open network' }).click();
  const field = page.getByRole('textbox', { name: 'Address of a model' });
  await field.fill('ftp://a.example/net.onnx');
  await page.getByRole('button', { name: 'Fetch' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'has to begin with https' })).toBeVisible();
  await field.fill('http://127.0.0.1:9/net.onnx');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'could not be fetched' })).toBeVisible();
  await page.getByRole('alert').getByRole('button', { name: 'Open another file' }).click();
  await expect(page.getByRole('dialog', { name: 'Open network' })).toBeVisible();
});

test('arrays are opened like pictures, and one that does not fit is explained @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  await keep(page);
  await drop(page, [
    { name: 'cut.npy', bytes: npy([24, 18, 3], (index) => Math.sin(index / 7)) }, { name: 'ramp.npy', bytes: npy([24, 18, 3], (index) => index / 1300) },
  ]);
  const strip = page.getByRole('group', { name: 'Opened pictures' });
  await expect(strip.getByRole('button', { name: 'cut.npy' })).toHaveAttribute('aria-current', 'true');
  await expect(page.getByRole('img', { name: /cut/ })).toBeVisible();
  const first = await answersOf(page);
  await strip.getByRole('button', { name: 'Next picture' }).click();
  await expect(strip.getByRole('button', { name: 'ramp.npy' })).toHaveAttribute('aria-current', 'true');
  await expect.poll(() => answersOf(page)).not.toBe(first);
  await drop(page, [{ name: 'field.npy', bytes: npy([24, 18, 5], (index) => index) }]);
  await expect(page.getByText('This network takes 3 channels; the open array has 5.', { exact: false })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Open array' })).toBeVisible();
});

test('a link to a network that is not here says so @wasm', async ({ app }) => {
  const { page } = app;
  app.allowErrors(/404/);
  await page.goto(`${app.site.url}?backend=wasm&debug#network=somebody-elses`);
  await expect(page.getByRole('alert').filter({ hasText: 'were not found, neither on this device' })).toBeVisible();
  await page.getByRole('alert').getByRole('button', { name: 'Use Everyday objects' }).click();
  await expect.poll(async () => (await snapshot(page)).network).toBe('everyday');
});

for (const [name, viewport, theme] of [['desktop', { width: 1440, height: 900 }, 'dark'], ['phone', { width: 320, height: 640 }, 'light']] as const) {
  test(`opening a network: no violation that axe knows, ${name}, ${theme} @wasm`, async ({ app }) => {
    const { page } = app;
    await page.setViewportSize(viewport);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const check = async (where: string): Promise<void> => {
      // Two libraries bring their own copy of Playwright's types.
      const { violations } = await new AxeBuilder({ page: page as never }).analyze();
      expect(violations.map(({ id, nodes }) => `${where}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${where} is not wider than the window`).toBeLessThanOrEqual(0);
    };
    await app.open({ debug: '', theme });
    await expect(predictionItems(page).first()).toBeVisible();
    await page.getByRole('button', { name: 'Open network' }).click();
    await page.getByText('What can be read').click();
    await check('open network');
    await page.keyboard.press('Escape');
    await drop(page, [{ name: 'vgg.onnx', bytes: network }]);
    await expect(questions(page)).toBeVisible();
    await questions(page).getByRole('radio', { name: 'Other numbers' }).check();
    await check('questions');
    await questions(page).getByRole('button', { name: 'Keep' }).click();
    await expect(page.getByText('“vgg” is kept on this device.')).toBeVisible();
    await openKeptList(page);
    await expect(page.getByRole('button', { name: 'Delete vgg' })).toBeVisible();
    await check('networks on this device');
  });
}
