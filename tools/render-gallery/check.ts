/**
 * Asks the shipped networks, through the project's own engine on WASM, what they see in the gallery.
 *
 *   npx tsx tools/render-gallery/check.ts            every picture's top three; the clip every half second
 *   npx tsx tools/render-gallery/check.ts --write    the same, and writes the table of docs/gallery.md
 *   npx tsx tools/render-gallery/check.ts FILE ...   any picture files, with the everyday network
 *
 * Exits with 1 when a listed picture is not named rightly. Needs ffmpeg, for decoding.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { InputSpec, NetworkCard } from '../../src/contract/card';
import { startBackend } from '../../src/engine/backend';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { createInputTensor } from '../../src/engine/frame-values';
import { readTfjsLayers } from '../../src/formats/tfjs-layers';
import { listTfjsShards } from '../../src/formats/tfjs-weights';
import { toProbabilities } from '../../src/graph/answer';

interface Entry {
  readonly file: string;
  readonly network: string;
  readonly label: string;
}

interface Guess {
  readonly name: string;
  readonly probability: number;
}

interface Decoded {
  readonly width: number;
  readonly height: number;
  /** RGB. */
  readonly bytes: Uint8Array;
}

interface Network {
  readonly card: NetworkCard;
  readonly executor: Executor;
}

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const galleryFolder = join(project, 'public/gallery');

function openNetwork(id: string): Network {
  const folder = join(project, 'public/models', id);
  const modelJson: unknown = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const bytes = Buffer.concat(listTfjsShards(modelJson).map((path) => readFileSync(join(folder, path))));
  const card = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')) as NetworkCard;
  return { card, executor: createExecutor(readTfjsLayers(modelJson, new Uint8Array(bytes))) };
}

/** The picture at `seconds` of a file (0 for stills), through ffmpeg. */
function decode(path: string, seconds: number): Decoded {
  const seek = seconds > 0 ? ['-ss', seconds.toFixed(3)] : [];
  const ppm = execFileSync('ffmpeg', ['-loglevel', 'error', ...seek, '-i', path, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'ppm', '-'], { maxBuffer: 1 << 26 });
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 40).toString('latin1'));
  if (!header) throw new Error(`${path}: ffmpeg gave no picture`);
  return { width: Number(header[1]), height: Number(header[2]), bytes: ppm.subarray(header[0].length) };
}

/** The centre square averaged over areas and normalised, as the app does it. */
function prepare(picture: Decoded, input: InputSpec): Float32Array {
  const side = Math.min(picture.width, picture.height), left = (picture.width - side) / 2, top = (picture.height - side) / 2;
  const values = new Float32Array(input.height * input.width * input.channels);
  for (let row = 0; row < input.height; row += 1) {
    for (let column = 0; column < input.width; column += 1) {
      const mean = averageArea(picture, left + (column * side) / input.width, top + (row * side) / input.height, side / input.width, side / input.height);
      const pixel = input.channels === 1 ? [0.299 * mean[0] + 0.587 * mean[1] + 0.114 * mean[2]] : mean;
      pixel.forEach((value, channel) => {
        values[(row * input.width + column) * input.channels + channel] = (value - input.mean[channel]!) / input.std[channel]!;
      });
    }
  }
  return values;
}

function averageArea({ width, height, bytes }: Decoded, x: number, y: number, dx: number, dy: number): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  for (let row = Math.floor(y); row < Math.min(height, y + dy); row += 1) {
    const rowShare = Math.min(row + 1, y + dy) - Math.max(row, y);
    for (let column = Math.floor(x); column < Math.min(width, x + dx); column += 1) {
      const share = rowShare * (Math.min(column + 1, x + dx) - Math.max(column, x));
      for (const channel of [0, 1, 2] as const) sum[channel] += share * bytes[(row * width + column) * 3 + channel]!;
    }
  }
  return [sum[0] / (dx * dy), sum[1] / (dx * dy), sum[2] / (dx * dy)];
}

function guess({ card, executor }: Network, picture: Decoded): readonly Guess[] {
  const { height, width, channels } = card.input;
  const input = createInputTensor(prepare(picture, card.input), height, width, channels);
  const activations = executor.forward(input, { mode: 'live', taps: new Set() });
  const probabilities = [...toProbabilities(Float32Array.from(activations.logits.dataSync()), executor.graph.probabilities)];
  activations.dispose();
  input.dispose();
  return probabilities.map((probability, index) => ({ name: card.classes[index]!, probability })).sort((a, b) => b.probability - a.probability).slice(0, 3);
}

function describe(guesses: readonly Guess[]): string {
  return guesses.map(({ name, probability }) => `${name} ${(100 * probability).toFixed(1)} %`).join(', ');
}

/** Puts the rows between the two marks of the page. */
function writeTable(rows: readonly string[], card: NetworkCard): void {
  const path = join(project, 'docs/gallery.md'), page = readFileSync(path, 'utf8');
  const accuracy = ((card.accuracy[0]?.top1 ?? 0) * 100).toFixed(1);
  const table = [`With the everyday network of ${card.date} (${accuracy} % top-1 on its validation pack):`, '', '| picture | first three guesses |', '|---|---|', ...rows];
  writeFileSync(path, page.replace(/(<!-- measured -->\n)[^]*(<!-- end -->)/, (_all, start: string, end: string) => `${start}${table.join('\n')}\n${end}`));
}

async function main(): Promise<void> {
  const words = process.argv.slice(2), files = words.filter((word) => !word.startsWith('--'));
  await startBackend({ choice: 'wasm', wasmPath: join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/') });
  const networks = new Map<string, Network>();
  const networkOf = (id: string): Network => {
    const network = networks.get(id) ?? openNetwork(id);
    networks.set(id, network);
    return network;
  };
  for (const file of files) console.log(`${file}: ${describe(guess(networkOf('everyday'), decode(file, 0)))}`);
  if (files.length > 0) return;
  const index = JSON.parse(readFileSync(join(galleryFolder, 'index.json'), 'utf8')) as { readonly pictures: readonly Entry[]; readonly clips: readonly (Entry & { readonly seconds: number })[] };
  let wrong = 0;
  const rows: string[] = [];
  const report = (what: string, label: string, guesses: readonly Guess[]): void => {
    const right = guesses[0]?.name === label;
    if (!right) wrong += 1;
    console.log(`${right ? 'ok   ' : 'WRONG'} ${what.padEnd(22)} ${describe(guesses)}`);
    rows.push(`| ${what} | ${right ? '' : '**wrong**: '}${describe(guesses)} |`);
  };
  for (const { file, network, label } of index.pictures) report(file, label, guess(networkOf(network), decode(join(galleryFolder, file), 0)));
  for (const { file, network, label, seconds } of index.clips) {
    for (let at = 0; at < seconds; at += 0.5) report(`${file} at ${at.toFixed(1)} s`, label, guess(networkOf(network), decode(join(galleryFolder, file), at)));
  }
  console.log(`${wrong} named wrongly`);
  if (words.includes('--write')) writeTable(rows, networkOf('everyday').card);
  process.exitCode = wrong > 0 ? 1 : 0;
}

try {
  await main();
} catch (thrown) {
  // Left alone, tfjs's WASM module answers an uncaught error with its whole source.
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exit(1);
}
