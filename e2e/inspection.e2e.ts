import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { readNpy } from '../tools/npy';
import { expect, test } from './harness/fixtures';
import { differingShare, layerButtons, look, predictionItems, snapshot, startCamera, waitForFrames } from './harness/person';

const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Inspection' });
const cards = (page: Page): Locator => dialog(page).locator('.map-card:not(.subject)');
const explain = (page: Page): Promise<void> => dialog(page).getByRole('button', { name: 'Explain', exact: true }).click();
const longMs = 120_000;

/** Few passes for methods that would take long; the labels are those of the settings. */
const small: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'smooth-grad': { samples: '4' }, 'var-grad': { samples: '4' }, 'integrated-gradients': { steps: '6' }, 'rise': { masks: '40' },
};

async function choose(page: Page, method: string): Promise<void> {
  await dialog(page).getByRole('combobox', { name: 'Method', exact: true }).selectOption(method);
}

/** Until the newest map is done. */
async function newestIsDone(page: Page, timeout = longMs): Promise<Locator> {
  const card = cards(page).last();
  await expect(card).toHaveAttribute('data-phase', 'done', { timeout });
  return card;
}

async function openPicture(page: Page, open: (query: Readonly<Record<string, string>>) => Promise<void>, hash = 'picture=teapot.webp'): Promise<void> {
  await open({ debug: '' });
  await page.evaluate((wanted) => { location.hash = wanted; }, hash);
  await page.reload();
  await expect(predictionItems(page).first()).toHaveAccessibleName(/^teapot/i, { timeout: longMs });
  await page.getByRole('button', { name: 'Inspect this frame' }).click();
  await expect(dialog(page)).toBeVisible();
  await newestIsDone(page);
}

test('the camera is frozen and the live map explained', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  await waitForFrames(page, 3);
  await page.getByRole('button', { name: 'Inspect this frame' }).click();
  await expect(dialog(page)).toBeVisible();
  const card = await newestIsDone(page);
  await expect(card).toHaveAccessibleName(/^Grad-CAM for /);
  await expect.poll(async () => (await look(page, card.locator('canvas'))).deviation).toBeGreaterThan(5);
  await page.keyboard.press('Space');
  await dialog(page).getByRole('button', { name: 'Close the inspection' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
});

test('each method of the list makes a map, with its words @wasm', async ({ app }) => {
  test.setTimeout(600_000);
  const { page } = app;
  await openPicture(page, app.open);
  const ids = await dialog(page).getByRole('combobox', { name: 'Method', exact: true }).locator('option').evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  expect(ids.length).toBeGreaterThanOrEqual(20);
  let sawProgress = 0;
  for (const id of ids) {
    await choose(page, id);
    const settings = small[id];
    if (settings !== undefined) {
      await dialog(page).locator('.settings summary').click();
      for (const [name, value] of Object.entries(settings)) await dialog(page).locator(`.parameter[data-name="${name}"] input`).fill(value);
      await dialog(page).locator('.settings summary').click();
    }
    if (id === 'rise' || id === 'occlusion') {
      void dialog(page).getByRole('progressbar').first().waitFor({ timeout: 5000 }).then(() => { sawProgress += 1; }, () => undefined);
    }
    await explain(page);
    const card = await newestIsDone(page, 300_000);
    await expect(card.getByRole('alert'), id).toHaveCount(0);
    expect(await card.getByText(/not numbers/).count(), id).toBe(0);
  }
  expect(sawProgress).toBeGreaterThan(0);
  await expect(cards(page)).toHaveCount(4);
});

test('a slow method shows progress, leaves the window free, and stops at once @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(page, app.open);
  await choose(page, 'rise');
  await page.waitForTimeout(1000);
  // All of it in the page: Playwright's own look-ups are tasks of the window too, and long ones.
  const measured = await page.evaluate(async () => {
    const longTasks: number[] = [];
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) longTasks.push(Math.round(entry.duration)); }).observe({ type: 'longtask' });
    const wait = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });
    const card = (): Element | undefined => [...document.querySelectorAll('.map-card:not(.subject)')].at(-1);
    const progress = (): number => Number(card()?.querySelector('[role="progressbar"]')?.getAttribute('aria-valuenow') ?? -1);
    document.querySelector<HTMLButtonElement>('.method-form button[type="submit"]')?.click();
    const seen = new Set<number>();
    for (let turn = 0; turn < 1200 && (turn < 60 || seen.size < 4); turn += 1) {
      await wait(50);
      seen.add(progress());
    }
    const words = card()?.textContent ?? '';
    const duringMs = [...longTasks];
    const own = card();
    const startedAtMs = performance.now();
    const stoppedAfterMs = await new Promise<number>((resolve) => {
      new MutationObserver((_, observer) => {
        if (own?.getAttribute('data-phase') !== 'cancelled') return;
        observer.disconnect();
        resolve(performance.now() - startedAtMs);
      }).observe(document.body, { attributes: true, subtree: true, childList: true });
      own?.querySelector<HTMLButtonElement>('button[title="Stop"]')?.click();
    });
    return { stoppedAfterMs, duringMs, seen: [...seen], words };
  });
  const report = `stopped after ${measured.stoppedAfterMs.toFixed(0)} ms; tasks of the window above 50 ms: ${measured.duringMs.join(', ') || 'none'}`;
  test.info().annotations.push({ type: 'measured', description: report });
  console.log(report);
  expect(measured.seen.filter((percent) => percent >= 0).length).toBeGreaterThanOrEqual(3);
  expect(measured.words).toMatch(/approximate: \d+ of \d+ steps/);
  await expect(cards(page).last()).toContainText('Stopped; this is what there was.');
  expect(measured.stoppedAfterMs).toBeLessThan(1000);
});

test('two maps share a crosshair, and the place says what it holds @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(page, app.open);
  await choose(page, 'gradient-x-input');
  await explain(page);
  await newestIsDone(page);
  const box = await cards(page).first().locator('.map-canvas').boundingBox();
  if (box === null) throw new Error('no map');
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.6);
  for (const map of await dialog(page).locator('.map-canvas').all()) await expect(map.locator('.cross-row')).toHaveAttribute('style', /top: (59|60)/);
  for (const card of await cards(page).all()) await expect(card.locator('.map-value')).toContainText(/^here /);
  const here = dialog(page).getByRole('region', { name: 'At this place', exact: true });
  await expect(here).toContainText(/red, green, blue \d+, \d+, \d+/);
  await expect(here.getByRole('region', { name: 'Evidence at this place' }).getByRole('row')).toHaveCount(3);
  const units = here.getByRole('region', { name: 'Units that see this place' });
  await expect.poll(() => units.getByRole('row').count()).toBeGreaterThan(5);
  await units.getByRole('button').first().click();
  await expect(dialog(page).getByRole('combobox', { name: 'Target' })).toHaveValue('unit');
  await choose(page, 'gradient');
  await explain(page);
  const card = await newestIsDone(page);
  await expect(card).toHaveAccessibleName(/for channel \d+ of .+ at row \d+, column \d+$/);
  await dialog(page).getByRole('application', { name: /^Point at the picture/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(dialog(page)).toBeVisible();
});

test('erasing the object lowers its prediction; undo, hold to compare', async ({ app }) => {
  const { page } = app;
  await openPicture(page, app.open);
  const teapot = async (): Promise<number> => (await snapshot(page)).predictions.find(({ label }) => label === 'teapot')?.probability ?? 0;
  const before = await teapot();
  expect(before).toBeGreaterThan(0.5);
  const subject = dialog(page).getByRole('article', { name: 'Frozen frame' });
  const unpainted = await look(page, subject.locator('canvas'));
  await subject.getByRole('button', { name: 'Erase' }).click();
  await subject.getByRole('slider', { name: 'Size of the brush' }).fill('30');
  const box = await subject.locator('.brush').boundingBox();
  if (box === null) throw new Error('no brush');
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.6, { steps: 6 });
  await page.mouse.up();
  await expect.poll(teapot, { timeout: longMs }).toBeLessThan(before / 2);
  await expect(subject.getByRole('list', { name: 'Answers' })).toContainText(/was \d+ %/);
  await newestIsDone(page);
  expect(await cards(page).first().getByText('The picture has changed since').count(), 'quick maps follow').toBe(0);
  const painted = await look(page, subject.locator('canvas'));
  expect(differingShare(unpainted, painted)).toBeGreaterThan(0.1);
  const compare = dialog(page).getByRole('button', { name: 'Hold to compare' });
  await compare.dispatchEvent('pointerdown');
  expect(differingShare(unpainted, await look(page, subject.locator('canvas')))).toBeLessThan(0.05);
  expect(differingShare(unpainted, await look(page, cards(page).first().locator('canvas'))), 'the maps step aside too').toBeLessThan(0.1);
  await compare.dispatchEvent('pointerup');
  await subject.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(teapot, { timeout: longMs }).toBeGreaterThan(before * 0.9);
  await subject.getByRole('button', { name: 'Redo', exact: true }).click();
  await expect.poll(teapot, { timeout: longMs }).toBeLessThan(before / 2);
});

test('numbers and pictures go out; a saved inspection is opened again after a reload @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(page, app.open);
  await choose(page, 'gradient-x-input');
  await explain(page);
  const card = await newestIsDone(page);
  const save = async (name: RegExp): Promise<{ readonly name: string; readonly bytes: Buffer }> => {
    await card.getByRole('button', { name: /^Save / }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name }).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const png = await save(/PNG/);
  expect(png.name).toBe('innerview-everyday-gradient-x-input-teapot.png');
  expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  const { map, ...facts } = JSON.parse((await save(/JSON/)).bytes.toString()) as { readonly map: { readonly shape: number[]; readonly values: number[] }; readonly [name: string]: unknown };
  expect(facts).toMatchObject({ program: 'Innerview', network: 'everyday', method: 'gradient-x-input' });
  const array = readNpy(new Uint8Array((await save(/NPY/)).bytes));
  expect(array.shape).toEqual(map.shape);
  expect(map.shape[2]).toBe(3);
  expect([...array.values]).toEqual([...Float32Array.from(map.values)]);
  expect(Math.max(...array.values)).toBeGreaterThan(0);

  const before = await look(page, card.locator('canvas'));
  const download = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Save inspection' }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(/^innerview-everyday-.+\.inspection\.zip$/);
  const buffer = readFileSync(await saved.path());
  await page.goto(`${app.site.url}?backend=${app.tier}&debug#picture=lemon.webp`);
  await page.reload();
  await expect(predictionItems(page).first()).toHaveAccessibleName(/^lemon/i, { timeout: longMs });
  await page.getByRole('button', { name: 'Inspect this frame' }).click();
  const chooser = page.waitForEvent('filechooser');
  await dialog(page).getByRole('button', { name: 'Open inspection' }).click();
  await (await chooser).setFiles([{ name: saved.suggestedFilename(), mimeType: 'application/zip', buffer }]);
  await expect(cards(page)).toHaveCount(2, { timeout: longMs });
  await expect(cards(page).last()).toHaveAccessibleName(/^Gradient .+ for teapot$/i);
  await expect(dialog(page).getByText('The picture has changed since')).toHaveCount(0);
  await expect.poll(async () => differingShare(before, await look(page, cards(page).last().locator('canvas')))).toBeLessThan(0.02);
});

test('a map is judged on its picture, and the methods ranked @wasm', async ({ app }) => {
  test.setTimeout(600_000);
  const { page } = app;
  await openPicture(page, app.open);
  const trust = dialog(page).getByRole('region', { name: 'How far to trust it' });
  await trust.getByRole('button', { name: 'Deletion and insertion' }).click();
  await expect(trust.getByRole('img', { name: /^Deletion/ })).toBeVisible({ timeout: 300_000 });
  await trust.getByRole('button', { name: 'Randomise the network' }).click();
  await expect(trust.getByRole('row')).not.toHaveCount(0, { timeout: 300_000 });
  await expect(trust).toContainText(/The map (changes|hardly changes)/);
  const ranking = dialog(page).getByRole('region', { name: 'Methods ranked on this frame' });
  await ranking.getByRole('button', { name: 'Rank the methods' }).click();
  await expect.poll(() => ranking.getByRole('row').count(), { timeout: 300_000 }).toBeGreaterThan(4);
  await ranking.getByRole('button', { name: 'Stop' }).click();
  await expect(ranking.getByRole('button', { name: 'Rank again' })).toBeVisible({ timeout: longMs });
  await trust.getByRole('button', { name: 'Deletion and insertion again' }).click();
  await expect(trust.getByRole('img', { name: /^Deletion/ }), 'the ranking left the map in the worker').toBeVisible({ timeout: 300_000 });
});

test('why this rather than that: a difference of two classes @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(page, app.open);
  await dialog(page).getByRole('combobox', { name: 'Target' }).selectOption('difference');
  await explain(page);
  await expect(await newestIsDone(page)).toHaveAccessibleName(/for teapot rather than .+$/);
});

test('any unit of any layer is explained: one by its row and column, one of a vector @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(page, app.open);
  await choose(page, 'gradient');
  await dialog(page).getByRole('combobox', { name: 'Target' }).selectOption('unit');
  await dialog(page).getByRole('combobox', { name: 'Part of the channel' }).selectOption('unit');
  await dialog(page).getByRole('spinbutton', { name: 'Row' }).fill('1');
  await dialog(page).getByRole('spinbutton', { name: 'Column' }).fill('2');
  await explain(page);
  await expect(await newestIsDone(page)).toHaveAccessibleName(/for channel 0 of .+ at row 1, column 2$/);
  const layer = dialog(page).getByRole('combobox', { name: 'Layer of the channel' });
  const vector = await layer.locator('option', { hasText: '(without places)' }).last().getAttribute('value');
  await layer.selectOption(vector);
  await dialog(page).getByRole('spinbutton', { name: 'Channel' }).fill('7');
  await expect(dialog(page).getByRole('spinbutton', { name: 'Row' })).toHaveCount(0);
  await explain(page);
  await expect(cards(page)).toHaveCount(3);
  await expect(await newestIsDone(page)).toHaveAccessibleName(new RegExp(`for channel 7 of ${vector}$`));
});

test('a channel is explained live and held while other layers are looked at @wasm', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  await layerButtons(page).nth(4).click();
  await page.getByRole('region', { name: 'Channels' }).getByRole('button', { name: /^Channel 1/ }).first().click();
  await page.getByRole('button', { name: 'Explain this channel' }).click();
  // A frame may hold nothing that excites it, which is said as well.
  const heldMap = /(What excites|The map of) .*channel 1 of/;
  await expect(page.getByText(heldMap)).toBeVisible();
  await layerButtons(page).nth(2).click();
  await waitForFrames(page, 3);
  await expect(page.getByText(heldMap)).toBeVisible();
  await page.getByRole('button', { name: 'Let go' }).click();
  await expect(page.getByText(heldMap)).toHaveCount(0);
});

test('the camera goes on while a job works on a copy of its frame @wasm', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  await waitForFrames(page, 3);
  const before = (await snapshot(page)).frame.sequence;
  // A step takes seconds on the software adapter.
  const steps = app.tier === 'wasm' ? 12 : 4;
  const sequences = await page.evaluate(async (wanted) => {
    const { innerview } = globalThis as unknown as { innerview: { runJob(id: string, job: unknown): Promise<unknown>; snapshot(): { frame: { sequence: number } } } };
    const seen = new Set<number>();
    let over = false;
    const job = innerview.runJob('test', { kind: 'explain', method: 'integrated-gradients', target: { kind: 'top' }, layer: null, parameters: { steps: wanted } }).finally(() => { over = true; });
    while (!over) {
      seen.add(innerview.snapshot().frame.sequence);
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    await job;
    return [...seen];
  }, steps);
  console.log(`frames drawn during a job of ${steps} steps: ${Math.max(...sequences) - before}`);
  expect(Math.max(...sequences) - before).toBeGreaterThan(steps / 4);
});
