import { AppError } from '../contract/errors';
import { isPlainPath } from '../contract/shelf-mirror';
import { isRecord, parseJson } from '../formats/json-access';

/** A weight file that a `model.json` names, with its length where the manifest tells it. */
export interface Shard {
  readonly path: string;
  readonly bytes: number | null;
}

const elementBytes: Readonly<Record<string, number>> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 };

/**
 * The weight files of a `model.json`, which nobody else lists; none where the file is of another format.
 *
 * @throws AppError 'format-malformed' when it is no model or names a file outside its folder
 */
export function listShards(path: string, bytes: Uint8Array | undefined): readonly Shard[] {
  if (bytes === undefined || !path.endsWith('.json')) return [];
  const model = parseJson(new TextDecoder().decode(bytes), path);
  const manifest = isRecord(model) ? model['weightsManifest'] : undefined;
  if (!Array.isArray(manifest)) throw new AppError('format-malformed', `${path} names no weights`);
  return manifest.flatMap((group: unknown): readonly Shard[] => {
    const paths: unknown = isRecord(group) ? group['paths'] : undefined;
    if (!isRecord(group) || !Array.isArray(paths)) throw new AppError('format-malformed', `${path}: a group of weights without files`);
    const names: readonly unknown[] = paths;
    return names.map((name) => {
      if (typeof name !== 'string' || !isPlainPath(name)) throw new AppError('format-malformed', `${path} names ${JSON.stringify(name)} as a file`);
      // Of several files of one group nobody says where one ends.
      return { path: name, bytes: names.length === 1 ? groupBytes(group['weights']) : null };
    });
  });
}

/** Length of one group's weights; null where something in it is not understood here (the importer will say so). */
function groupBytes(weights: unknown): number | null {
  if (!Array.isArray(weights) || weights.length === 0) return null;
  let sum = 0;
  for (const weight of weights as readonly unknown[]) {
    if (!isRecord(weight) || !Array.isArray(weight['shape'])) return null;
    const stored = isRecord(weight['quantization']) ? weight['quantization']['dtype'] : weight['dtype'];
    const size = typeof stored === 'string' ? elementBytes[stored] : undefined;
    if (size === undefined) return null;
    sum += (weight['shape'] as readonly unknown[]).reduce<number>((product, side) => product * Number(side), size);
  }
  return Number.isSafeInteger(sum) && sum > 0 ? sum : null;
}
