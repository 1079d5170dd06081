import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tensor4d } from '@tensorflow/tfjs-core';
import type { NetworkCard } from '../../src/contract/card';
import { enlargePlane, planeOf } from '../../src/contract/map-plane';
import { startBackend } from '../../src/engine/backend';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { shareInCell, type MosaicCell } from '../../src/explain/grid-pointing';
import { findExplanation } from '../../src/explain/registry';
import type { LocalisationRow } from '../../src/lessons/localisation';
import { readTfjsLayers } from '../../src/formats/tfjs-layers';
import { toProbabilities } from '../../src/graph/answer';
import { drawMosaics, layOut, type ConfidentPicture, type Mosaic } from './mosaics';
import { plans, type Plan } from './plans';
import { normalise, readValidationPictures, type LabelledPicture } from './pictures';
import { measuredPixel, writeTable, type MethodResult } from './table';

/*
 * The grid pointing game (Rao, Böhle, Schiele 2022, arXiv:2205.10435) on the validation pictures of everyday-objects:
 * `npm run localisation`. Needs ../shared/data. Resumes where it stopped; `--methods a,b` measures only these;
 * `--cells 1` explains one cell of each further mosaic also with quick methods; `--part 0/2` every second method, for two processes side by side. `--table` only writes docs/localisation.md.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const work = join(root, '.cache', 'localisation');
const pack = join(root, '..', 'shared', 'data', 'everyday-objects');
const mosaicCount = 250;
const seed = 20261124;
/** A picture counts when it is named rightly with at least this probability. */
const confidence = 0.9;

const { values: options } = parseArgs({ options: { methods: { type: 'string' }, part: { type: 'string' }, table: { type: 'boolean' }, cells: { type: 'string' } } });

async function readEveryday(side: number): Promise<{ readonly card: NetworkCard; readonly executor: Executor }> {
  const folder = join(root, 'public', 'models', 'everyday');
  const card = JSON.parse(await readFile(join(folder, 'card.json'), 'utf8')) as NetworkCard;
  // Fully convolutional up to its global pool: only the declared size changes.
  const text = (await readFile(join(folder, 'model.json'), 'utf8')).replace(`[null,${card.input.height},${card.input.width},3]`, `[null,${side},${side},3]`);
  const weights = await Promise.all(card.files.filter(({ path }) => path.endsWith('.bin')).map(({ path }) => readFile(join(folder, path))));
  return { card, executor: createExecutor(readTfjsLayers(JSON.parse(text), new Uint8Array(Buffer.concat(weights)))) };
}

function probabilities(executor: Executor, input: Float32Array, side: number): Float32Array {
  const tensor = tensor4d(input, [1, side, side, 3]);
  const activations = executor.forward(tensor, { mode: 'live', taps: new Set() });
  const found = toProbabilities(activations.logits.dataSync() as Float32Array, executor.graph.probabilities);
  activations.dispose();
  tensor.dispose();
  return Float32Array.from(found);
}

async function explainCell(executor: Executor, input: Float32Array, side: number, plan: Plan, label: number, cell: MosaicCell, pixels: NetworkCard['input']): Promise<number | null> {
  const tensor = tensor4d(input.slice(), [1, side, side, 3]);
  const run = findExplanation(plan.method).run({ executor, input: tensor, target: { kind: 'class', index: label }, layer: null, parameters: plan.parameters, pixels });
  for (;;) {
    const step = await run.next();
    if (step.done !== true) continue;
    const { map } = step.value;
    const values = await map.data() as Float32Array;
    // Without the batch axis.
    const importance = enlargePlane(planeOf(values, map.shape.slice(1), measuredPixel), side, side);
    map.dispose();
    tensor.dispose();
    return shareInCell(importance, [side, side], cell);
  }
}

const resultPath = (method: string): string => join(work, `${method}.jsonl`);

async function readResults(method: string): Promise<readonly MethodResult[]> {
  const text = await readFile(resultPath(method), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as MethodResult);
}

async function measure(chosen: readonly Plan[]): Promise<void> {
  await mkdir(work, { recursive: true });
  await startBackend({ choice: 'wasm', wasmPath: join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/') });
  const pictures = await readValidationPictures(pack);
  const side = pictures[0]?.sizePx ?? 0;
  const alone = await readEveryday(side);
  const inputs = pictures.map(({ pixels }) => normalise(pixels, alone.card.input.mean, alone.card.input.std));
  const confident = await findConfident(pictures, inputs, alone.executor, side);
  alone.executor.dispose();
  console.log(`${confident.length} of ${pictures.length} pictures are named rightly with at least ${confidence}`);
  const mosaics = drawMosaics(confident, mosaicCount, seed);
  const { card, executor } = await readEveryday(2 * side);
  for (const plan of chosen) await measureMethod(executor, plan, mosaics, inputs, side, card.input);
}

/** Named rightly, alone, with confidence; kept between runs. */
async function findConfident(pictures: readonly LabelledPicture[], inputs: readonly Float32Array[], executor: Executor, side: number): Promise<readonly ConfidentPicture[]> {
  const path = join(work, `confident-${confidence}.json`);
  const kept = await readFile(path, 'utf8').catch(() => null);
  if (kept !== null) return JSON.parse(kept) as readonly ConfidentPicture[];
  const found = pictures.flatMap(({ label }, index) => {
    const input = inputs[index];
    return input !== undefined && (probabilities(executor, input, side)[label] ?? 0) >= confidence ? [{ index, label }] : [];
  });
  await writeFile(path, JSON.stringify(found));
  return found;
}

async function measureMethod(executor: Executor, plan: Plan, mosaics: readonly Mosaic[], inputs: readonly Float32Array[], side: number, pixels: NetworkCard['input']): Promise<void> {
  const done = (await readResults(plan.method)).length;
  const startedAtMs = Date.now();
  for (let number = done; number < mosaics.length; number += 1) {
    const mosaic = mosaics[number];
    if (mosaic === undefined) break;
    const input = layOut(mosaic.map(({ index }) => inputs[index] ?? new Float32Array(0)), side, 3);
    const cells: readonly MosaicCell[] = plan.cells === 4 && options.cells !== '1' ? [0, 1, 2, 3] : [(number % 4) as MosaicCell];
    const shares: (number | null)[] = [];
    for (const cell of cells) shares.push(await explainCell(executor, input, 2 * side, plan, mosaic[cell].label, cell, pixels));
    await appendFile(resultPath(plan.method), `${JSON.stringify({ mosaic: number, cells, shares } satisfies MethodResult)}\n`);
  }
  console.log(`${plan.method}: ${mosaics.length - done} mosaics in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
}

const asked = options.methods?.split(',');
const [part = 0, parts = 1] = (options.part ?? '0/1').split('/').map(Number);
const chosen = plans.filter(({ method }, index) => (asked === undefined ? index % parts === part : asked.includes(method)));
if (options.table !== true) await measure(chosen);
const before = JSON.parse(await readFile(join(root, 'src', 'lessons', 'localisation.json'), 'utf8')) as readonly LocalisationRow[];
const table = writeTable(await Promise.all(plans.map(async (plan) => ({ ...plan, pixel: findExplanation(plan.method).pixel, results: await readResults(plan.method) }))), { mosaicCount, seed, confidence }, before);
await writeFile(join(root, 'docs', 'localisation.md'), table.text);
await writeFile(join(root, 'src', 'lessons', 'localisation.json'), `${JSON.stringify(table.rows, null, 1)}\n`);
