import { expect, test } from './harness/fixtures';
import { breakForTest, layerButtons, look, predictionItems, snapshot, startCamera, waitForFrames } from './harness/person';

test.describe('a camera that is denied', () => {
  test.use({ cameraPermission: 'denied' });
  test('is said in a sentence with the next step, and the page stays useful @wasm', async ({ app }) => {
    await app.open({ debug: '' });
    await app.page.getByRole('button', { name: 'Start camera' }).first().click();
    await expect(app.page.getByRole('alert').filter({ hasText: /camera/i })).toBeVisible();
    await expect(app.page.getByRole('button', { name: 'Open picture' }).first()).toBeEnabled();
  });
});

test.describe('no camera', () => {
  test.use({ camera: 'none' });
  test('is said, and the built-in clip keeps the page alive @wasm', async ({ app }) => {
    await app.open({ debug: '' });
    await app.page.getByRole('button', { name: 'Start camera' }).first().click();
    await expect(app.page.getByRole('alert').filter({ hasText: /camera/i })).toBeVisible();
    // The clip plays on: new frames are seen, and the network answers.
    await waitForFrames(app.page, 3);
    await expect(predictionItems(app.page).first()).toBeVisible();
  });
});

test('a worker that crashes is replaced, and so is one that lost its GPU device; camera and choices are kept', async ({ app }) => {
  const { page } = app;
  app.allowErrors(/crash|test|Uncaught|worker/i);
  app.allowErrors(/device|lost|destroy|GPU|buffer/i);
  await startCamera(app);
  await layerButtons(page).nth(3).click();
  await page.getByRole('combobox', { name: 'Explanation' }).selectOption('gradient');
  await waitForFrames(page, 3);
  // One page for both: on the software adapter the start is most of the test.
  for (const failure of app.tier === 'webgpu' ? ['crash', 'device-lost'] as const : ['crash'] as const) {
    await test.step(failure, async () => {
      await breakForTest(page, failure);
      await page.waitForTimeout(500);
      await waitForFrames(page, 4, 200_000);
      expect((await snapshot(page)).backend).toBe(app.tier);
      await expect(layerButtons(page).nth(3)).toHaveAttribute('aria-pressed', 'true');
      await expect(page.getByRole('combobox', { name: 'Explanation' })).toHaveValue('gradient');
      const channels = page.getByRole('region', { name: 'Channels' });
      await expect.poll(async () => (await look(page, channels)).deviation, { timeout: 120_000 }).toBeGreaterThan(10);
    });
  }
});

test('a worker that hangs is replaced @wasm', async ({ app }) => {
  const { page } = app;
  app.allowErrors(/hang|hung|test|worker/i);
  // The frame on its way to a worker that hangs can be closed by nobody.
  app.allowErrors(/VideoFrame was garbage collected/);
  await startCamera(app);
  await waitForFrames(page, 3);
  const before = (await snapshot(page)).frame.sequence;
  void breakForTest(page, 'hang');
  await expect.poll(async () => (await snapshot(page)).frame.sequence, { timeout: 120_000, intervals: [500] }).toBeGreaterThan(before + 20);
  await expect(predictionItems(page).first()).toBeVisible();
});

for (const [what, expected] of [['altered', /altered|damaged|not the one|changed/i], ['missing', /not (there|found)|missing|could not/i]] as const) {
  test(`weights that are ${what} are said in a sentence @wasm`, async ({ app }) => {
    const { page, context } = app;
    app.allowErrors(/404|Failed to load resource/);
    await context.route('**/models/everyday/weights.bin', async (route) => {
      if (what === 'missing') return route.fulfill({ status: 404, body: 'no' });
      const answer = await route.fetch();
      const bytes = await answer.body();
      bytes[1000] = (bytes[1000] ?? 0) ^ 0xff;
      return route.fulfill({ response: answer, body: bytes });
    });
    await app.open({ debug: '' });
    await expect(page.getByRole('alert').filter({ hasText: expected })).toBeVisible();
  });
}
