/**
 * Renders the built-in pictures and the clip into public/gallery.
 *
 *   npm run gallery                       everything
 *   npm run gallery -- --only=teapot,clip  some of it
 *   options: --size=576 --samples=8 --threads=2 --out=public/gallery
 *
 * Needs ffmpeg with libwebp, libx264 and libvpx for the encoding (Debian: apt-get install ffmpeg). The app and its tests do not.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CLIPS, renderClip } from './clip';
import { developPicture } from './develop';
import { writeWebp } from './encode';
import { PICTURES, type Picture } from './pictures';
import { createRenderPool, type RenderPool } from './render-pool';
import { LAYERS } from './tracer';

const MAX_BYTES = 90_000;
const SEED = 20261123;

interface Options {
  readonly only: readonly string[];
  readonly sizePx: number;
  readonly samples: number;
  readonly threads: number;
  readonly out: string;
}

function readOptions(words: readonly string[]): Options {
  const read = (name: string, fallback: string): string => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? fallback;
  return {
    only: read('only', '').split(',').filter((name) => name !== ''),
    sizePx: Number(read('size', '576')),
    samples: Number(read('samples', '8')),
    threads: Number(read('threads', '2')),
    out: resolve(read('out', 'public/gallery')),
  };
}

async function renderPicture(pool: RenderPool, picture: Picture, options: Options): Promise<void> {
  const { sizePx, samples } = options, stripRows = 32;
  const layers = new Float32Array(sizePx * sizePx * LAYERS);
  const strips = Array.from({ length: Math.ceil(sizePx / stripRows) }, (_unused, index) => index * stripRows);
  await Promise.all(strips.map(async (firstRow) => {
    const lastRow = Math.min(sizePx, firstRow + stripRows);
    layers.set(await pool.run({ kind: 'picture', name: picture.name, sizePx, firstRow, lastRow, samples, seed: SEED }), firstRow * sizePx * LAYERS);
  }));
  const pixels = developPicture(layers, sizePx, picture.build().exposure, SEED);
  const path = `${options.out}/${picture.name}.webp`;
  for (const quality of [86, 80, 74, 66, 56]) {
    await writeWebp(path, pixels, sizePx, quality);
    if (statSync(path).size <= MAX_BYTES) break;
  }
}

function writeIndex(out: string): void {
  const pictures = PICTURES.filter((picture) => picture.shipped).map(({ name, title, network, label }) => ({ file: `${name}.webp`, title, network, label }));
  writeFileSync(`${out}/index.json`, `${JSON.stringify({ pictures, clips: CLIPS }, null, 2)}\n`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  mkdirSync(options.out, { recursive: true });
  const wanted = (name: string): boolean => options.only.length === 0 || options.only.includes(name);
  const pool = createRenderPool(options.threads);
  try {
    for (const picture of PICTURES.filter((candidate) => (options.only.length === 0 ? candidate.shipped : wanted(candidate.name)))) {
      const started = performance.now();
      await renderPicture(pool, picture, options);
      console.log(`${picture.name}  ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
    if (wanted('clip')) await renderClip(pool, options.out);
  } finally {
    await pool.dispose();
  }
  writeIndex(options.out);
}

await main();
