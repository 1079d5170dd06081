import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BrowserContext } from 'playwright';
import type { BenchRow } from '../bench';
import type { Backend } from '../../src/contract/session-spec';
import { serveSources } from '../../e2e/harness/serve';
import type { CancelRequest, LongestStep } from './cancel-page';
import { describeLimit, type Taken } from './limits';

type WithBrowser = <Result>(backend: Backend, clipPath: null, work: (context: BrowserContext) => Promise<Result>) => Promise<Result>;

/** A person who stops a job is to see it stopped within so long. */
const cancelLimitMs = 100;
/** A turn takes steps for so long before it hears a stop (`longestAskingMs` of src/worker/jobs/turn.ts); the longest step may be its last one. */
const turnBeforeMs = 16;

/**
 * One row for each slow job of each network: its longest step, in a page of its own, against a live forward pass. Between two steps
 * a job can be stopped. Prints whether the limit for a stop is held.
 *
 * @param networks  tfjs layers networks: `path` of the model.json; those that are not there are left out
 */
export async function measureCancelRows(
  backend: Backend, networks: readonly { readonly id: string; readonly path: string }[], withBrowser: WithBrowser, report: (rows: readonly BenchRow[]) => void,
): Promise<void> {
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  const taken: Taken[] = [];
  for (const { id, path } of networks.filter((network) => existsSync(network.path))) {
    const { forwardMs, longest } = await measureSteps(backend, path, backend === 'wasm' ? 4 : 1, withBrowser);
    taken.push(...longest.map(({ job, longestMs }) => ({ name: `${job}/${id}`, ms: longestMs + turnBeforeMs })));
    report(longest.map(({ job, longestMs, at, steps }) => ({
      id: `cancel-${job}/${id}`, backend, value: round(longestMs), unit: 'ms',
      against: `live forward (${round(forwardMs)} ms); step ${at + 1} of ${steps}`, ratio: round(longestMs / forwardMs),
    })));
  }
  for (const line of describeLimit(`a stop on ${backend} (the longest step after the ${turnBeforeMs} ms of a turn)`, cancelLimitMs, taken)) console.log(line);
}

async function measureSteps(
  backend: Backend, path: string, rounds: number, withBrowser: WithBrowser,
): Promise<{ readonly forwardMs: number; readonly longest: readonly LongestStep[] }> {
  const modelJson = JSON.parse(readFileSync(path, 'utf8')) as { weightsManifest: readonly { paths: readonly string[] }[] };
  const weights = Buffer.concat(modelJson.weightsManifest.flatMap((group) => group.paths).map((shard) => readFileSync(join(dirname(path), shard))));
  const site = await serveSources({ cache: 'vite-bench-cancel' });
  try {
    return await withBrowser(backend, null, async (context) => {
      const page = context.pages()[0] ?? await context.newPage();
      page.on('pageerror', (error) => { console.error(`bench page: ${error.message}`); });
      await page.goto(`${site.url}e2e/harness/blank.html`);
      const request: CancelRequest = { backend, modelJson, weightsBase64: weights.toString('base64'), wasmPath: `${site.url}wasm/`, rounds };
      return page.evaluate(async (sent) => {
        const module = await import('/tools/bench/cancel-page.ts' as string) as typeof import('./cancel-page');
        return module.measureSteps(sent);
      }, request);
    });
  } finally {
    await site.close();
  }
}
