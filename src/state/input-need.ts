import { computed } from '@preact/signals-core';
import { source } from './source-state';
import { network } from './worker-state';

/** What the network on screen needs instead of what is open, in words; null: they fit. */
export const inputNeed = computed<string | null>(() => {
  const card = network.value?.card;
  if (card === undefined) return null;
  const shown = source.value;
  return describeInputNeed(card.input.channels, shown?.arrayShape?.[2] ?? (shown === null ? null : 'picture'));
});

/**
 * @param wanted  input channels of the network
 * @param given  channels of the open array, `picture` for anything with colours, null for nothing
 */
export function describeInputNeed(wanted: number, given: number | 'picture' | null): string | null {
  const array = `a .npy or .npz array with ${wanted === 1 ? '1 channel' : `${wanted} channels`}`;
  if (typeof given === 'number') {
    if (given === wanted || (wanted <= 3 && wanted !== 2 && given <= 3 && given !== 2)) return null;
    return `This network takes ${wanted === 1 ? '1 channel' : `${wanted} channels`}; the open array has ${given}. Open ${array}${wanted === 1 || wanted === 3 ? ', or a picture' : ''}.`;
  }
  if (wanted === 1 || wanted === 3) return null;
  return `This network looks at ${wanted} channels, and a picture has 3. Open ${array} to see it work.`;
}
