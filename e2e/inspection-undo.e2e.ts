import type { Locator, Page } from '@playwright/test';
import { expect, test } from './harness/fixtures';
import { cards, choose, dialog, explain, longMs, newestIsDone, openPicture, readMap } from './harness/inspection';

const removed = (page: Page): Locator => dialog(page).locator('.removed-maps');
const titles = (page: Page): Promise<readonly string[]> => cards(page).evaluateAll((found) => found.map((card) => card.getAttribute('aria-label') ?? ''));

test('a map that was removed comes back with the keyboard alone, and can still be checked @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  await choose(page, 'gradient');
  await explain(page);
  await newestIsDone(page);
  const before = await titles(page);
  const map = await readMap(page, cards(page).first());
  await cards(page).first().getByRole('button', { name: /^Remove / }).press('Enter');
  await expect(cards(page)).toHaveCount(1);
  await expect(dialog(page).getByRole('status').filter({ hasText: 'Map removed: Grad-CAM, teapot.' })).toBeVisible();
  await expect(removed(page).getByRole('button', { name: 'Undo: Grad-CAM, teapot' }), 'it takes the focus of the button that went').toBeFocused();
  await page.keyboard.press('Enter');
  await expect(removed(page).getByRole('button')).toHaveCount(0);
  expect(await titles(page), 'in its place').toEqual(before);
  await expect(cards(page).first().locator('.map-title')).toBeFocused();
  expect(await readMap(page, cards(page).first())).toEqual(map);
  const trust = dialog(page).getByRole('region', { name: 'How far to trust it' });
  await trust.getByRole('button', { name: 'Deletion and insertion' }).click();
  await expect(trust.getByRole('img', { name: /^Deletion/ }), 'the worker kept it').toBeVisible({ timeout: 300_000 });
});

test('the fifth map says whose place it takes; undone, that one stands there again @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const form = dialog(page).getByRole('form', { name: 'New map' });
  for (const method of ['gradient', 'gradient-x-input', 'lrp-composite']) {
    await expect(form.getByText('Takes the place of')).toHaveCount(0);
    await choose(page, method);
    await explain(page);
    await newestIsDone(page);
  }
  const four = await titles(page);
  expect(four).toHaveLength(4);
  await expect(form).toContainText('Takes the place of Grad-CAM, teapot.');
  await choose(page, 'rise');
  await explain(page);
  // An offer stays while the focus is on it, however slow the machine.
  await removed(page).getByRole('button', { name: 'Undo: Grad-CAM, teapot' }).focus();
  const slow = cards(page).last();
  await expect(slow).toHaveAccessibleName(/^RISE for /);
  expect((await titles(page)).slice(0, 3)).toEqual(four.slice(1));
  await expect.poll(async () => Number(await slow.getByRole('progressbar').getAttribute('aria-valuenow')), { timeout: longMs }).toBeGreaterThan(0);
  await expect(slow.locator('.map-scale'), 'there is a part of it').toBeVisible({ timeout: longMs });
  await removed(page).getByRole('button', { name: 'Undo: Grad-CAM, teapot' }).click();
  await expect.poll(() => titles(page)).toEqual(four);
  await expect(cards(page).first()).toHaveAttribute('data-phase', 'done');
  await expect(cards(page).first().locator('.map-title')).toBeFocused();
  const back = removed(page).getByRole('button', { name: /^Undo: RISE, / });
  await back.focus();
  await back.click();
  await expect(cards(page).last()).toHaveAccessibleName(/^RISE for /);
  await expect(cards(page).last()).toHaveAttribute('data-phase', 'cancelled');
  await expect(cards(page).last()).toContainText('Stopped; this is what there was.');
  await expect(removed(page)).toContainText('Map removed: Grad-CAM, teapot.');
});
