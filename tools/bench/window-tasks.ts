import type { BrowserContext } from 'playwright';
import type { Backend } from '../../src/contract/session-spec';
import { windowActions } from './window-actions';
import { traceWindowTasks, type WindowTask } from './window-trace';

/** More than this and a person feels that the window stopped. */
export const longTaskMs = 50;

export interface ActionTasks {
  readonly action: string;
  readonly widthPx: number;
  /** The one in which the window's own thread computed longest. */
  readonly longest: WindowTask;
}

const sizes = [{ width: 390, height: 844 }, { width: 1440, height: 900 }] as const;

/**
 * The longest task of the window for each thing that a person does in the inspection, on a phone's and on a laptop's size.
 *
 * @param only  begins the names of the actions that are measured; the others are done all the same, each begins where the last one ended
 */
export async function measureWindowTasks(context: BrowserContext, url: string, backend: Backend, report: (found: ActionTasks) => void, only = ''): Promise<void> {
  for (const size of sizes) {
    const page = await context.newPage();
    await page.setViewportSize(size);
    await page.goto(`${url}?debug&backend=${backend}`);
    await page.getByRole('button', { name: 'Start camera' }).first().click();
    await page.getByRole('button', { name: 'Freeze' }).waitFor();
    await page.getByRole('list', { name: 'Predictions' }).getByRole('listitem').first().waitFor({ timeout: 180_000 });
    await page.waitForTimeout(3000);
    for (const { name, prepare, act } of windowActions) {
      await prepare?.(page);
      if (!name.startsWith(only)) {
        await act(page);
        continue;
      }
      const [longest] = await traceWindowTasks(page, () => act(page));
      if (longest !== undefined) report({ action: name, widthPx: size.width, longest });
    }
    await page.close();
  }
}
