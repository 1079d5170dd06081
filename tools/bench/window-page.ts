import type { Page } from 'playwright';

const longMs = 120_000;

/*
 * All steps are done by scripts in the page or by raw input: a test runner's own look-ups are tasks of the window too, and
 * long ones.
 */

/** Presses what a CSS selector finds, the first one whose name or text begins so. */
export async function press(page: Page, selector: string, name = ''): Promise<void> {
  await page.evaluate(([wanted, begin]) => {
    const found = [...document.querySelectorAll<HTMLElement>(wanted)].find((element) => `${element.getAttribute('aria-label') ?? element.textContent}`.startsWith(begin));
    if (found === undefined) throw new Error(`nothing to press: ${wanted} ${begin}`);
    found.click();
  }, [selector, name] as const);
}

export async function choose(page: Page, label: string, value: string): Promise<void> {
  await page.evaluate(([name, wanted]) => {
    const select = document.querySelector<HTMLSelectElement>(`select[aria-label="${name}"]`);
    if (select === null) throw new Error(`no ${name}`);
    select.value = wanted;
    if (select.value !== wanted) throw new Error(`no ${wanted} in ${name}`);
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }, [label, value] as const);
}

/** Until a selector finds something (or, `gone`, nothing any more). @returns false when it took too long */
export function until(page: Page, selector: string, { gone = false, timeoutMs = longMs }: { readonly gone?: boolean; readonly timeoutMs?: number } = {}): Promise<boolean> {
  return page.evaluate(async ([wanted, mustBeGone, limitMs]) => {
    const endMs = performance.now() + limitMs;
    while ((document.querySelector(wanted) === null) !== mustBeGone) {
      if (performance.now() > endMs) return false;
      await new Promise((resolve) => { setTimeout(resolve, 30); });
    }
    return true;
  }, [selector, gone, timeoutMs] as const);
}

export const settle = (page: Page, ms = 400): Promise<void> => page.waitForTimeout(ms);
export const allDone = (page: Page): Promise<boolean> => until(page, '.map-card[data-phase="running"]', { gone: true });

export interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

export async function squareOf(page: Page, selector: string): Promise<Square> {
  return page.evaluate((wanted) => {
    const element = document.querySelector(wanted);
    if (element === null) throw new Error(`no ${wanted}`);
    element.scrollIntoView({ block: 'center' });
    const { x, y, width } = element.getBoundingClientRect();
    return { x, y, side: width };
  }, selector);
}

/** A pointer on its way over most of a square, there and back; `count` moves. */
export async function sweep(page: Page, { x, y, side }: Square, count: number): Promise<void> {
  for (let step = 0; step < count; step += 1) {
    const share = step / count;
    await page.mouse.move(x + side * (0.5 + 0.38 * Math.sin(7 * Math.PI * share)), y + side * (0.1 + 0.8 * share));
  }
}
