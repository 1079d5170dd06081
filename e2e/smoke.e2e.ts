import { expect, test } from './harness/fixtures';

test('the built page loads, isolated, without an error or a request to another host', async ({ app }) => {
  await app.open();
  await expect(app.page).toHaveTitle(/Innerview/);
  await expect(app.page.locator('#app > *').first()).toBeVisible();
  expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
});
