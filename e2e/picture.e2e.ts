import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './harness/fixtures';
import { openPictures, predictionItems, snapshot } from './harness/person';

const gallery = join(import.meta.dirname, '../public/gallery');
const index = JSON.parse(readFileSync(join(gallery, 'index.json'), 'utf8')) as {
  readonly pictures: readonly { readonly file: string; readonly network: string; readonly label?: string }[];
};
const everyday = index.pictures.filter(({ network }) => network === 'everyday');
const fileOf = (file: string): { name: string; mimeType: string; buffer: Buffer } =>
  ({ name: file, mimeType: 'image/webp', buffer: readFileSync(join(gallery, file)) });

test('the built-in pictures are named rightly @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  expect(everyday.length).toBeGreaterThanOrEqual(8);
  for (const { file, label } of everyday) {
    await openPictures(page, [fileOf(file)]);
    await expect.poll(async () => (await snapshot(page)).predictions[0]?.label, { message: file, timeout: 60_000 }).toBe(label);
  }
});

test('several pictures at once can be flipped through', async ({ app }) => {
  const { page } = app;
  const [first, second] = everyday;
  if (first?.label === undefined || second?.label === undefined) throw new Error('the gallery is too small');
  await app.open({ debug: '' });
  await openPictures(page, [fileOf(first.file), fileOf(second.file)]);
  await expect(predictionItems(page).first()).toHaveAccessibleName(new RegExp(`^${first.label}, \\d+ %$`), { timeout: 180_000 });
  await page.getByRole('button', { name: /next picture/i }).click();
  await expect(predictionItems(page).first()).toHaveAccessibleName(new RegExp(`^${second.label}, \\d+ %$`), { timeout: 60_000 });
});

test('a broken picture and an HEIC one are told apart, and what was open stays @wasm', async ({ app }) => {
  const { page } = app;
  const [first] = everyday;
  if (first?.label === undefined) throw new Error('the gallery is empty');
  await app.open({ debug: '' });
  await openPictures(page, [fileOf(first.file)]);
  await expect.poll(async () => (await snapshot(page)).predictions[0]?.label, { timeout: 60_000 }).toBe(first.label);
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(64)]);
  await openPictures(page, [{ name: 'phone.heic', mimeType: 'image/heic', buffer: heic }]);
  await expect(page.getByText(/HEIC/).first()).toBeVisible();
  await openPictures(page, [{ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('not a picture at all') }]);
  await expect(page.getByRole('alert').filter({ hasText: /could not be read as a picture/ })).toBeVisible({ timeout: 10_000 });
  expect((await snapshot(page)).predictions[0]?.label).toBe(first.label);
});
