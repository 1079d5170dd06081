import type { BrowserContext } from 'playwright';
import type { Backend } from '../../src/contract/session-spec';

export interface LiveFrameSamples {
  readonly tickMs: readonly number[];
  /** The same with the explanation off, in blocks between those of `tickMs`. */
  readonly tickWithoutMs: readonly number[];
  readonly forwardMs: readonly number[];
  readonly framesPerSecond: readonly number[];
}

interface Snapshot {
  readonly frame: { readonly sequence: number };
  readonly rate: { readonly framesPerSecond: number; readonly tickMs: number; readonly forwardMs: number };
}

/**
 * The built app on the fake camera as a person uses it: layer rail, one open layer, Grad-CAM over the picture. Samples the
 * worker's own clock: a whole tick (import, forward, explain, draw) and the forward pass inside it.
 */
export async function measureLiveFrame(context: BrowserContext, url: string, backend: Backend): Promise<LiveFrameSamples> {
  const page = context.pages()[0] ?? await context.newPage();
  await page.goto(`${url}?debug&backend=${backend}`);
  await page.getByRole('button', { name: 'Start camera' }).first().click();
  const snapshot = (): Promise<Snapshot> => page.evaluate(() => (globalThis as unknown as { innerview: { snapshot(): Snapshot } }).innerview.snapshot());
  const rail = page.getByRole('navigation', { name: 'Layers' }).getByRole('button');
  await rail.nth(4).click();
  const reach = async (sequence: number): Promise<Snapshot> => {
    for (;;) {
      const now = await snapshot();
      if (now.frame.sequence >= sequence) return now;
      await page.waitForTimeout(100);
    }
  };
  const perSample = backend === 'wasm' ? 15 : 2;
  const perBlock = backend === 'wasm' ? 5 : 2;
  const samples: Record<'grad-cam' | 'off', Snapshot[]> = { 'grad-cam': [], 'off': [] };
  await reach(1);
  for (let block = 0; block < (backend === 'wasm' ? 8 : 4); block++) {
    // In turn, so that a machine that gets busy disturbs both alike.
    for (const explanation of ['grad-cam', 'off'] as const) {
      await page.getByRole('combobox', { name: 'Explanation' }).selectOption(explanation);
      // The rates are running averages: those of the other setting have to fade first.
      let sequence = (await snapshot()).frame.sequence + 4 * perSample;
      for (let count = 0; count < perBlock; count++) {
        const now = await reach(sequence);
        samples[explanation].push(now);
        sequence = now.frame.sequence + perSample;
      }
    }
  }
  const shown = samples['grad-cam'];
  return {
    tickMs: shown.map((sample) => sample.rate.tickMs), tickWithoutMs: samples.off.map((sample) => sample.rate.tickMs),
    forwardMs: shown.map((sample) => sample.rate.forwardMs), framesPerSecond: shown.map((sample) => sample.rate.framesPerSecond),
  };
}
