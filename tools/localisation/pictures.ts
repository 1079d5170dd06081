import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import decode, { init } from '@jsquash/webp/decode';
import { parseTar } from 'nanotar';

/** A validation picture as the network's input, and its class. */
export interface LabelledPicture {
  readonly name: string;
  readonly label: number;
  /** `[h, w, 3]` uint8. */
  readonly pixels: Uint8Array;
  readonly sizePx: number;
}

/** Reads the validation pictures of a pack of ../shared/data, in the order of the archive. @throws Error naming what is missing or not square */
export async function readValidationPictures(folder: string): Promise<readonly LabelledPicture[]> {
  const require = createRequire(import.meta.url);
  await init(await WebAssembly.compile(await readFile(require.resolve('@jsquash/webp/codec/dec/webp_dec.wasm'))));
  const classes = JSON.parse(await readFile(join(folder, 'classes.json'), 'utf8')) as readonly { readonly dir: string }[];
  const labels = new Map(classes.map(({ dir }, index) => [dir, index]));
  const pictures: LabelledPicture[] = [];
  for (const { name, data } of parseTar(gunzipSync(await readFile(join(folder, 'val.tar.gz'))))) {
    const label = labels.get(name.split('/')[0] ?? '');
    if (label === undefined || data === undefined || data.byteLength === 0) continue;
    const picture = await decode(data.slice().buffer);
    if (picture.width !== picture.height) throw new Error(`${name} is ${picture.width} x ${picture.height}`);
    const pixels = new Uint8Array(picture.width * picture.height * 3);
    for (let place = 0; place < picture.width * picture.height; place += 1) pixels.set(picture.data.subarray(place * 4, place * 4 + 3), place * 3);
    pictures.push({ name, label, pixels, sizePx: picture.width });
  }
  return pictures;
}

/** `[h, w, 3]` uint8 as network input: (pixel - mean) / std for each channel. */
export function normalise(pixels: Uint8Array, mean: readonly number[], std: readonly number[]): Float32Array {
  return Float32Array.from(pixels, (pixel, index) => (pixel - (mean[index % 3] ?? 0)) / (std[index % 3] ?? 1));
}
