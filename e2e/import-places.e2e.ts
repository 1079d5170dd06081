import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropFiles, keepAs, networkChooser, questions } from './harness/bring-network';
import { expect, test } from './harness/fixtures';
import { predictionItems, snapshot, waitForFrames } from './harness/person';

const network = readFileSync(join(import.meta.dirname, '../test/fixtures/vectors/onnx-vgg/net.onnx'));
const other = readFileSync(join(import.meta.dirname, '../test/fixtures/vectors/onnx-inception-fire/net.onnx'));

test('a second tab leaves the questions of the first alone @wasm', async ({ app }) => {
  const { page, context, watch } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  await dropFiles(page, [{ name: 'vgg.onnx', bytes: network }]);
  await expect(questions(page)).toBeVisible();
  const second = await context.newPage();
  watch(second);
  await second.goto(page.url().replace(/#.*/, ''));
  await expect(predictionItems(second).first()).toBeVisible();
  await dropFiles(second, [{ name: 'fire.onnx', bytes: other }]);
  await expect(questions(second)).toBeVisible();
  await second.close();
  await page.bringToFront();
  await keepAs(page, 'Still here');
});

test('a list of names is for the own network on screen; its network page and its inspection open @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  await dropFiles(page, [{ name: 'vgg.onnx', bytes: network }]);
  await keepAs(page, 'Named later');
  await dropFiles(page, [{ name: 'names.txt', bytes: Buffer.from(Array.from({ length: 10 }, (_, index) => `thing ${index}`).join('\n')) }]);
  await expect(questions(page)).toBeVisible();
  await expect.poll(async () => (await snapshot(page)).predictions[0]?.label).toMatch(/^thing \d$/);
  await questions(page).getByRole('button', { name: 'Keep' }).click();
  await expect(questions(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Network page' }).click();
  await expect(page.getByRole('group', { name: /^Architecture/ }).getByRole('button').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Freeze' }).click();
  await page.getByRole('button', { name: /^Inspect/ }).first().click();
  await expect(page.getByRole('dialog', { name: 'Inspection' }).getByRole('group', { name: 'Maps', exact: true })).toBeVisible();
});

test.describe('on a page that is not secure', () => {
  test.use({ camera: 'none', extraFlags: ['--host-resolver-rules=MAP innerview.school 127.0.0.1'] });

  test('a network is brought and kept @wasm', async ({ app }) => {
    const { page } = app;
    app.allowErrors(/request to another host: http:\/\/innerview\.school|Cross-Origin-Opener-Policy|untrustworthy/);
    await page.goto(`${app.site.url.replace('localhost', 'innerview.school')}?backend=wasm&debug`);
    expect(await page.evaluate(() => [isSecureContext, crypto.subtle === undefined])).toEqual([false, true]);
    await expect(predictionItems(page).first()).toBeVisible();
    await dropFiles(page, [{ name: 'vgg.onnx', bytes: network }]);
    await keepAs(page, 'At school');
    await page.reload();
    await expect(networkChooser(page).locator('option:checked')).toHaveText('At school');
    await waitForFrames(page, 2, 60_000);
  });
});

test('a method that is undefined for it is refused in a line of its own, until anything else is chosen @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await expect(predictionItems(page).first()).toBeVisible();
  await dropFiles(page, [{ name: 'plain.onnx', bytes: network }]);
  await keepAs(page, 'Plain');
  const list = page.getByRole('combobox', { name: 'Explanation' });
  const undefinedHere = list.locator('optgroup option', { hasText: '(not for this network)' }).first();
  await expect(undefinedHere).toBeAttached({ timeout: 60_000 });
  const caption = page.locator('.live-caption .caption');
  const live = /for class \d+/;
  await expect(caption).toContainText(live);
  await list.selectOption(await undefinedHere.getAttribute('value'));
  const refusal = page.getByRole('group', { name: 'Map over the picture' }).getByRole('status');
  await expect(refusal).toHaveText(/ is not defined for this network: /);
  await expect(caption, 'what is true of the map on screen stays').toContainText(live);
  await page.getByRole('list', { name: 'Predictions' }).getByRole('button').nth(1).click();
  await expect(caption).toContainText('which you pinned');
  await expect(refusal).toHaveText('');
});
