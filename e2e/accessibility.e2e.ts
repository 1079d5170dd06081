import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './harness/fixtures';
import { layerButtons, startCamera } from './harness/person';

for (const scheme of ['dark', 'light'] as const) {
  for (const [name, viewport] of [['desktop', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]] as const) {
    test(`no violation that axe knows, ${scheme}, ${name} @wasm`, async ({ app }) => {
      const { page } = app;
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      const check = async (where: string): Promise<void> => {
        // Two libraries bring their own copy of Playwright's types.
        const { violations } = await new AxeBuilder({ page: page as never }).analyze();
        expect(violations.map(({ id, nodes }) => `${where}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
      };
      await app.open({ debug: '', theme: scheme });
      await expect(page.getByRole('button', { name: 'Start camera' }).first()).toBeVisible();
      await check('start');
      await startCamera(app, { theme: scheme });
      await check('live');
      await layerButtons(page).nth(4).click();
      await expect(page.getByRole('region', { name: 'Channels' })).toBeVisible();
      await page.getByRole('region', { name: 'Channels' }).getByRole('button', { name: /^Channel 1/ }).first().click();
      await check('channel');
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog')).toBeVisible();
      await check('help');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Inspect this frame' }).click();
      const inspection = page.getByRole('dialog', { name: 'Inspection' });
      await expect(inspection.locator('.map-card[data-phase="done"]')).toBeVisible();
      await inspection.getByRole('application', { name: /^Point at the picture/ }).focus();
      await page.keyboard.press('ArrowRight');
      await expect(inspection.getByRole('region', { name: 'Units that see this place' })).toBeVisible();
      await inspection.getByRole('button', { name: 'Erase' }).click();
      await check('inspection');
      for (const width of [viewport.width, 320]) {
        await page.setViewportSize({ width, height: viewport.height });
        expect(await inspection.locator('.inspection-body').evaluate((body) => body.scrollWidth - body.clientWidth), `the inspection fits ${width} px`).toBe(0);
      }
      await inspection.getByRole('button', { name: /^Remove / }).press('Enter');
      await expect(inspection.getByRole('button', { name: /^Undo: / })).toBeFocused();
      await check('a removed map, at 320 px');
    });
  }
}

test('presenter mode leaves what a class needs, and gives the view to other devices as a code @wasm', async ({ app }) => {
  const { page } = app;
  await page.setViewportSize({ width: 390, height: 844 });
  await app.open({ debug: '' });
  await page.evaluate(() => { location.hash = 'picture=teapot.webp'; });
  await page.reload();
  await expect(page.getByRole('button', { name: 'Open network' })).toBeVisible();
  const sizePx = (): Promise<number> => page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize));
  const before = await sizePx();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText(/^Presenter mode/).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Open network' })).toBeHidden();
  expect(await sizePx()).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'This view on other devices' }).click();
  const sheet = page.getByRole('dialog', { name: 'This view on other devices' });
  await expect(sheet.getByRole('img', { name: /^Code with the address/ })).toBeVisible();
  await expect(sheet.getByRole('link')).toHaveAttribute('href', /#.*picture=teapot\.webp/);
  await expect(sheet).toContainText('on the same picture');
  await expect(sheet).toContainText('This address is known on this device only');
  const { violations } = await new AxeBuilder({ page: page as never }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 600 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 'fits 320 px').toBe(0);
});
