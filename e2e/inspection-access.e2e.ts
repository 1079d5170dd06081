import type { Locator, Page } from '@playwright/test';
import { expect, test } from './harness/fixtures';
import { cards, choose, dialog, explain, longMs, openInspection, openPicture } from './harness/inspection';

/** Brightness of a column of pixels, 0..255, from top to bottom, as it is on the screen. */
async function readColumn(page: Page, locator: Locator, share: number): Promise<readonly number[]> {
  const png = await locator.screenshot({ animations: 'disabled' });
  return page.evaluate(async ([base64, at]) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    if (context === null) throw new Error('no 2d context');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(Math.floor(at * bitmap.width), 0, 1, bitmap.height);
    return Array.from({ length: bitmap.height }, (_, y) => 0.299 * (data[4 * y] ?? 0) + 0.587 * (data[4 * y + 1] ?? 0) + 0.114 * (data[4 * y + 2] ?? 0));
  }, [png.toString('base64'), share] as const);
}

for (const forcedColors of ['none', 'active'] as const) {
  test(`the focus and the crosshair are seen over a picture of any brightness, forced colours ${forcedColors} @wasm`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ forcedColors });
    await openPicture(app);
    const picture = dialog(page).getByRole('article', { name: 'Frozen frame' });
    const square = picture.locator('.map-canvas');
    // As a picture of middle grey: there a line that inverts what is below it is not seen.
    await square.locator('canvas').evaluate((canvas) => { canvas.style.filter = 'contrast(0)'; });
    const grey = (await readColumn(page, square, 0.25))[100] ?? Number.NaN;
    expect(Math.abs(grey - 128)).toBeLessThan(8);
    await picture.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    const pixels = await readColumn(page, square, 0.25);
    const middle = Math.floor(pixels.length / 2);
    const row = pixels.slice(middle - 4, middle + 5);
    expect(Math.max(...row), 'the line of the crosshair').toBeGreaterThan(240);
    expect(Math.min(...row), 'its edges').toBeLessThan(15);
    const edge = pixels.slice(0, 6);
    expect(Math.max(...edge) - Math.min(...edge), 'the focus ring within the edge').toBeGreaterThan(110);
    await picture.getByRole('button', { name: 'Erase', exact: true }).click();
    await picture.locator('.brush').focus();
    await page.keyboard.press('ArrowUp');
    const brush = (await readColumn(page, square, 0.25)).slice(0, 6);
    expect(Math.max(...brush) - Math.min(...brush), 'the focus ring of the brush').toBeGreaterThan(110);
  });
}

test('with forced colours too one sees which map is chosen and how far one is; a check says it in figures @wasm', async ({ app }) => {
  const { page } = app;
  await page.emulateMedia({ forcedColors: 'active' });
  await openPicture(app);
  const trust = dialog(page).getByRole('region', { name: 'How far to trust it' });
  // What was seen of the running check, however short it ran.
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seenOfCheck: seen });
    new MutationObserver(() => {
      const text = document.querySelector('.trust .map-progress')?.textContent ?? '';
      if (text !== seen.at(-1)) seen.push(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await trust.getByRole('button', { name: 'Deletion and insertion' }).click();
  await expect(trust.getByRole('img', { name: /^Deletion/ })).toBeVisible({ timeout: longMs });
  expect(await page.evaluate(() => (globalThis as unknown as { readonly seenOfCheck: readonly string[] }).seenOfCheck.filter((text) => /[1-9]\d? %/.test(text)).length)).toBeGreaterThan(0);
  await choose(page, 'rise');
  await explain(page);
  await expect(cards(page).last().getByRole('progressbar')).toBeVisible({ timeout: longMs });
  const [bar, done] = await cards(page).last().getByRole('progressbar').evaluate((found) => [getComputedStyle(found).backgroundColor, getComputedStyle(found.firstElementChild ?? found).backgroundColor]);
  expect(done).not.toBe(bar);
  const outlines = await cards(page).evaluateAll((found) => found.map((card) => getComputedStyle(card).outlineStyle));
  expect(outlines, 'the one that was asked for').toEqual(['none', 'solid']);
});

test('the brush by keyboard paints where it is, whatever another tool began; Escape drops what was picked up @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const picture = dialog(page).getByRole('article', { name: 'Frozen frame' });
  const brush = picture.locator('.brush');
  const circles = picture.locator('.brush-circle');
  /** Red at two places of the picture: its middle, and a quarter from the left. */
  const read = (): Promise<readonly number[]> => picture.locator('canvas').evaluate((found) => {
    const canvas = found as HTMLCanvasElement;
    const context = canvas.getContext('2d');
    return [0.5, 0.25].map((x) => context?.getImageData(x * canvas.width, 0.5 * canvas.height, 1, 1).data[0] ?? Number.NaN);
  });
  const [middle, quarter] = await read();
  await picture.getByRole('button', { name: 'Move', exact: true }).click();
  await brush.focus();
  await page.keyboard.press('Enter');
  await expect(circles).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(circles).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(circles).toHaveCount(2);
  await picture.getByRole('button', { name: 'Erase', exact: true }).click();
  await expect(circles).toHaveCount(1);
  await brush.focus();
  for (let step = 0; step < 5; step += 1) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await read())[1]).not.toBe(quarter);
  expect((await read())[0]).toBe(middle);
  await expect(dialog(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog(page), 'nothing is picked up: it closes').toBeHidden();
});

test('what came of it is said to screen readers, and where crosshair and brush are @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const spoken = dialog(page).locator('.spoken');
  await choose(page, 'gradient');
  await explain(page);
  await expect(spoken).toHaveText(/Gradient, teapot: done\.$/, { timeout: longMs });
  await dialog(page).getByRole('button', { name: 'Deletion and insertion' }).click();
  await expect(spoken).toHaveText(/^Deletion and insertion of Gradient, teapot: /, { timeout: longMs });
  const picture = dialog(page).getByRole('article', { name: 'Frozen frame' });
  await picture.getByRole('application').focus();
  await page.keyboard.press('ArrowRight');
  await expect(spoken).toHaveText(/^56 % from the left, 50 % from the top: Grad-CAM -?[\d.]+\S*, Gradient -?[\d.]/);
  await picture.getByRole('button', { name: 'Move', exact: true }).click();
  await picture.getByRole('application', { name: 'Move with the arrow keys and Enter' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(spoken).toHaveText('45 % from the left, 50 % from the top.');
  await page.keyboard.press('Enter');
  await expect(spoken).toHaveText(/^Picked up\./);
  await page.keyboard.press('Escape');
  await expect(spoken).toHaveText('Dropped.');
  await expect(picture.getByRole('list', { name: 'Answers' }).locator('li').first()).toHaveAttribute('aria-atomic', 'true');
});

test('with the keyboard alone the focus is never lost: menus, checks, ranking, maps made again, strokes taken back @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  // Each frame in which nothing has the focus, with what had it before.
  await dialog(page).getByRole('button', { name: 'Save inspection' }).focus();
  await page.evaluate(() => {
    const lost: string[] = [];
    Object.assign(globalThis, { lostFocusOf: lost });
    let last = '';
    const watch = (): void => {
      const active = document.activeElement;
      if (active === document.body) lost.push(last);
      else last = active?.getAttribute('aria-label') ?? active?.textContent ?? '';
      requestAnimationFrame(watch);
    };
    watch();
  });
  const press = async (button: Locator, key = 'Enter'): Promise<void> => {
    await button.focus();
    await page.keyboard.press(key);
  };
  const subject = dialog(page).getByRole('article', { name: 'Frozen frame' });
  const trust = dialog(page).getByRole('region', { name: 'How far to trust it' });
  const ranking = dialog(page).getByRole('region', { name: 'Methods ranked on this frame' });
  const card = cards(page).last();

  await press(card.getByRole('button', { name: /^Save / }));
  await expect(page.getByRole('menuitem', { name: /PNG/ })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  await download;
  await expect(card.getByRole('button', { name: /^Save / })).toBeFocused();

  for (const name of ['Deletion and insertion', 'Randomise the network']) {
    const check = trust.locator('.map-progress').filter({ hasText: /./ }).nth(name === 'Randomise the network' ? 1 : 0).getByRole('button');
    await expect(check).toHaveText(name);
    await press(check);
    await expect(check).toHaveText('Stop');
    await expect(check).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(check).toHaveText(name);
    await page.keyboard.press('Enter');
    await expect(check, 'it is done').toHaveText(`${name} again`, { timeout: longMs });
    await expect(check).toBeFocused();
  }

  await press(ranking.getByRole('button', { name: 'Rank the methods' }));
  await expect(ranking.getByRole('button', { name: 'Stop the ranking' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(ranking.getByRole('button', { name: 'Rank again' })).toBeFocused();
  await press(ranking.getByRole('button', { name: 'Also the slow ones' }));
  await expect(ranking.getByRole('button', { name: 'Stop the ranking' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(ranking.getByRole('button', { name: 'Rank again' })).toBeFocused();

  await choose(page, 'smooth-grad');
  await press(dialog(page).getByRole('button', { name: 'Explain', exact: true }));
  await expect(card).toHaveAccessibleName(/^SmoothGrad for /);
  await press(card.getByRole('button', { name: /^Stop / }));
  await expect(card).toHaveAttribute('data-phase', 'cancelled');
  await page.keyboard.press('Enter');
  await expect(card).toHaveAttribute('data-phase', 'done', { timeout: longMs });
  await expect(card.getByRole('button', { name: /^Make .+ again$/ })).toBeFocused();

  await press(subject.getByRole('button', { name: 'Erase', exact: true }));
  await press(subject.locator('.brush'));
  await press(card.getByRole('button', { name: 'Make this map again' }));
  await expect(card.locator('.map-make')).toBeFocused();
  await expect(card).toHaveAttribute('data-phase', 'done', { timeout: longMs });
  const undo = subject.getByRole('button', { name: 'Undo', exact: true });
  await press(undo);
  await expect(undo).toBeDisabled();
  await expect(undo).toBeFocused();
  await press(subject.getByRole('button', { name: 'Redo', exact: true }));
  await press(subject.getByRole('button', { name: 'Take all changes back' }));
  await expect(subject.getByRole('button', { name: 'Take all changes back' })).toBeFocused();

  await choose(page, 'grad-cam');
  const layer = dialog(page).getByRole('combobox', { name: 'Layer to explain' });
  await layer.selectOption({ index: 2 });
  await press(dialog(page).getByRole('button', { name: 'Back to the usual one' }));
  await expect(layer).toBeFocused();
  await openInspection(page, { name: 'wrong.zip', bytes: Buffer.from('no zip') });
  await expect(dialog(page).getByText('This file is not a saved inspection')).toBeVisible();
  await expect(dialog(page).getByRole('button', { name: 'Open another file' })).toHaveCount(0);
  await press(dialog(page).getByRole('button', { name: 'Dismiss' }));
  await expect(dialog(page).getByRole('heading', { name: 'Inspect this frame' })).toBeFocused();
  await expect(cards(page), 'the maps are there').toHaveCount(2);
  expect(await page.evaluate(() => (globalThis as unknown as { readonly lostFocusOf: readonly string[] }).lostFocusOf)).toEqual([]);
});

test('the keyboard goes through a phone as the eye does; wide, the form stands left of the maps @wasm', async ({ app }) => {
  const { page } = app;
  await page.setViewportSize({ width: 390, height: 844 });
  await openPicture(app);
  const box = async (part: string): Promise<{ readonly x: number; readonly y: number; readonly width: number }> => {
    const found = await dialog(page).locator(part).boundingBox();
    if (found === null) throw new Error(`no ${part}`);
    return found;
  };
  const parts = ['.inspection-maps', '.inspection-side', '.inspection-trust'] as const;
  const inDocument = await dialog(page).locator(parts.join(', ')).evaluateAll((found) => found.map((part) => `.${part.className}`));
  expect(inDocument).toEqual(parts);
  const tops = await Promise.all(parts.map(async (part) => (await box(part)).y));
  expect([...tops].sort((a, b) => a - b)).toEqual(tops);
  // As large as a finger wants it, however small the box is that is drawn.
  expect((await dialog(page).locator('label', { hasText: 'Crisp pixels' }).boundingBox())?.height).toBeGreaterThanOrEqual(32);
  for (const width of [800, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const [maps, side, trust] = [await box('.inspection-maps'), await box('.inspection-side'), await box('.inspection-trust')];
    expect(side.x + side.width, `${width} px`).toBeLessThanOrEqual(maps.x);
    expect(Math.abs(side.y - maps.y)).toBeLessThan(2);
    expect(width === 1440 ? trust.x - (maps.x + maps.width) : trust.y - maps.y).toBeGreaterThanOrEqual(0);
  }
});

test('Help opens over the inspection, by its button and by its key, and gives the focus back @wasm', async ({ app }) => {
  const { page } = app;
  await page.setViewportSize({ width: 320, height: 640 });
  await openPicture(app);
  const help = page.getByRole('dialog', { name: 'Help' });
  const button = dialog(page).getByRole('button', { name: 'Help' });
  await button.click();
  await expect(help.getByText('Completeness gap', { exact: true })).toBeVisible();
  await help.getByRole('button', { name: 'Close' }).click();
  await expect(button).toBeFocused();
  await dialog(page).getByRole('application').first().focus();
  await page.keyboard.press('?');
  await expect(help).toContainText('with Move: pick up, then put down');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(dialog(page), 'only what lies above it was closed').toBeVisible();
  await expect(dialog(page).getByRole('application').first()).toBeFocused();
  for (const name of ['Hold to compare', 'Help', 'Close the inspection']) {
    const box = await dialog(page).getByRole('button', { name }).boundingBox();
    expect((box?.x ?? 999) + (box?.width ?? 0), `${name} fits`).toBeLessThanOrEqual(320);
  }
});

test('on a phone a method tapped in the ranking comes into sight, and the trust panel is about it @wasm', async ({ app }) => {
  const { page } = app;
  await page.setViewportSize({ width: 390, height: 844 });
  await openPicture(app);
  await expect(cards(page).first().locator('.map-title'), 'the newest, before any choice').toHaveAttribute('aria-pressed', 'true');
  const ranking = dialog(page).getByRole('region', { name: 'Methods ranked on this frame' });
  await ranking.getByRole('button', { name: 'Rank the methods' }).click();
  const method = ranking.getByRole('row').getByRole('button').first();
  await expect(method).toBeVisible({ timeout: longMs });
  await ranking.getByRole('button', { name: 'Stop the ranking' }).click();
  await cards(page).first().locator('.map-title').click();
  const name = await method.textContent() ?? '';
  await method.click();
  await expect(cards(page)).toHaveCount(2);
  await expect(cards(page).last()).toBeInViewport({ ratio: 0.3 });
  await expect(cards(page).last().locator('.map-title')).toHaveAttribute('aria-pressed', 'true');
  await expect(cards(page).first().locator('.map-title')).toHaveAttribute('aria-pressed', 'false');
  await expect(dialog(page).getByRole('region', { name: 'How far to trust it' }).getByRole('heading', { level: 3 })).toHaveText(name);
});
