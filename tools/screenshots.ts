import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContextOptions } from 'playwright';
import { chromiumFlags, chromiumPath } from '../e2e/harness/chromium';
import { serveBuild } from '../e2e/harness/serve';

/** The README's pictures: the app on its own rendered clip, never on a photograph. */
const shots: readonly { readonly file: string; readonly hash: string; readonly context: BrowserContextOptions }[] = [
  { file: 'live-view.png', hash: '#layer=block2_relu', context: { viewport: { width: 1440, height: 900 } } },
  { file: 'live-view-phone.png', hash: '', context: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true } },
];
const docs = join(import.meta.dirname, '../docs');
/** Frames before the picture is taken: the object has moved and the scales have settled. */
const settledFrame = 60;

const site = await serveBuild();
const profile = mkdtempSync(join(tmpdir(), 'innerview-screenshots-'));
try {
  for (const { file, hash, context: options } of shots) {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath(), headless: true, args: [...chromiumFlags('wasm', null)], ...options,
    });
    try {
      const page = context.pages()[0] ?? await context.newPage();
      await page.goto(`${site.url}?backend=wasm&debug${hash}`);
      await page.getByRole('listitem').first().waitFor({ timeout: 120_000 });
      await page.waitForFunction((sequence) => {
        const { innerview } = globalThis as unknown as { innerview: { snapshot(): { frame: { sequence: number } } } };
        return innerview.snapshot().frame.sequence >= sequence;
      }, settledFrame, { timeout: 300_000 });
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
