import { strFromU8, strToU8, unzipSync, Zip, ZipPassThrough } from 'fflate';
import { AppError } from '../contract/errors';
import type { ExplanationDescription } from '../contract/explanations';
import type { ExplainResult, FaithfulnessResult, SanityResult } from '../contract/jobs';
import { hasStaleResult, methodOf, type InspectedMap, type MapRequest } from './inspection';
import { writeJson } from './measured-numbers';
import { nameNetworkOf, nameTargetOf } from './name-map';
import { takeTurns } from './take-turns';
import { readSavedFacts } from './read-saved-facts';
import { writeNpy } from './write-npy';

/** What a saved inspection consists of; a zip that other programs can open too. */
export interface SavedInspection {
  readonly network: string;
  readonly networkName: string;
  readonly savedAt: string;
  readonly label: string;
  readonly mirror: boolean;
  /** PNG of the whole picture. */
  readonly picture: Blob;
  /** Where an array was looked at: what went to the network instead of the picture. */
  readonly array: SavedArray | null;
  readonly maps: readonly SavedMap[];
}

export interface SavedArray {
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly values: Float32Array;
}

export interface SavedMap {
  readonly request: MapRequest;
  readonly result: ExplainResult;
  readonly faithfulness: FaithfulnessResult | null;
  readonly sanity: SanityResult | null;
  /** It was of another picture than the saved one. */
  readonly stale: boolean;
  /** The network that made it; null in older files: the one of the inspection. */
  readonly network: { readonly id: string; readonly name: string } | null;
  /** What it explains, in words; null in older files. */
  readonly targetName: string | null;
  /** How it is named and drawn, without its settings; null in older files. */
  readonly method: ExplanationDescription | null;
}

const version = 1;
/** A picture and four maps are far below; a zip that says more is not one of ours. */
export const largestInspectionBytes = 192 * 2 ** 20;
const largestJsonBytes = 4 * 2 ** 20;

/** How such files are called, so that they are told from networks when they are dropped. */
export const inspectionEnding = '.inspection.zip';

/** Finished maps as they are saved. */
export function listSavedMaps(maps: readonly InspectedMap[]): readonly SavedMap[] {
  return maps.flatMap((map): readonly SavedMap[] => {
    const { request, result, faithfulness, sanity } = map;
    const method = methodOf(map);
    return result === null ? [] : [{
      request, result, faithfulness: faithfulness?.result ?? null, sanity: sanity?.result ?? null, stale: hasStaleResult(map),
      network: { id: map.network, name: nameNetworkOf(map) }, targetName: nameTargetOf(map, result), method: method === null ? null : { ...method, parameters: [] },
    }];
  });
}

/** Picture, maps as `.npy`, and `inspection.json` that says what they are; numbers that are none stand in it as words. */
export async function packInspection(saved: SavedInspection): Promise<Blob> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = { 'picture.png': new Uint8Array(await saved.picture.arrayBuffer()) };
  const maps = saved.maps.map(({ result: { map, ...result }, ...others }, index) => {
    const file = `map-${index + 1}-${result.method.replaceAll(/[^a-z0-9-]/gi, '')}.npy`;
    files[file] = writeNpy(map.shape, map.values);
    return { ...others, result: { ...result, map: { shape: map.shape, file } } };
  });
  const { picture: _, array, ...facts } = saved;
  if (array !== null) files['picture.npy'] = writeNpy(array.shape, array.values);
  files['inspection.json'] = strToU8(writeJson({ program: 'Innerview', version, ...facts, arrayShape: array?.shape ?? null, maps }, 1));
  return zip(files);
}

/** Bytes whose checksum is worked out in one turn of the window. */
const turnBytes = 2 ** 20;

/** Files stored as they are: pictures and floats hardly shrink. A part in each turn, so that the window stays free. */
async function zip(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const archive = new Zip((_, part) => { parts.push(part as Uint8Array<ArrayBuffer>); });
  for (const [name, bytes] of Object.entries(files)) {
    const file = new ZipPassThrough(name);
    archive.add(file);
    for (let start = 0; start === 0 || start < bytes.length; start += turnBytes) {
      file.push(bytes.subarray(start, start + turnBytes), start + turnBytes >= bytes.length);
      await takeTurns();
    }
  }
  archive.end();
  return new Blob(parts, { type: 'application/zip' });
}

/** @throws AppError 'inspection-unreadable' for a file that is no saved inspection · 'inspection-too-large' */
export function unpackInspection(bytes: Uint8Array): SavedInspection {
  const files = unzip(bytes);
  const json = files.get('inspection.json');
  const picture = files.get('picture.png');
  if (json === undefined || picture === undefined) throw new AppError('inspection-unreadable', 'the zip holds no inspection.json with its picture.png');
  let parsed: unknown;
  try {
    parsed = JSON.parse(strFromU8(json));
  } catch (thrown) {
    throw new AppError('inspection-unreadable', `inspection.json: ${String(thrown)}`, false, { cause: thrown });
  }
  const { arrayShape, maps, ...facts } = readSavedFacts(parsed, version);
  return {
    ...facts, picture: new Blob([picture as Uint8Array<ArrayBuffer>], { type: 'image/png' }),
    array: arrayShape === null ? null : { shape: arrayShape, values: requireFinite(readValues(files, 'picture.npy', arrayShape)) },
    maps: maps.map(({ file, shape, result, ...others }): SavedMap => ({ ...others, result: { ...result, map: { shape, values: readValues(files, file, shape) } } })),
  };
}

/** Only files that are ours are unpacked, and no more than they declare. */
function unzip(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  let declared = 0;
  try {
    return new Map(Object.entries(unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (!/^(inspection\.json|picture\.(png|npy)|map-\d+-[a-z0-9-]*\.npy)$/i.test(name)) return false;
        declared += originalSize;
        if (declared > largestInspectionBytes || (name === 'inspection.json' && originalSize > largestJsonBytes)) {
          throw new AppError('inspection-too-large', `${name} says it has ${originalSize} bytes`);
        }
        // Packed data is never much longer than what is in it: a lie about its size, made to be unpacked without end.
        if (size > originalSize * 1.01 + 1024) throw new AppError('inspection-unreadable', `${name} says it has ${originalSize} bytes and takes ${size}`);
        return true;
      },
    })));
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : new AppError('inspection-unreadable', 'not a zip of a saved inspection', false, { cause: thrown });
  }
}

/** An array that is opened by itself is held to the same: maps of one value that is no number are none everywhere. */
function requireFinite(values: Float32Array): Float32Array {
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new AppError('inspection-unreadable', `picture.npy: value ${odd} is ${String(values[odd])}`);
  return values;
}

/** The values of a `.npy` that our own writer made: they stand at its end, little endian. */
function readValues(files: ReadonlyMap<string, Uint8Array>, file: string, shape: readonly number[]): Float32Array {
  const bytes = files.get(file);
  const size = 4 * shape.reduce((product, side) => product * side, 1);
  if (bytes === undefined || bytes.byteLength < size + 64 || bytes.byteLength > size + 256) throw new AppError('inspection-unreadable', `${file} is missing, cut off, or of another shape`);
  return new Float32Array(bytes.slice(bytes.byteLength - size).buffer);
}
