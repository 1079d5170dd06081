import { expect, test } from './harness/fixtures';
import { startCamera, waitForFrames } from './harness/person';
import type { App } from './harness/fixtures';

/** What the settings say about the engine. */
async function readEngineLine(app: App): Promise<string> {
  await app.page.getByRole('button', { name: 'Settings' }).click();
  const line = app.page.getByText(/own kernels/);
  await expect(line).toBeVisible();
  return (await line.textContent()) ?? '';
}

test.describe('@wasm an isolated page', () => {
  test('has helper threads where the machine has a second core, and its pictures go on', async ({ app }) => {
    await startCamera(app);
    await waitForFrames(app.page, 40);
    const cores = await app.page.evaluate(() => navigator.hardwareConcurrency);
    expect(await readEngineLine(app)).toMatch(cores > 1 ? new RegExp(`\\(${Math.min(cores, 4)} threads\\)`) : /own kernels/);
    await app.page.keyboard.press('Escape');
    await waitForFrames(app.page, 20);
  });
});

test.describe('@wasm a page that is not isolated', () => {
  test.use({ site: { isolated: false } });
  test('runs on one thread and says nothing of others', async ({ app }) => {
    await startCamera(app);
    await waitForFrames(app.page, 5);
    expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await readEngineLine(app)).not.toContain('threads');
  });
});
