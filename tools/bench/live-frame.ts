import type { BrowserContext, Page } from 'playwright';
import { explanationIds, type Backend, type ExplanationId } from '../../src/contract/session-spec';
import type { Snapshot } from '../../src/state/debug';

/** Medians of one stretch of live frames. */
interface Stretch {
  /** A whole tick of the worker, milliseconds: import, forward, explain, draw. */
  readonly tickMs: number;
  /** From one drawn frame to the next, milliseconds: the camera's period, or longer where the worker is slower. */
  readonly gapMs: number;
  readonly forwardMs: number;
  /** Every how many frames one was explained. */
  readonly everyFrames: number;
}

/** Stretches with an explanation and, each right before it, without. */
export interface LivePair {
  readonly without: Stretch;
  readonly with: Stretch;
}

interface Effort {
  readonly explanations: readonly ExplanationId[];
  readonly blocks: number;
  /** Frames after a change, until the worker's running averages have forgotten what was before. */
  readonly fadeFrames: number;
  readonly samples: number;
  readonly framesPerSample: number;
}

/** A frame takes most of a second on the software adapter. */
const efforts: Readonly<Record<Backend, Effort>> = {
  wasm: { explanations: explanationIds.filter((id) => id !== 'off'), blocks: 4, fadeFrames: 20, samples: 4, framesPerSample: 8 },
  webgpu: { explanations: ['grad-cam', 'gradient', 'guided-backprop'], blocks: 2, fadeFrames: 6, samples: 2, framesPerSample: 2 },
};

const readSnapshot = (page: Page): Promise<Snapshot> => page.evaluate(() => (globalThis as unknown as { innerview: { snapshot(): Snapshot } }).innerview.snapshot());

/** Half of what was measured above, half below. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] ?? Number.NaN : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/**
 * The built app on the fake camera as a person uses it: layer rail, one open layer, an explanation over the picture. Reads the
 * worker's own clock. Each explanation comes right after a stretch without one, so that a machine that gets busy disturbs both alike.
 */
export async function measureLiveFrames(context: BrowserContext, url: string, backend: Backend): Promise<ReadonlyMap<ExplanationId, readonly LivePair[]>> {
  const page = context.pages()[0] ?? await context.newPage();
  await page.goto(`${url}?debug&backend=${backend}`);
  await page.getByRole('button', { name: 'Start camera' }).first().click();
  const reach = async (sequence: number): Promise<Snapshot> => {
    for (;;) {
      const now = await readSnapshot(page);
      if (now.frame.sequence >= sequence) return now;
      await page.waitForTimeout(50);
    }
  };
  await page.getByRole('navigation', { name: 'Layers' }).getByRole('button').nth(4).click();
  await reach(1);
  const effort = efforts[backend];
  const measureStretch = async (explanation: ExplanationId): Promise<Stretch> => {
    await page.getByRole('combobox', { name: 'Explanation' }).selectOption(explanation);
    const seen: Stretch[] = [];
    let before = await reach((await readSnapshot(page)).frame.sequence + effort.fadeFrames);
    for (let sample = 0; sample < effort.samples; sample++) {
      const now = await reach(before.frame.sequence + effort.framesPerSample);
      const gapMs = (now.frame.drawnAtMs - before.frame.drawnAtMs) / (now.frame.sequence - before.frame.sequence);
      seen.push({ tickMs: now.rate.tickMs, gapMs, forwardMs: now.rate.forwardMs, everyFrames: now.explanation.everyFrames });
      before = now;
    }
    const median = (part: keyof Stretch): number => medianOf(seen.map((sample) => sample[part]));
    return { tickMs: median('tickMs'), gapMs: median('gapMs'), forwardMs: median('forwardMs'), everyFrames: median('everyFrames') };
  };
  const found = new Map<ExplanationId, LivePair[]>();
  for (let block = 0; block < effort.blocks; block++) {
    for (const explanation of effort.explanations) {
      const without = await measureStretch('off');
      found.set(explanation, [...found.get(explanation) ?? [], { without, with: await measureStretch(explanation) }]);
    }
  }
  return found;
}
