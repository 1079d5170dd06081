import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type BrowserContext } from 'playwright';
import type { Backend } from '../src/contract/session-spec';
import { chromiumFlags, chromiumPath } from '../e2e/harness/chromium';
import { movingObjectClip } from '../e2e/harness/fake-camera';
import { serveBuild, serveSources } from '../e2e/harness/serve';
import { ensureBuild } from './setup.mjs';
import { measureCancelRows } from './bench/cancel-steps';
import { describeLimit, type Taken } from './bench/limits';
import { measureLiveFrames, medianOf, type LivePair } from './bench/live-frame';
import type { Measurement, MeasureRequest } from './bench/measure-page';
import { longTaskMs, measureWindowTasks } from './bench/window-tasks';

/** One line of the table: `value` of `id`, beside `against`, measured alternately in the same page. */
export interface BenchRow {
  readonly id: string;
  readonly backend: Backend;
  readonly value: number;
  readonly unit: 'ms';
  readonly against: string;
  readonly ratio: number;
}

const root = join(import.meta.dirname, '..');
const networks = [
  { id: 'everyday', path: join(root, 'public/models/everyday/model.json') },
  { id: 'digits', path: join(root, 'public/models/digits/model.json') },
  { id: 'mobilenet-v1-0.25-224', path: join(root, '../shared/models/mobilenet_v1_0.25_224/model.json') },
];

async function withBrowser<Result>(backend: Backend, clipPath: string | null, work: (context: BrowserContext) => Promise<Result>): Promise<Result> {
  const profile = mkdtempSync(join(tmpdir(), 'innerview-bench-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(), headless: true, viewport: { width: 1280, height: 800 },
    args: [...chromiumFlags(backend, clipPath === null ? null : { clipPath, permission: 'granted' })],
  });
  try {
    return await work(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function measureOne(backend: Backend, path: string, rounds: number): Promise<Measurement> {
  const modelJson = JSON.parse(readFileSync(path, 'utf8')) as { weightsManifest: readonly { paths: readonly string[] }[] };
  const weights = Buffer.concat(modelJson.weightsManifest.flatMap((group) => group.paths).map((shard) => readFileSync(join(dirname(path), shard))));
  const site = await serveSources({ packages: ['@tensorflow/tfjs-layers', 'onnxruntime-web/webgpu', 'protobufjs/minimal'], cache: 'vite-bench' });
  try {
    return await withBrowser(backend, null, async (context) => {
      const page = context.pages()[0] ?? await context.newPage();
      page.on('pageerror', (error) => { console.error(`bench page: ${error.message}`); });
      await page.goto(`${site.url}e2e/harness/blank.html`);
      const request: MeasureRequest = {
        backend, modelJson, weightsBase64: weights.toString('base64'), rounds, warmUps: backend === 'wasm' ? 10 : 2,
        wasmPath: `${site.url}wasm/`, ortPath: `${site.url}node_modules/onnxruntime-web/dist/`,
      };
      return page.evaluate(async (sent) => {
        const module = await import('/tools/bench/measure-page.ts' as string) as typeof import('./bench/measure-page');
        return module.measureNetwork(sent);
      }, request);
    });
  } finally {
    await site.close();
  }
}

function rowsOf(id: string, backend: Backend, measured: Measurement): BenchRow[] {
  const medians = Object.fromEntries(Object.entries(measured.timesMs).map(([name, times]) => [name, medianOf(times)]));
  const forward = medians['forward'] ?? Number.NaN;
  const row = (name: string, value: number, against: string, other: number): BenchRow =>
    ({ id: `${name}/${id}`, backend, value: round(value), unit: 'ms', against: `${against} (${round(other)} ms)`, ratio: round(value / other) });
  const backwardOf = (suffix: string): number => medianOf((measured.timesMs[`forward+backward${suffix}`] ?? []).map(
    (time, index) => time - (measured.timesMs[`forward${suffix}`]?.[index] ?? Number.NaN)));
  const backward = backwardOf('');
  const threads = `, ${measured.threads} threads`;
  return [
    row('forward', forward, 'tfjs LayersModel.predict', medians['layers-model'] ?? Number.NaN),
    row('forward', forward, 'ONNX Runtime Web, 1 thread', medians['onnxruntime-web'] ?? Number.NaN),
    row('backward-to-input', backward, 'forward', forward),
    ...(medians['forward, threads'] === undefined ? [] : [
      row(`forward${threads}`, medians['forward, threads'], 'forward, 1 thread', forward),
      row(`backward-to-input${threads}`, backwardOf(', threads'), 'backward, 1 thread', backward),
    ]),
  ];
}

/** An explanation's live frames beside their neighbours without one. */
function liveRow(id: string, backend: Backend, pairs: readonly LivePair[], part: 'tickMs' | 'gapMs', against: string): BenchRow {
  const without = medianOf(pairs.map((pair) => pair.without[part]));
  const ratio = medianOf(pairs.map((pair) => pair.with[part] / pair.without[part]));
  return { id, backend, value: round(medianOf(pairs.map((pair) => pair.with[part]))), unit: 'ms', against: `${against} (${round(without)} ms)`, ratio: round(ratio) };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

const { values: options } = parseArgs({ options: {
  json: { type: 'string' }, rounds: { type: 'string', default: '60' }, backend: { type: 'string', default: 'wasm' }, only: { type: 'string' },
} });
const backends = options.backend.split(',').filter((name): name is Backend => name === 'wasm' || name === 'webgpu');
const rows: BenchRow[] = [];
const report = (found: readonly BenchRow[]): void => {
  rows.push(...found);
  for (const row of found) console.log(`${row.backend.padEnd(7)}${row.id.padEnd(42)}${row.value.toFixed(2).padStart(9)} ms   ${row.ratio.toFixed(2).padStart(5)} x ${row.against}`);
  // After every row: all of it takes minutes, and whoever stops it early keeps what there is.
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
};
report([]);
for (const backend of backends) {
  // A pass takes most of a second on the software adapter.
  const rounds = backend === 'wasm' ? Number(options.rounds) : Math.max(3, Math.round(Number(options.rounds) / 15));
  for (const network of networks) {
    if (options.only !== undefined && options.only !== network.id) continue;
    if (!existsSync(network.path)) { console.log(`${network.id}: not on this machine (../shared), left out`); continue; }
    console.log(`${backend}: ${network.id}, ${rounds} rounds …`);
    const measured = await measureOne(backend, network.path, rounds);
    report(rowsOf(network.id, backend, measured));
    const differences = Object.entries(measured.largestDifference).map(([name, value]) => `${name} ${value.toExponential(1)}`);
    console.log(`        ${measured.why}`);
    console.log(`        outputs differ from ours by at most: ${differences.join(', ')}; tensors left over: ${measured.tensorsLeft}`);
  }
  if (options.only === undefined || options.only === 'frame') {
    await ensureBuild();
    const site = await serveBuild();
    try {
      console.log(`${backend}: live frames of everyday, each explanation beside none …`);
      const frames = await withBrowser(backend, await movingObjectClip(), (context) => measureLiveFrames(context, site.url, backend));
      const alone = [...frames.values()].flat().map(({ without }) => without);
      const [tickMs, forwardMs] = [medianOf(alone.map((stretch) => stretch.tickMs)), medianOf(alone.map((stretch) => stretch.forwardMs))];
      report([{ id: 'live-frame/everyday', backend, value: round(tickMs), unit: 'ms', against: `its own forward (${round(forwardMs)} ms)`, ratio: round(medianOf(alone.map((stretch) => stretch.tickMs / stretch.forwardMs))) }]);
      for (const [id, pairs] of frames) {
        report([liveRow(`live-frame-with-${id}/everyday`, backend, pairs, 'tickMs', 'the same without'), liveRow(`live-gap-with-${id}/everyday`, backend, pairs, 'gapMs', 'frame to frame without')]);
        const every = medianOf(pairs.map((pair) => pair.with.everyFrames));
        console.log(`        ${(1000 / medianOf(pairs.map((pair) => pair.with.gapMs))).toFixed(1)} frames a second with the rail, one open layer and ${id}; ${every === 1 ? 'each explained' : `one in ${every} explained`}`);
      }
      console.log(`        the fake camera gives a frame every ${round(1000 / 30)} ms; ratios are medians of neighbours`);
    } finally {
      await site.close();
    }
  }
  if (options.only === undefined || options.only === 'cancel') await measureCancelRows(backend, networks.filter(({ id }) => id !== 'digits'), withBrowser, report);
}
if (backends.includes('wasm') && (options.only === undefined || options.only.startsWith('window'))) {
  await ensureBuild();
  const site = await serveBuild();
  const taken: Taken[] = [];
  try {
    await withBrowser('wasm', await movingObjectClip(), (context) => measureWindowTasks(context, site.url, 'wasm', ({ action, widthPx, longest: { ownMs, wallMs, parts } }) => {
      report([{ id: `window-${action}/${widthPx}`, backend: 'wasm', value: round(ownMs), unit: 'ms', against: `${longTaskMs} ms (${wallMs.toFixed(0)} ms on the clock)`, ratio: round(ownMs / longTaskMs) }]);
      taken.push({ name: `${action}/${widthPx}`, ms: ownMs });
      if (ownMs > longTaskMs) console.log(`        ${parts.join(', ')}`);
    }, options.only?.slice('window-'.length)));
    for (const line of describeLimit('the longest task of the window, by its own time', longTaskMs, taken)) console.log(line);
  } finally {
    await site.close();
  }
}
