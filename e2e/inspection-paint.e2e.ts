import type { Page } from '@playwright/test';
import { expect, test } from './harness/fixtures';
import { cards, choose, dialog, explain, longMs, newestIsDone, openPicture, paint, readMap } from './harness/inspection';
import { differingShare, look, snapshot, type PictureStatistics } from './harness/person';

const probabilityOf = async (page: Page, wanted: string): Promise<number> =>
  (await snapshot(page)).predictions.find(({ label }) => label === wanted)?.probability ?? 0;
/** The middle of `before`, compared with the same number of places of `after` that lie so much further to the right and down; share that differs. */
function differAround(before: PictureStatistics, after: PictureStatistics, shift: number): number {
  const middle = Array.from({ length: 49 }, (_, at) => [7 + (at % 7), 7 + Math.floor(at / 7)] as const);
  const differing = middle.filter(([x, y]) => Math.abs((before.samples[24 * y + x] ?? 0) - (after.samples[24 * (y + shift) + x + shift] ?? 0)) > 20);
  return differing.length / middle.length;
}

test('erasing the object lowers its prediction; undo, hold to compare', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const teapot = (): Promise<number> => probabilityOf(page, 'teapot');
  const before = await teapot();
  expect(before).toBeGreaterThan(0.5);
  const subject = dialog(page).getByRole('article', { name: 'Frozen frame' });
  const unpainted = await look(page, subject.locator('canvas'));
  await paint(page, 'Erase', [0.25, 0.5], [0.75, 0.6]);
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

test('a quick map follows a stroke while a slow one is being made, which goes on @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const quick = cards(page).first();
  const map = await readMap(page, quick);
  const before = await probabilityOf(page, 'teapot');
  await choose(page, 'rise');
  await explain(page);
  const slow = cards(page).last();
  const percent = async (): Promise<number> => Number(await slow.getByRole('progressbar').getAttribute('aria-valuenow'));
  await expect.poll(percent, { timeout: longMs }).toBeGreaterThan(0);
  await paint(page, 'Erase', [0.25, 0.5], [0.75, 0.6]);
  await expect.poll(() => probabilityOf(page, 'teapot'), { timeout: longMs }).toBeLessThan(before / 2);
  await expect(quick).toHaveAttribute('data-phase', 'done', { timeout: longMs });
  await expect(quick.getByText('The picture has changed since')).toHaveCount(0);
  expect(await slow.getAttribute('data-phase'), 'the slow one is still being made').toBe('running');
  const followed = await readMap(page, quick);
  expect(Math.max(...followed.map((value, at) => Math.abs(value - (map[at] ?? 0))))).toBeGreaterThan(0.05 * Math.max(...map));
  const reached = await percent();
  await expect.poll(percent, { message: 'and goes on', timeout: longMs }).toBeGreaterThan(reached);
  await slow.getByRole('button', { name: /^Stop / }).click();
  await expect(slow).toHaveAttribute('data-phase', 'cancelled');
});

test('erase, blur and move each change the picture, the answer and the quick map; taken back, all is as it was @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const subject = dialog(page).getByRole('article', { name: 'Frozen frame' });
  const picture = await look(page, subject.locator('canvas'));
  const before = await probabilityOf(page, 'teapot');
  const card = cards(page).first();
  await expect(card).toHaveAccessibleName(/^Grad-CAM for teapot$/);
  const map = await readMap(page, card);
  const strokes = [
    ['Erase', [0.3, 0.5], [0.7, 0.5]], ['Blur', [0.3, 0.5], [0.7, 0.5]], ['Move', [0.45, 0.45], [0.7, 0.7]],
  ] as const;
  for (const [tool, from, to] of strokes) {
    await paint(page, tool, from, to);
    await expect.poll(async () => Math.abs(await probabilityOf(page, 'teapot') - before), { message: `${tool}: the answer`, timeout: longMs }).toBeGreaterThan(0.01);
    await newestIsDone(page);
    await expect(card.getByText('The picture has changed since'), `${tool}: the map is of the new picture`).toHaveCount(0);
    const painted = await look(page, subject.locator('canvas'));
    expect(differingShare(picture, painted), `${tool}: the picture`).toBeGreaterThan(0.05);
    const largest = Math.max(...map);
    const followed = await readMap(page, card);
    expect(followed, tool).toHaveLength(map.length);
    expect(Math.max(...followed.map((value, at) => Math.abs(value - (map[at] ?? 0)))), `${tool}: the map`).toBeGreaterThan(0.05 * largest);
    if (tool === 'Blur') expect(painted.deviation, 'less detail').toBeLessThan(picture.deviation - 1);
    if (tool === 'Move') {
      const [shifted, unmoved] = [differAround(picture, painted, 6), differAround(picture, painted, 0)];
      expect(shifted, 'the middle is seen where it was put').toBeLessThan(0.15);
      expect(unmoved, 'and no longer where it was').toBeGreaterThan(0.3);
    }
    await subject.getByRole('button', { name: 'Take all changes back' }).click();
    await expect.poll(() => probabilityOf(page, 'teapot'), { timeout: longMs }).toBe(before);
    await newestIsDone(page);
    await expect.poll(async () => differingShare(picture, await look(page, subject.locator('canvas'))), { message: `${tool}: taken back, but for the ring of the brush` }).toBeLessThan(0.03);
    expect(await readMap(page, card), `${tool}: the map, taken back`).toEqual(map);
  }
});

test('a card keeps its parts and its height while its map follows a stroke @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  const card = cards(page).first();
  await card.evaluate((element) => {
    const seen: unknown[] = [];
    const record = (): void => {
      const save = element.querySelector('button[title="Save"]');
      // Up to its last part: the card itself is as high as its neighbours.
      const heightPx = Math.round((element.lastElementChild?.getBoundingClientRect().bottom ?? 0) - element.getBoundingClientRect().top);
      seen.push({ phase: element.getAttribute('data-phase'), heightPx, saves: save !== null, buttons: element.querySelectorAll('.map-tools button').length });
    };
    record();
    new MutationObserver(record).observe(element, { attributes: true, subtree: true, childList: true, characterData: true });
    Object.assign(globalThis, { seenOfCard: seen });
  });
  interface Seen { readonly phase: string; readonly heightPx: number; readonly saves: boolean; readonly buttons: number }
  const read = (): Promise<readonly Seen[]> => page.evaluate(() => (globalThis as unknown as { readonly seenOfCard: readonly Seen[] }).seenOfCard);
  await paint(page, 'Erase', [0.3, 0.5], [0.7, 0.5]);
  await expect.poll(async () => (await read()).some(({ phase }) => phase === 'running'), { message: 'the map is made again', timeout: longMs }).toBe(true);
  await newestIsDone(page);
  const seen = await read();
  expect([...new Set(seen.map(({ saves, buttons }) => `${String(saves)} ${buttons}`))]).toEqual(['true 3']);
  expect(Math.max(...seen.map(({ heightPx }) => heightPx)) - Math.min(...seen.map(({ heightPx }) => heightPx)), 'nothing below it moves').toBe(0);
  await expect(card.getByRole('button', { name: /^Save / })).toBeEnabled();
});
