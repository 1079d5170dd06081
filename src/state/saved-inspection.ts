import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { AppError } from '../contract/errors';
import type { ExplainResult, FaithfulnessResult, SanityResult } from '../contract/jobs';
import type { InspectedMap, MapRequest } from './inspection';
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
  readonly maps: readonly SavedMap[];
}

export interface SavedMap {
  readonly request: MapRequest;
  readonly result: ExplainResult;
  readonly faithfulness: FaithfulnessResult | null;
  readonly sanity: SanityResult | null;
}

const version = 1;
/** A picture and four maps are far below; a zip that says more is not one of ours. */
const largestBytes = 256 * 2 ** 20;

/** How such files are called, so that they are told from networks when they are dropped. */
export const inspectionEnding = '.inspection.zip';

/** Finished maps as they are saved. */
export function listSavedMaps(maps: readonly InspectedMap[]): readonly SavedMap[] {
  return maps.flatMap(({ request, result, faithfulness, sanity }) => (result === null ? []
    : [{ request, result, faithfulness: faithfulness?.result ?? null, sanity: sanity?.result ?? null }]));
}

/** Picture, maps as `.npy`, and `inspection.json` that says what they are. */
export async function packInspection(saved: SavedInspection): Promise<Blob> {
  const files: Zippable = { 'picture.png': [new Uint8Array(await saved.picture.arrayBuffer()), { level: 0 }] };
  const maps = saved.maps.map(({ result: { map, ...result }, ...others }, index) => {
    const file = `map-${index + 1}-${result.method.replaceAll(/[^a-z0-9-]/gi, '')}.npy`;
    files[file] = writeNpy(map.shape, map.values);
    return { ...others, result: { ...result, map: { shape: map.shape, file } } };
  });
  const { picture: _, ...facts } = saved;
  files['inspection.json'] = strToU8(JSON.stringify({ program: 'Innerview', version, ...facts, maps }, null, 1));
  return new Blob([zipSync(files) as Uint8Array<ArrayBuffer>], { type: 'application/zip' });
}

/** @throws AppError 'format-malformed' for a file that is no saved inspection */
export function unpackInspection(bytes: Uint8Array): SavedInspection {
  let declared = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ originalSize }) => {
        declared += originalSize;
        if (declared > largestBytes) throw new AppError('format-too-large', `more than ${largestBytes} bytes`);
        return true;
      },
    });
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : new AppError('format-malformed', 'not a zip of a saved inspection', false, { cause: thrown });
  }
  const json = files['inspection.json'];
  const picture = files['picture.png'];
  if (json === undefined || picture === undefined) throw new AppError('format-malformed', 'the zip holds no inspection.json with its picture.png');
  try {
    return readFacts(JSON.parse(strFromU8(json)), picture, files);
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : new AppError('format-malformed', `inspection.json: ${String(thrown)}`, false, { cause: thrown });
  }
}

interface StoredMap extends Omit<SavedMap, 'result'> {
  readonly result: Omit<ExplainResult, 'map'> & { readonly map: { readonly shape: readonly number[]; readonly file: string } };
}

function readFacts(value: unknown, picture: Uint8Array, files: Readonly<Record<string, Uint8Array>>): SavedInspection {
  const facts = value as Omit<SavedInspection, 'picture' | 'maps'> & { readonly program?: unknown; readonly version?: unknown; readonly maps?: unknown };
  if (facts.program !== 'Innerview' || facts.version !== version) throw new AppError('format-malformed', `written by ${String(facts.program)}, version ${String(facts.version)}`);
  if (typeof facts.network !== 'string' || typeof facts.label !== 'string' || !Array.isArray(facts.maps) || facts.maps.length > 16) {
    throw new AppError('format-malformed', 'inspection.json does not say what it holds');
  }
  const maps = (facts.maps as readonly StoredMap[]).map(({ result, request, faithfulness, sanity }): SavedMap => {
    const { file, shape } = result.map;
    const bytes = Object.hasOwn(files, file) ? files[file] : undefined;
    const count = shape.reduce((product, size) => product * size, 1);
    if (bytes === undefined || bytes.byteLength < count * 4 || typeof request.method !== 'string') throw new AppError('format-malformed', `${file} is missing or cut off`);
    // Our own writer puts the values at the end, little endian.
    const values = new Float32Array(bytes.slice(bytes.byteLength - count * 4).buffer);
    return { request, faithfulness, sanity, result: { ...result, map: { shape, values } } };
  });
  return {
    network: facts.network, networkName: String(facts.networkName), savedAt: String(facts.savedAt), label: facts.label, mirror: facts.mirror === true,
    picture: new Blob([picture as Uint8Array<ArrayBuffer>], { type: 'image/png' }), maps,
  };
}
