import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContextOptions, type Page } from 'playwright';
import { chromiumFlags, chromiumPath } from '../e2e/harness/chromium';
import { serveBuild } from '../e2e/harness/serve';

interface Shot {
  readonly file: string;
  readonly hash: string;
  readonly context: BrowserContextOptions;
  /** What a person does before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };

/** The documents' pictures: the app on its own rendered clip and pictures, never on a photograph. */
const shots: readonly Shot[] = [
  { file: 'live-view.png', hash: '#layer=block2_relu', context: desktop },
  { file: 'live-view-phone.png', hash: '', context: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true } },
  { file: 'inspection.png', hash: '#picture=teapot.webp', context: desktop, prepare: inspect },
];

/** Three maps beside the picture, and the curves of the last one. */
async function inspect(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Inspect this frame' }).click();
  const inspection = page.getByRole('dialog', { name: 'Inspection' });
  for (const method of ['lrp-composite', 'integrated-gradients']) {
    await inspection.getByLabel('Method', { exact: true }).selectOption(method);
    await inspection.getByRole('button', { name: 'Explain', exact: true }).click();
  }
  await inspection.getByRole('button', { name: 'Deletion and insertion' }).click();
  await inspection.getByRole('img', { name: /^Deletion/ }).waitFor({ timeout: 120_000 });
}

const docs = join(import.meta.dirname, '../docs');
/** Frames before the picture is taken: the object has moved and the scales have settled. */
const settledFrame = 60;

const site = await serveBuild();
const profile = mkdtempSync(join(tmpdir(), 'innerview-screenshots-'));
try {
  for (const { file, hash, context: options, prepare } of shots) {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath(), headless: true, args: [...chromiumFlags('wasm', null)], ...options,
    });
    try {
      const page = context.pages()[0] ?? await context.newPage();
      await page.goto(`${site.url}?backend=wasm&debug${hash}`);
      await page.getByRole('listitem').first().waitFor({ timeout: 120_000 });
      if (!hash.includes('picture=')) await page.waitForFunction((sequence) => {
        const { innerview } = globalThis as unknown as { innerview: { snapshot(): { frame: { sequence: number } } } };
        return innerview.snapshot().frame.sequence >= sequence;
      }, settledFrame, { timeout: 300_000 });
      await prepare?.(page);
      await page.screenshot({ path: join(docs, file), animations: 'disabled' });
      console.log(`docs/${file}`);
    } finally {
      await context.close();
    }
  }
} finally {
  await site.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
