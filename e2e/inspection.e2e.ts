import { judgeSanity } from '../src/explain/sanity';
import { packInspection, unpackInspection, type SavedMap } from '../src/state/saved-inspection';
import { readNpy } from '../tools/npy';
import { expect, test } from './harness/fixtures';
import { cards, choose, dialog, explain, longMs, newestIsDone, openInspection, openPicture, pointAt, readMap, saveInspection, saveMap } from './harness/inspection';
import { differingShare, layerButtons, look, predictionItems, snapshot, startCamera, waitForFrames } from './harness/person';

/** Few passes for methods that would take long; the labels are those of the settings. */
const small: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'smooth-grad': { samples: '4' }, 'var-grad': { samples: '4' }, 'integrated-gradients': { steps: '6' }, 'rise': { masks: '40' },
};

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
  await openPicture(app);
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

test('a slow method shows progress, leaves the window free, and stops when it is told to @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
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
    // Three reports and a part of the map; should they never come, the test says so.
    const hasEnough = (): boolean => [...seen].filter((percent) => percent >= 0).length >= 3 && card()?.querySelector('.map-scale') != null;
    for (let turn = 0; turn < 1200 && !hasEnough(); turn += 1) {
      await wait(50);
      seen.add(progress());
    }
    const words = card()?.textContent ?? '';
    const duringMs = [...longTasks];
    const own = card();
    const reportsAfterStop = new Set<string>();
    const startedAtMs = performance.now();
    const stoppedAfterMs = await new Promise<number>((resolve) => {
      new MutationObserver((_, observer) => {
        if (own?.getAttribute('data-phase') === 'running') {
          reportsAfterStop.add(own.querySelector('.map-progress-words')?.textContent ?? '');
          return;
        }
        observer.disconnect();
        resolve(performance.now() - startedAtMs);
      }).observe(document.body, { attributes: true, subtree: true, childList: true, characterData: true });
      own?.querySelector<HTMLButtonElement>('button[title="Stop"]')?.click();
    });
    return { stoppedAfterMs, duringMs, seen: [...seen], words, reportsAfterStop: [...reportsAfterStop] };
  });
  // How long both may take is measured by `npm run bench`, where nothing else runs; here they are only said.
  const report = `stopped after ${measured.stoppedAfterMs.toFixed(0)} ms; tasks of the window above 50 ms: ${measured.duringMs.join(', ') || 'none'}; reports after the stop: ${measured.reportsAfterStop.length}`;
  test.info().annotations.push({ type: 'measured', description: report });
  console.log(report);
  expect(measured.seen.filter((percent) => percent >= 0).length).toBeGreaterThanOrEqual(3);
  expect(measured.words).toMatch(/approximate: \d+ of \d+ steps/);
  await expect(cards(page).last()).toContainText('Stopped; this is what there was.');
  const [, done = 'none', all = 'none'] = /approximate: (\d+) of (\d+) steps/.exec(await cards(page).last().innerText()) ?? [];
  expect(Number(done), 'it was stopped before its end').toBeLessThan(Number(all));
});

test('two maps share a crosshair, and the place says what it holds @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  await choose(page, 'gradient-x-input');
  await explain(page);
  await newestIsDone(page);
  await pointAt(page, cards(page).first(), 0.5, 0.6);
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

test('numbers and pictures go out; a saved inspection is opened again after a reload @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  await choose(page, 'gradient-x-input');
  await explain(page);
  const card = await newestIsDone(page);
  const png = await saveMap(page, card, /PNG/);
  expect(png.name).toBe('innerview-everyday-gradient-x-input-teapot.png');
  expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  const { map, ...facts } = JSON.parse((await saveMap(page, card, /JSON/)).bytes.toString()) as { readonly map: { readonly shape: number[]; readonly values: number[] }; readonly [name: string]: unknown };
  expect(facts).toMatchObject({ program: 'Innerview', network: 'everyday', method: 'gradient-x-input' });
  const array = readNpy(new Uint8Array((await saveMap(page, card, /NPY/)).bytes));
  expect(array.shape).toEqual(map.shape);
  expect(map.shape[2]).toBe(3);
  expect([...array.values]).toEqual([...Float32Array.from(map.values)]);
  expect(Math.max(...array.values)).toBeGreaterThan(0);

  const before = await look(page, card.locator('canvas'));
  const saved = await saveInspection(page);
  expect(saved.name).toMatch(/^innerview-everyday-.+\.inspection\.zip$/);
  await page.goto(`${app.site.url}?backend=${app.tier}&debug#picture=lemon.webp`);
  await page.reload();
  await expect(predictionItems(page).first()).toHaveAccessibleName(/^lemon/i, { timeout: longMs });
  await page.getByRole('button', { name: 'Inspect this frame' }).click();
  await openInspection(page, saved);
  await expect(cards(page)).toHaveCount(2, { timeout: longMs });
  await expect(cards(page).last()).toHaveAccessibleName(/^Gradient .+ for teapot$/i);
  await expect(dialog(page).getByText('The picture has changed since')).toHaveCount(0);
  const check = dialog(page).getByRole('region', { name: 'How far to trust it' }).getByRole('button', { name: 'Deletion and insertion' });
  await expect(check, 'the worker does not have this map').toBeDisabled();
  await expect(check).toHaveAccessibleDescription(/^This map came with a file/);
  await expect.poll(async () => differingShare(before, await look(page, cards(page).last().locator('canvas')))).toBeLessThan(0.02);
});

test('a map that overflowed is opened again, and says so @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const saved = await saveInspection(page);
  const inspection = unpackInspection(new Uint8Array(saved.bytes));
  const [map] = inspection.maps;
  if (map === undefined) throw new Error('no map');
  const values = map.result.map.values.map((value, index) => (index < 3 ? [Number.NaN, Infinity, -Infinity][index] ?? value : value));
  const curve = [1, Number.NaN, 0.5, 0];
  const overflowed: SavedMap = {
    ...map, result: { ...map.result, map: { ...map.result.map, values }, score: Number.NaN, min: -Infinity, max: Infinity },
    faithfulness: { kind: 'faithfulness', deletion: curve, insertion: curve, randomDeletion: [1, 0], randomInsertion: [0, 1], areas: { deletion: Number.NaN, insertion: Number.NaN, randomDeletion: 0.5, randomInsertion: 0.5 } },
    sanity: { kind: 'sanity', steps: [{ layer: 'fc', correlation: Number.NaN }], dependsOnWeights: false },
  };
  const packed = await packInspection({ ...inspection, maps: [map, overflowed] });
  await openInspection(page, { name: saved.name, bytes: Buffer.from(await packed.arrayBuffer()) });
  await expect(cards(page)).toHaveCount(2, { timeout: longMs });
  await expect(cards(page).first().getByText(/not numbers/), 'the good one beside it').toHaveCount(0);
  await expect(cards(page).last()).toContainText('Some values are not numbers: the computation overflowed. Do not read this map.');
  await expect(cards(page).last().locator('.colour-bar')).not.toContainText('not a number');
  const trust = dialog(page).getByRole('region', { name: 'How far to trust it' });
  await expect(trust).toContainText(/where they are numbers/);
  await expect(trust.getByText('The curve says nothing.')).toHaveCount(2);
  await expect(trust.locator('.sanity-table')).toContainText('not a number');
  await pointAt(page, cards(page).last(), 0.02, 0.02);
  await expect(cards(page).last().locator('.map-value')).toHaveText('here not a number');
  const { score, map: { values: exported } } = JSON.parse((await saveMap(page, cards(page).last(), /JSON/)).bytes.toString()) as { readonly score: unknown; readonly map: { readonly values: readonly unknown[] } };
  expect([score, ...exported.slice(0, 3)]).toEqual(['NaN', 'NaN', 'Infinity', '-Infinity']);
});

test('a picture goes through the system sheet; closed without a choice is no failure, a refusal is one @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const card = await newestIsDone(page);
  // Headless browsers have no sheet; this one takes what it is given, is closed without a choice the second time, and refuses the third.
  await page.evaluate(() => {
    const given: unknown[] = [];
    const put = (name: string, value: unknown): void => { Object.defineProperty(navigator, name, { configurable: true, value }); };
    put('canShare', (asked: ShareData) => asked.files?.length === 1);
    put('share', async ({ files: [file] = [], title, text, url }: ShareData) => {
      if (file === undefined) throw new TypeError('nothing to share');
      const { width, height } = await createImageBitmap(file);
      given.push({ name: file.name, type: file.type, title, text, url, width, height, active: navigator.userActivation.isActive });
      if (given.length > 1) throw new DOMException('no', given.length === 2 ? 'AbortError' : 'NotAllowedError');
    });
    Object.assign(globalThis, { givenToSheet: given });
  });
  const given = (): Promise<readonly unknown[]> => page.evaluate(() => (globalThis as unknown as { readonly givenToSheet: readonly unknown[] }).givenToSheet);
  for (const time of [1, 2, 3]) {
    await card.getByRole('button', { name: /^Save / }).click();
    await expect(page.locator('.notice.failure')).toHaveCount(0);
    await page.getByRole('menuitem', { name: 'Share the picture' }).click();
    await expect.poll(async () => (await given()).length).toBe(time);
  }
  await expect(dialog(page).getByRole('alert').locator('.notice.failure'), 'said where the person looks').toBeVisible();
  const name = 'innerview-everyday-grad-cam-teapot.png';
  for (const shared of await given()) expect(shared).toMatchObject({ name, title: name, type: 'image/png', active: true, width: 688 });
  await expect(page.getByRole('menu')).toHaveCount(0);
  await page.evaluate(() => { Object.defineProperty(navigator, 'canShare', { configurable: true, value: () => false }); });
  await card.getByRole('button', { name: /^Save / }).click();
  await expect(page.getByRole('menuitem')).toHaveCount(3);
});

test('a map is judged on its picture, and the methods ranked @wasm', async ({ app }) => {
  test.setTimeout(600_000);
  const { page } = app;
  await openPicture(app);
  const trust = dialog(page).getByRole('region', { name: 'How far to trust it' });
  await trust.getByRole('button', { name: 'Deletion and insertion' }).click();
  await expect(trust.getByRole('img', { name: /^Deletion/ })).toBeVisible({ timeout: 300_000 });
  const checkSanity = async (): Promise<void> => {
    await trust.getByRole('button', { name: 'Randomise the network' }).click();
    const rows = trust.locator('.sanity-table tbody tr');
    await expect(rows).not.toHaveCount(0, { timeout: 300_000 });
    const steps = (await rows.evaluateAll((found) => found.map((row) => [...row.children].map((cell) => cell.textContent.trim()))))
      .map(([layer = '', correlation = '']) => ({ layer, correlation: Number(correlation) }));
    expect(steps.length).toBeGreaterThan(2);
    for (const { correlation } of steps) expect(Math.abs(correlation)).toBeLessThanOrEqual(1);
    await expect(trust).toContainText(judgeSanity(steps) ? 'The map changes when the network forgets' : 'The map hardly changes although the network forgot');
    await expect(trust.getByText(/The map (changes|hardly changes)/)).toHaveCount(1);
  };
  await checkSanity();
  const ranking = dialog(page).getByRole('region', { name: 'Methods ranked on this frame' });
  await ranking.getByRole('button', { name: 'Rank the methods' }).click();
  await expect.poll(() => ranking.getByRole('row').count(), { timeout: 300_000 }).toBeGreaterThan(4);
  await ranking.getByRole('button', { name: 'Stop' }).click();
  await expect(ranking.getByRole('button', { name: 'Rank again' })).toBeVisible({ timeout: longMs });
  await trust.getByRole('button', { name: 'Deletion and insertion again' }).click();
  await expect(trust.getByRole('img', { name: /^Deletion/ }), 'the ranking left the map in the worker').toBeVisible({ timeout: 300_000 });
  await choose(page, 'guided-backprop');
  await explain(page);
  await newestIsDone(page);
  await checkSanity();
  await expect(trust, 'as Adebayo et al. found').toContainText('The map hardly changes although the network forgot');
});

test('why this rather than that: a difference of two classes @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  await dialog(page).getByRole('combobox', { name: 'Target' }).selectOption('difference');
  await explain(page);
  await expect(await newestIsDone(page)).toHaveAccessibleName(/for teapot rather than .+$/);
});

test('any unit of any layer is explained: one by its row and column, one of a vector @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
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

for (const [name, viewport] of [['desktop', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]] as const) {
  test(`a channel is explained live and held while other layers are looked at, ${name} @wasm`, async ({ app }) => {
    const { page } = app;
    await page.setViewportSize(viewport);
    await startCamera(app);
    await layerButtons(page).nth(4).click();
    const scale = page.getByRole('group', { name: 'Scale of the map' });
    await expect(scale).toBeVisible();
    const channels = page.getByRole('region', { name: 'Channels' });
    await channels.getByRole('button', { name: /^Channel 1/ }).first().click();
    await page.getByRole('button', { name: 'Explain this channel' }).click();
    // A frame may hold nothing that excites it, which is said as well.
    const heldMap = /(What excites|The map of) .*channel 1 of/;
    await expect(page.getByText(heldMap)).toBeVisible();
    await expect(scale).toContainText(/layer \S/);
    await layerButtons(page).nth(2).click();
    await waitForFrames(page, 3);
    await expect(page.getByText(heldMap)).toBeVisible();
    // Grad-CAM looks at the last layer before the channel, and says so at no other.
    await expect(channels.getByRole('button', { name: 'Let Grad-CAM look at this layer' })).toBeVisible();
    await layerButtons(page).nth(3).click();
    await expect(channels.getByRole('button', { name: 'Grad-CAM looks at this layer' })).toHaveAttribute('aria-pressed', 'true');
    // One behind it has no part in the channel.
    await layerButtons(page).nth(6).click();
    await channels.getByRole('button', { name: 'Let Grad-CAM look at this layer' }).click();
    await expect(page.getByText(/^Not defined for channel 1 of/)).toBeVisible();
    await page.getByRole('button', { name: 'Back to the last layer' }).click();
    await expect(page.getByText(heldMap)).toBeVisible();
    await page.getByRole('button', { name: 'Let go' }).click();
    await expect(page.getByText(heldMap)).toHaveCount(0);
  });
}

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

test('progress and a stop, a shared crosshair, save and reopen, on the small network @webgpu', async ({ app }) => {
  const { page } = app;
  await openPicture(app, 'digit-3.webp', /^three/i, 'digits');
  await choose(page, 'rise');
  await explain(page);
  const slow = cards(page).last();
  await expect(slow.getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^[1-9]/);
  await expect(slow).toContainText(/approximate: \d+ of 2000 steps/);
  await slow.getByRole('button', { name: /^Stop / }).click();
  await expect(slow).toHaveAttribute('data-phase', 'cancelled');
  await expect(slow).toContainText('Stopped; this is what there was.');
  await slow.getByRole('button', { name: /^Remove / }).click();

  await choose(page, 'gradient-x-input');
  await explain(page);
  const second = await newestIsDone(page);
  await expect(cards(page)).toHaveCount(2);
  await pointAt(page, cards(page).first(), 0.5, 0.4);
  const values = await cards(page).locator('.map-value').allTextContents();
  expect(values).toHaveLength(2);
  for (const value of values) expect(value).toMatch(/^here −?\d/);

  const before = await look(page, second.locator('canvas'));
  const numbers = await readMap(page, second);
  const saved = await saveInspection(page);
  expect(saved.name).toMatch(/^innerview-digits-.+\.inspection\.zip$/);
  await app.open({ debug: '', network: 'digits', picture: 'digit-5.webp' });
  await expect(predictionItems(page).first()).toHaveAccessibleName(/^five/i, { timeout: longMs });
  await page.getByRole('button', { name: 'Inspect this frame' }).click();
  await openInspection(page, saved);
  await expect(cards(page)).toHaveCount(2, { timeout: longMs });
  await expect(dialog(page).getByRole('list', { name: 'Answers' }).getByRole('listitem').first()).toContainText(/^three/i, { timeout: longMs });
  await expect(cards(page).last()).toHaveAccessibleName(/^Gradient .+ for three \(3\)$/i);
  expect(await readMap(page, cards(page).last())).toEqual(numbers);
  await pointAt(page, cards(page).first(), 0.5, 0.4);
  await expect.poll(async () => differingShare(before, await look(page, cards(page).last().locator('canvas')))).toBeLessThan(0.02);
});
