import type { Page } from '@playwright/test';
import { expect, test, type App } from './harness/fixtures';
import { predictionItems } from './harness/person';

/** Everything is on the device: the service worker runs and has kept all files. */
async function waitForServiceWorker(page: Page): Promise<void> {
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await expect.poll(() => page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return registration?.active?.state;
  })).toBe('activated');
}

/** The page after its server has gone: what shows then came from the device. */
async function reloadWithoutServer(app: App): Promise<void> {
  await app.site.close();
  await app.page.reload();
  await expect(app.page.locator('#app > *').first()).toBeVisible();
}

test('after the first visit the app works without a network, networks and all @wasm', async ({ app }) => {
  await app.open();
  await waitForServiceWorker(app.page);
  await reloadWithoutServer(app);
  const answers = await app.page.evaluate(async () => {
    const paths = ['models/everyday/card.json', 'models/everyday/weights.bin', 'models/digits/weights.bin', 'wasm/tfjs-backend-wasm-simd.wasm', 'manifest.webmanifest'];
    return Promise.all(paths.map(async (path) => (await fetch(path)).status));
  });
  expect(answers).toEqual([200, 200, 200, 200, 200]);
  await app.page.getByRole('button', { name: 'Start camera' }).first().click();
  await expect(predictionItems(app.page).first()).toHaveAccessibleName(/^.+, \d+ %$/, { timeout: 120_000 });
  await app.page.getByRole('combobox', { name: 'Network' }).selectOption('digits');
  await expect(predictionItems(app.page).first()).toHaveAccessibleName(/\(\d\), \d+ %$/, { timeout: 120_000 });
});

test.describe('on a plain host, in a folder', () => {
  test.use({ site: { isolated: false, basePath: '/people/ada/innerview/' } });

  test('the service worker isolates the page from the second visit on @wasm', async ({ app }) => {
    await app.open();
    expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(false);
    await waitForServiceWorker(app.page);
    await app.open();
    expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
    await reloadWithoutServer(app);
    expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
  });
});

test('a part of a kept file can be asked for, as Safari does for video @wasm', async ({ app }) => {
  await app.open();
  await waitForServiceWorker(app.page);
  await app.page.reload();
  const answer = await app.page.evaluate(async () => {
    const response = await fetch('models/everyday/weights.bin', { headers: { Range: 'bytes=4-11' } });
    const whole = new Uint8Array(await (await fetch('models/everyday/weights.bin')).arrayBuffer());
    return { status: response.status, same: String([...new Uint8Array(await response.arrayBuffer())]) === String([...whole.slice(4, 12)]) };
  });
  expect(answer).toEqual({ status: 206, same: true });
});
