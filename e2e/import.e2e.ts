import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './harness/fixtures';
import { openPictures, predictionItems, readActivation, snapshot } from './harness/person';

const root = join(import.meta.dirname, '..');
const read = (path: string): Buffer => readFileSync(join(root, path));
const picture = { name: 'digit-3.webp', mimeType: 'image/webp', buffer: read('public/gallery/digit-3.webp') };

interface Dropped {
  readonly name: string;
  readonly bytes: Buffer;
}

const formats: readonly { readonly name: string; readonly files: readonly Dropped[] }[] = [
  { name: 'fromkeras', files: [{ name: 'fromkeras.h5', bytes: read('test/fixtures/vectors/keras-h5-nested/net.h5') }] },
  { name: 'kerasthree', files: [{ name: 'kerasthree.keras', bytes: read('test/fixtures/vectors/keras-v3-mobileish/net.keras') }] },
  { name: 'pytorch', files: [{ name: 'pytorch.onnx', bytes: read('test/fixtures/vectors/onnx-inception-fire/net.onnx') }] },
];
const digits = readdirSync(join(root, 'public/models/digits')).filter((name) => name !== 'card.json')
  .map((name) => ({ name, bytes: read(`public/models/digits/${name}`) }));

/** As when files are let go over the page. */
async function drop(page: Page, files: readonly Dropped[]): Promise<void> {
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of list) transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    for (const type of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })));
}

const questions = (page: Page) => page.getByRole('region', { name: /What the file does not say/ });
const chooser = (page: Page) => page.getByRole('combobox', { name: 'Network' });

async function keep(page: Page, files: readonly Dropped[], name: string, range = '0 to 1'): Promise<void> {
  await drop(page, files);
  await questions(page).getByRole('radio', { name: range, exact: true }).check();
  await questions(page).getByRole('textbox', { name: 'Name' }).fill(name);
  await questions(page).getByRole('button', { name: 'Keep' }).click();
  await expect(questions(page)).toHaveCount(0);
}

test('networks of every format are brought, kept, and there after a reload without a connection @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  for (const { name, files } of formats) await keep(page, files, name);
  await keep(page, digits, 'my digits', '−1 to 1');
  const kept = chooser(page).locator('option[value^="kept-"]');
  await expect(kept).toHaveCount(formats.length + 1);

  // What was shipped and what was brought are the same network: the same logits for the same picture and preprocessing.
  await openPictures(page, [picture]);
  const logits = async (network: string): Promise<readonly number[]> => {
    const { sequence } = (await snapshot(page)).frame;
    await chooser(page).selectOption({ label: network });
    const id = await chooser(page).inputValue();
    await expect.poll(async () => (await snapshot(page)).network).toBe(id);
    await expect.poll(async () => (await snapshot(page)).frame.sequence).toBeGreaterThan(sequence);
    return (await readActivation(page, 'logits')).values;
  };
  const shipped = await logits('Handwritten digits');
  const brought = await logits('my digits');
  expect(Math.max(...shipped) - Math.min(...shipped)).toBeGreaterThan(1);
  shipped.forEach((value, index) => expect(brought[index]).toBeCloseTo(value, 3));

  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state)).toBe('activated');
  await app.site.close();
  await page.reload();
  await expect(kept).toHaveCount(formats.length + 1);
  for (const { name } of formats) {
    await chooser(page).selectOption({ label: name });
    await expect.poll(async () => (await snapshot(page)).network).toContain(`kept-`);
    await expect.poll(async () => (await snapshot(page)).layers.length, name).toBeGreaterThan(5);
  }
});
