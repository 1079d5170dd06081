import type { Page } from '@playwright/test';
import { expect, test } from './harness/fixtures';
import { differingShare, layerButtons, look, predictionItems, readActivation, snapshot, startCamera, waitForFrames } from './harness/person';

test('from page load to changing predictions, with every layer alive', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  const items = predictionItems(page);
  await expect(items.first()).toHaveAccessibleName(/^.+, \d+ %$/);
  const first = await snapshot(page);
  expect(first.backend).toBe(app.tier);
  expect(first.network).toBe('everyday');
  expect(first.predictions.length).toBeGreaterThanOrEqual(5);

  const seen = new Set<string>();
  await expect.poll(async () => {
    seen.add((await snapshot(page)).predictions.map(({ probability }) => probability.toFixed(3)).join());
    return seen.size;
  }, { timeout: 120_000 }).toBeGreaterThan(3);

  const names = (await snapshot(page)).layers.map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(10);
  const buttonNames = await layerButtons(page).evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')));
  expect(buttonNames).toEqual(names);

  for (const name of [names[0], names[Math.floor(names.length / 2)], names.at(-1)]) {
    if (name === undefined) throw new Error('no layer');
    const before = await readActivation(page, name);
    expect(before.values.length, name).toBe(before.shape.reduce((product, size) => product * size, 1));
    expect(new Set(before.values).size, `${name} is not one flat value`).toBeGreaterThan(5);
    expect(before.values.every(Number.isFinite), name).toBe(true);
    // Asked again: on a slow machine two looks can be a whole round of the clip apart, which shows the same frame.
    await expect.poll(async () => {
      await waitForFrames(page, 3);
      const after = await readActivation(page, name);
      return before.values.some((value, index) => value !== after.values[index]);
    }, { message: `${name} follows the camera`, timeout: 120_000 }).toBe(true);
  }
  await expect(page.getByRole('status', { name: 'Frame rate' })).toHaveText(/\d.* fps/);
});

test('the rail and an open layer are drawn, and change', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  await layerButtons(page).nth(4).click();
  const channels = page.getByRole('region', { name: 'Channels' });
  await expect(channels).toBeVisible();
  for (const area of [channels, page.getByRole('navigation', { name: 'Layers' })]) {
    await expect.poll(async () => (await look(page, area)).deviation, { timeout: 120_000 }).toBeGreaterThan(10);
    const before = await look(page, area);
    await expect.poll(async () => differingShare(before, await look(page, area)), { timeout: 120_000 }).toBeGreaterThan(0.02);
  }
  await channels.getByRole('button', { name: 'Channel 3', exact: true }).click();
  await expect.poll(async () => page.url()).toMatch(/channel=3|c=3/);
});

test('the overlay lies on the picture and moves with the object', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  await page.addStyleTag({ content: '.stage video, .stage canvas:not(.stage-overlay), .stage .corner { opacity: 0 !important }' });
  const overlay = page.locator('.stage-overlay');
  const centres: number[] = [];
  await expect.poll(async () => {
    const seen = await look(page, overlay);
    if (seen.deviation > 3) centres.push(seen.centreX);
    return centres.length === 0 ? 0 : Math.max(...centres) - Math.min(...centres);
  }, { timeout: 180_000, intervals: [200] }).toBeGreaterThan(0.15);
  await page.getByRole('combobox', { name: 'Explanation' }).selectOption('gradient');
  await expect.poll(async () => (await snapshot(page)).explanation.method, { timeout: 60_000 }).toBe('gradient');
  await expect.poll(async () => (await look(page, overlay)).deviation, { timeout: 60_000 }).toBeGreaterThan(3);
  await page.getByRole('combobox', { name: 'Explanation' }).selectOption('off');
  await expect.poll(async () => (await look(page, overlay)).deviation, { timeout: 60_000 }).toBeLessThan(1);
});

test('another network while the camera runs, and back', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  const chooser = page.getByRole('combobox', { name: 'Network' });
  for (const [network, labels] of [['digits', /^\w+ \(\d\), \d+ %$/], ['everyday', /^[^()]+, \d+ %$/]] as const) {
    await chooser.selectOption(network);
    await expect.poll(async () => (await snapshot(page)).network, { timeout: 120_000 }).toBe(network);
    await expect(predictionItems(page).first()).toHaveAccessibleName(labels, { timeout: 120_000 });
    await layerButtons(page).nth(2).click();
    await waitForFrames(page, 3);
  }
  expect((await snapshot(page)).generation, 'no worker failed').toBe(1);
});

/** The channel of a layer whose mean absolute value is greatest in the frame on screen. */
async function readStrongest(page: Page, layer: string): Promise<number> {
  const { shape, values } = await readActivation(page, layer);
  const sums = Array.from({ length: shape.at(-1) ?? 1 }, () => 0);
  values.forEach((value, index) => { sums[index % sums.length] = (sums[index % sums.length] ?? 0) + Math.abs(value); });
  return sums.indexOf(Math.max(...sums));
}

test('a frozen frame stays, and everything on it can be looked at', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  await waitForFrames(page, 5);
  await page.getByRole('button', { name: 'Freeze' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await expect.poll(async () => {
    const before = (await snapshot(page)).frame.sequence;
    await page.waitForTimeout(1500);
    return (await snapshot(page)).frame.sequence - before;
  }, { timeout: 60_000 }).toBe(0);
  const frozen = await readActivation(page, 'logits');
  const stem = await readActivation(page, 'stem_conv');
  expect(stem.shape).toEqual([1, 32, 32, 32]);
  await layerButtons(page).nth(2).click();
  const channels = page.getByRole('region', { name: 'Channels' });
  await expect.poll(async () => (await look(page, channels)).deviation, { timeout: 60_000 }).toBeGreaterThan(10);
  await channels.getByRole('combobox', { name: 'Sort' }).selectOption('activity');
  const strongest = await readStrongest(page, await channels.getByRole('heading').first().innerText());
  await expect(channels.locator('[data-place="0"]'), 'sorted although no frame comes').toHaveAccessibleName(new RegExp(`^Channel ${strongest}\\b`));
  const still = await readActivation(page, 'logits');
  const largest = Math.max(...still.values.map((value, index) => Math.abs(value - (frozen.values[index] ?? Number.NaN))));
  expect(largest, 'the frame did not change').toBeLessThan(1e-4);
  await page.getByRole('button', { name: 'Resume' }).click();
  await waitForFrames(page, 5);
});

test('keys: space freezes, arrows walk the layers, the whole view is a link @wasm', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  await page.locator('body').press('Space');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await layerButtons(page).nth(1).click();
  await expect(layerButtons(page).nth(1)).toHaveAttribute('aria-pressed', 'true');
  const name = await layerButtons(page).nth(1).getAttribute('aria-label');
  await page.getByRole('combobox', { name: 'Explanation' }).selectOption('gradient');
  await expect.poll(() => page.url()).toContain('gradient');
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.getByRole('combobox', { name: 'Explanation' })).toHaveValue('gradient');
  await expect(page.getByRole('navigation', { name: 'Layers' }).getByRole('button', { name: name ?? '', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('a long caption of the live map is read in full on a narrow screen @wasm', async ({ app }) => {
  const { page } = app;
  await page.setViewportSize({ width: 320, height: 640 });
  // The class with the longest name.
  await app.open({ debug: '', picture: 'teapot.webp', explanation: 'gradient', target: '88' });
  const caption = page.locator('.live-caption .caption');
  await expect(caption).toHaveText('What would change ice lolly (popsicle), which you pinned', { timeout: 120_000 });
  const cut = await caption.evaluate((element) => {
    const words = document.createRange();
    words.selectNodeContents(element);
    const [box, said] = [element.getBoundingClientRect(), words.getBoundingClientRect()];
    return { acrossPx: said.right - box.right, downPx: said.bottom - box.bottom };
  });
  expect(cut.acrossPx).toBeLessThanOrEqual(0.5);
  expect(cut.downPx).toBeLessThanOrEqual(0.5);
});
