import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './harness/fixtures';
import { differingShare, look, snapshot, startCamera, waitForFrames } from './harness/person';

const models = join(import.meta.dirname, '../public/models');
const card = (id: string): { readonly parameters: number; readonly multiplyAdds: number } => JSON.parse(readFileSync(join(models, id, 'card.json'), 'utf8')) as never;

const pageOf = (page: Page): Locator => page.getByRole('region', { name: 'Network page' });
const drawing = (page: Page): Locator => page.getByRole('group', { name: /^Architecture/ });
const boxes = (page: Page): Locator => drawing(page).getByRole('button');
const facts = (page: Page): Locator => page.getByRole('region', { name: 'Facts' });

async function openNetworkPage(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Network page' }).click();
  await expect(boxes(page).first()).toBeVisible();
}

test('the drawing opens beside the running camera, lights up, and leads to a layer @wasm', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  await openNetworkPage(page);
  await expect(page).toHaveURL(/page=network/);
  // The picture stays and goes on.
  const picture = page.getByRole('region', { name: 'Picture', exact: true });
  await expect(picture).toBeVisible();
  const before = await look(page, picture);
  await waitForFrames(page, 20);
  await expect.poll(async () => differingShare(before, await look(page, picture)), { timeout: 30_000 }).toBeGreaterThan(0.02);
  // Measured, not painted: the strips have a colour only for layers that the worker measured.
  await expect.poll(() => boxes(page).evaluateAll((list) => list.filter((box) => (box as HTMLElement).style.getPropertyValue('--glow').startsWith('rgb')).length), { timeout: 30_000 }).toBeGreaterThan(5);

  const block = boxes(page).filter({ hasText: 'Residual block' }).first();
  const wasOpen = await block.getAttribute('aria-expanded');
  const count = await boxes(page).count();
  await block.click();
  await expect(block).toHaveAttribute('aria-expanded', wasOpen === 'true' ? 'false' : 'true');
  expect(await boxes(page).count()).not.toBe(count);
  await expect(facts(page)).toContainText('Residual block');
  await facts(page).getByRole('button', { name: 'See it live' }).click();
  await expect(pageOf(page)).toBeHidden();
  await expect(page.getByRole('region', { name: 'Channels' })).toBeVisible();
  await expect(page).toHaveURL(/layer=/);
  await expect(page).not.toHaveURL(/page=network/);
});

test('the keyboard walks through the network, opens and closes blocks, and leaves @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await openNetworkPage(page);
  const focused = drawing(page).locator(':focus');
  await boxes(page).first().focus();
  await expect(focused).toHaveAccessibleName(/^Picture/);
  await page.keyboard.press('ArrowDown');
  await expect(focused).not.toHaveAccessibleName(/^Picture/);
  await page.keyboard.press('End');
  await expect(focused).toHaveAccessibleName(/Softmax/);
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Close all blocks' }).click();
  await boxes(page).first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(focused).toHaveAttribute('aria-expanded', 'false');
  const closed = await boxes(page).count();
  await page.keyboard.press('ArrowRight');
  await expect(focused).toHaveAttribute('aria-expanded', 'true');
  expect(await boxes(page).count()).toBeGreaterThan(closed);
  await page.keyboard.press('ArrowLeft');
  await expect(focused).toHaveAttribute('aria-expanded', 'false');
  await expect(boxes(page)).toHaveCount(closed);
  // One tab stop for the whole drawing.
  expect(await boxes(page).evaluateAll((list) => list.filter((box) => (box as HTMLElement).tabIndex === 0).length)).toBe(1);
  await page.keyboard.press('Escape');
  await expect(pageOf(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'Network page' })).toBeFocused();
});

test('the table counts as the card does, sorts, and can be taken along @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '', network: 'digits' });
  await openNetworkPage(page);
  await page.getByRole('tab', { name: 'Table' }).click();
  const rows = pageOf(page).getByRole('row');
  await expect(rows.nth(1)).toContainText('image');
  await page.getByRole('columnheader', { name: 'FLOPs' }).getByRole('button').click();
  await expect(page.getByRole('columnheader', { name: 'FLOPs' })).toHaveAttribute('aria-sort', 'descending');
  await expect(rows.nth(1)).toContainText('Convolution');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('digits-layers.csv');
  const lines = readFileSync(await saved.path(), 'utf8').trim().split('\r\n').slice(1);
  const sum = (column: number): number => lines.reduce((total, line) => total + Number((line.match(/"(?:[^"]|"")*"|[^,]+|(?<=,)(?=,)/g) ?? [])[column]), 0);
  expect(sum(9)).toBe(card('digits').multiplyAdds);
  expect(sum(10)).toBe(2 * card('digits').multiplyAdds);
  // A name leads back into the drawing, with every block around it open.
  await rows.nth(1).getByRole('button').click();
  await expect(drawing(page).locator('[aria-current="true"]')).toBeVisible();
});

test('the network stands among others, and its kernels are pictures @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '', page: 'network' });
  await expect(boxes(page).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Among others' }).click();
  await expect(page.getByText(/cannot be compared directly/)).toBeVisible();
  const table = page.getByRole('region', { name: 'The same numbers as a table' });
  await expect(table.getByRole('row').filter({ hasText: 'Everyday objects' })).toContainText('62.2 %');
  await expect(table.getByRole('row').filter({ hasText: 'AlexNet' })).toContainText('56.5 %');
  await expect(table.getByRole('row').filter({ hasText: 'Handwritten digits' })).toContainText('MNIST');
  await page.getByRole('tab', { name: 'First kernels' }).click();
  const kernels = page.getByRole('list', { name: 'Kernels of the first convolution' }).getByRole('listitem');
  await expect(kernels).toHaveCount(32);
  expect((await look(page, kernels.first().locator('canvas'))).deviation).toBeGreaterThan(5);
  await page.getByRole('combobox', { name: 'Network', exact: true }).selectOption('digits');
  await expect(kernels).toHaveCount(16);
  await expect.poll(async () => (await snapshot(page)).network).toBe('digits');
});

for (const scheme of ['dark', 'light'] as const) {
  for (const [name, viewport] of [['desktop', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]] as const) {
    test(`the network page has no violation that axe knows, ${scheme}, ${name} @wasm`, async ({ app }) => {
      const { page } = app;
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await app.open({ debug: '', theme: scheme, page: 'network' });
      await expect(boxes(page).first()).toBeVisible();
      await boxes(page).nth(2).click();
      for (const tab of ['Drawing', 'Table', 'Among others', 'First kernels']) {
        await page.getByRole('tab', { name: tab }).click();
        const { violations } = await new AxeBuilder({ page: page as never }).analyze();
        expect(violations.map(({ id, nodes }) => `${tab}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${tab} fits the width`).toBe(true);
      }
    });
  }
}

test('measuring activity leaves tensors, bytes and open frames where they were @wasm', async ({ app }) => {
  test.setTimeout(400_000);
  const { page } = app;
  await startCamera(app);
  await openNetworkPage(page);
  const settled = async (): Promise<{ tensors: number; bytes: number; openFrames: number }> => {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Freeze' }).click();
    await page.waitForTimeout(2500);
    const { memory } = await snapshot(page);
    await page.getByRole('button', { name: 'Resume' }).click();
    await openNetworkPage(page);
    return memory;
  };
  await waitForFrames(page, 20);
  const before = await settled();
  await waitForFrames(page, 150, 300_000);
  expect(await settled()).toEqual(before);
});
