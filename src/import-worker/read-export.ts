import { strToU8, zipSync } from 'fflate';
import type { InputSpec, NetworkCard } from '../contract/card';
import { isRecord } from '../formats/json-access';
import type { KnownChoices } from './draft-report';

/**
 * A person's choices out of the `card.json` of an exported network. Not trusted: what does not fit is as if it were not there.
 */
export function readKnownChoices(text: string): KnownChoices | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A card that cannot be read only costs what was chosen before.
    return null;
  }
  if (!isRecord(value)) return null;
  const { name, input, classes, origin } = value;
  return {
    ...(typeof name === 'string' && name !== '' ? { name: name.slice(0, 200) } : {}),
    ...(isInput(input) ? { input } : {}),
    ...(Array.isArray(classes) && classes.every((label) => typeof label === 'string') ? { classes } : {}),
    ...(isRecord(origin) && typeof origin['labelled'] === 'boolean' ? { labelled: origin['labelled'] } : {}),
  };
}

/** A zip of a network's files and its card, which can be dropped in again; stored, not packed: weights do not shrink. */
export function zipNetwork(card: NetworkCard, files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const entries = new Map<string, Uint8Array>(files);
  entries.set('card.json', strToU8(`${JSON.stringify(card, null, 1)}\n`));
  return zipSync(Object.fromEntries(entries), { level: 0 });
}

function isInput(value: unknown): value is InputSpec {
  if (!isRecord(value)) return false;
  const { height, width, channels, mean, std, channelOrder } = value;
  const isCount = (number: unknown): boolean => typeof number === 'number' && Number.isInteger(number) && number > 0;
  return isCount(height) && isCount(width) && isCount(channels) && [mean, std].every((list) => Array.isArray(list) && list.every(Number.isFinite))
    && (channelOrder === undefined || channelOrder === 'rgb' || channelOrder === 'bgr');
}
