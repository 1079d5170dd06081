import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { readNpy } from '../../tools/npy';
import { expect, type App } from './fixtures';
import { predictionItems } from './person';

/** What a person does and sees in the inspection. */

export const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Inspection' });
export const cards = (page: Page): Locator => dialog(page).locator('.map-card:not(.subject)');
export const explain = (page: Page): Promise<void> => dialog(page).getByRole('button', { name: 'Explain', exact: true }).click();
export const longMs = 120_000;

export async function choose(page: Page, method: string): Promise<void> {
  await dialog(page).getByRole('combobox', { name: 'Method', exact: true }).selectOption(method);
}

/** Until the newest map is done. */
export async function newestIsDone(page: Page, timeout = longMs): Promise<Locator> {
  const card = cards(page).last();
  await expect(card).toHaveAttribute('data-phase', 'done', { timeout });
  return card;
}

/** Opens the inspection of one of the shipped pictures, once the network has named it, and waits for the first map. */
export async function openPicture({ page, open }: App, picture = 'teapot.webp', answer = /^teapot/i, network = 'everyday'): Promise<void> {
  await open({ debug: '', network, picture });
  await expect(predictionItems(page).first()).toHaveAccessibleName(answer, { timeout: longMs });
  await page.getByRole('button', { name: 'Inspect this frame' }).click();
  await expect(dialog(page)).toBeVisible();
  await newestIsDone(page);
}

export interface SavedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Saves a map through its menu. */
export async function saveMap(page: Page, card: Locator, item: RegExp): Promise<SavedFile> {
  await card.getByRole('button', { name: /^Save / }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: item }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** The numbers of a map, as they are saved. */
export async function readMap(page: Page, card: Locator): Promise<readonly number[]> {
  return [...readNpy(new Uint8Array((await saveMap(page, card, /NPY/)).bytes)).values];
}

/** Saves the whole inspection. */
export async function saveInspection(page: Page): Promise<SavedFile> {
  const download = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Save inspection' }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** Opens a saved inspection through the system's dialog. */
export async function openInspection(page: Page, { name, bytes }: SavedFile): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await dialog(page).getByRole('button', { name: 'Open inspection' }).click();
  await (await chooser).setFiles([{ name, mimeType: 'application/zip', buffer: bytes }]);
}

/** Points at a place of a map and expects all maps to show it. */
export async function pointAt(page: Page, card: Locator, x: number, y: number): Promise<void> {
  const map = card.locator('.shared-crosshair');
  const box = await map.boundingBox();
  if (box === null) throw new Error('no map');
  // The newest map may still be scrolling into sight: the click waits until nothing moves.
  await map.click({ position: { x: box.width * x, y: box.height * y } });
  for (const shown of await dialog(page).locator('.map-canvas').all()) {
    for (const [line, side, share] of [['.cross-row', 'top', y], ['.cross-column', 'left', x]] as const) {
      await expect.poll(async () => Math.abs(Number(new RegExp(`${side}: ([\\d.]+)%`).exec(await shown.locator(line).getAttribute('style') ?? '')?.[1] ?? Number.NaN) - 100 * share)).toBeLessThan(1.5);
    }
  }
}

/** Drags over the picture with one of the tools, in shares of its side. */
export async function paint(page: Page, tool: string, from: readonly [x: number, y: number], to: readonly [x: number, y: number], brushPercent = 30): Promise<void> {
  const subject = dialog(page).getByRole('article', { name: 'Frozen frame' });
  await subject.getByRole('button', { name: tool, exact: true }).click();
  await subject.getByRole('slider', { name: 'Size of the brush' }).fill(String(brushPercent));
  // Waits until nothing moves any more.
  await subject.locator('.brush').hover();
  const box = await subject.locator('.brush').boundingBox();
  if (box === null) throw new Error('no brush');
  await page.mouse.move(box.x + box.width * from[0], box.y + box.height * from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to[0], box.y + box.height * to[1], { steps: 6 });
  await page.mouse.up();
}
