import type { Locator, Page } from '@playwright/test';
import { expect } from './fixtures';
import { snapshot } from './person';

/** How a person brings a network to the page. */

export interface Dropped {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Measuring {
  __begunMs?: number;
  __askedMs?: number;
}

/** The panel with what the file does not say, of a new network or of a kept one. */
export const questions = (page: Page): Locator => page.getByRole('region', { name: /What the file does not say|Change the answers/ });

export const networkChooser = (page: Page): Locator => page.getByRole('combobox', { name: 'Network' });

/** As when files are let go over the page. */
export async function dropFiles(page: Page, files: readonly Dropped[]): Promise<void> {
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of list) transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    for (const type of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') })));
}

/** A folder through the dialog, which gives the page the folder's name as well. */
export async function chooseFolder(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: 'Open network' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('dialog', { name: 'Open network' }).getByRole('button', { name: 'Choose a folder' }).click();
  await (await chooser).setFiles(path);
}

/** Takes the time in the page from the files' arrival to the questions. Call before the files come; then {@link readQuestionsMs}. */
export async function watchQuestions(page: Page): Promise<void> {
  await page.evaluate(() => {
    const measured = globalThis as Measuring;
    measured.__begunMs = undefined as never;
    measured.__askedMs = undefined as never;
    const begin = (): void => { measured.__begunMs = performance.now(); };
    for (const type of ['drop', 'change']) document.addEventListener(type, begin, { capture: true, once: true });
    const observer = new MutationObserver(() => {
      if (measured.__begunMs === undefined || document.querySelector('#import-title') === null) return;
      measured.__askedMs = performance.now();
      observer.disconnect();
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
}

export async function readQuestionsMs(page: Page): Promise<number> {
  await expect(questions(page)).toBeVisible();
  return page.evaluate(() => {
    const { __begunMs: begun, __askedMs: asked } = globalThis as Measuring;
    return begun === undefined || asked === undefined ? Number.NaN : Math.round(asked - begun);
  });
}

/** Answers with what is filled in, under this name. @returns the network's id, once it runs */
export async function keepAs(page: Page, name: string): Promise<string> {
  await questions(page).getByRole('textbox', { name: 'Name' }).fill(name);
  await questions(page).getByRole('button', { name: 'Keep' }).click();
  await expect(questions(page)).toHaveCount(0);
  await expect(networkChooser(page).locator('option:checked')).toHaveText(name);
  const id = await networkChooser(page).inputValue();
  await expect.poll(async () => (await snapshot(page)).network).toBe(id);
  return id;
}

/** What the network says to the picture on screen, all of the list in order; changes with every picture and network. */
export const answersOf = async (page: Page): Promise<string> => (await snapshot(page)).predictions.map(({ label, probability }) => `${label} ${probability.toFixed(4)}`).join();

/** A file as NumPy writes it, version 1.0, float32. */
export function writeNpyFile(shape: readonly number[], valueAt: (index: number) => number): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117) + '\n';
  const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => valueAt(index));
  return Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]), Buffer.from(header), Buffer.from(values.buffer)]);
}
