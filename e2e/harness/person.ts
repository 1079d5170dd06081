import type { Locator, Page } from '@playwright/test';
import type { Snapshot } from '../../src/state/debug';
import { expect, type App } from './fixtures';

/** What a person does and sees, through the accessible names that are the app's contract. */

export interface ReadActivation {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

interface DebugGlobal {
  readonly innerview: {
    snapshot(): Snapshot;
    readActivation(layer: string): Promise<{ readonly shape: readonly number[]; readonly values: Float32Array }>;
    break(what: string): Promise<void>;
  };
}

export const snapshot = (page: Page): Promise<Snapshot> => page.evaluate(() => (globalThis as unknown as DebugGlobal).innerview.snapshot());

export const breakForTest = (page: Page, what: 'device-lost' | 'crash' | 'hang'): Promise<void> =>
  page.evaluate(async (failure) => { await (globalThis as unknown as DebugGlobal).innerview.break(failure).catch(() => undefined); }, what);

export const readActivation = (page: Page, layer: string): Promise<ReadActivation> => page.evaluate(async (name) => {
  const { shape, values } = await (globalThis as unknown as DebugGlobal).innerview.readActivation(name);
  return { shape, values: [...values] };
}, layer);

export const predictionItems = (page: Page): Locator => page.getByRole('list', { name: 'Predictions' }).getByRole('listitem');

export const layerButtons = (page: Page): Locator => page.getByRole('navigation', { name: 'Layers' }).getByRole('button');

/** Opens the page, starts the camera, and waits until the network has answered. */
export async function startCamera(app: App, query: Readonly<Record<string, string>> = {}): Promise<void> {
  await app.open({ debug: '', ...query });
  await app.page.getByRole('button', { name: 'Start camera' }).first().click();
  await expect(app.page.getByRole('button', { name: 'Freeze' })).toBeVisible();
  await expect(predictionItems(app.page).first()).toBeVisible({ timeout: 180_000 });
}

/** Until a frame with at least this number has been drawn. */
async function waitForFrame(page: Page, sequence: number, timeoutMs = 180_000): Promise<Snapshot> {
  await expect.poll(async () => (await snapshot(page)).frame.sequence, { timeout: timeoutMs, intervals: [100] }).toBeGreaterThanOrEqual(sequence);
  return snapshot(page);
}

/** Until this many further frames of the same worker have been drawn. */
export async function waitForFrames(page: Page, count: number, timeoutMs = 180_000): Promise<Snapshot> {
  return waitForFrame(page, (await snapshot(page)).frame.sequence + count, timeoutMs);
}

export interface PictureStatistics {
  /** Mean luminance, 0 to 255. */
  readonly mean: number;
  /** Standard deviation of the luminance; about 0 for a blank area. */
  readonly deviation: number;
  /** Centre of brightness, 0 (left) to 1 (right). */
  readonly centreX: number;
  /** Luminance at 24 x 24 places, to tell whether two pictures differ. */
  readonly samples: readonly number[];
}

/** What is really on the screen there, canvases drawn by the worker included. */
export async function look(page: Page, locator: Locator): Promise<PictureStatistics> {
  const png = await locator.screenshot({ animations: 'disabled' });
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    if (context === null) throw new Error('no 2d context');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    let sum = 0;
    let squares = 0;
    let weighted = 0;
    for (let pixel = 0; pixel < width * height; pixel += 1) {
      const light = 0.299 * (data[4 * pixel] ?? 0) + 0.587 * (data[4 * pixel + 1] ?? 0) + 0.114 * (data[4 * pixel + 2] ?? 0);
      sum += light;
      squares += light * light;
      weighted += light * ((pixel % width) + 0.5);
    }
    const mean = sum / (width * height);
    const samples = Array.from({ length: 576 }, (_, index) => {
      const x = Math.floor((((index % 24) + 0.5) / 24) * width);
      const y = Math.floor(((Math.floor(index / 24) + 0.5) / 24) * height);
      return data[4 * (y * width + x) + 1] ?? 0;
    });
    return { mean, deviation: Math.sqrt(Math.max(0, squares / (width * height) - mean * mean)), centreX: sum === 0 ? 0.5 : weighted / sum / width, samples };
  }, png.toString('base64'));
}

/** Share of the places whose luminance differs by more than `threshold` (of 255). */
export function differingShare(a: PictureStatistics, b: PictureStatistics, threshold = 8): number {
  return a.samples.filter((value, index) => Math.abs(value - (b.samples[index] ?? 0)) > threshold).length / a.samples.length;
}

/** Opens files as a person does, through the button and the system's dialog. */
export async function openPictures(page: Page, files: readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open picture' }).first().click();
  await (await chooser).setFiles([...files]);
}
