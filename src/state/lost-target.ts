import { computed, signal } from '@preact/signals-core';
import type { LayerInfo, WorkerEvent } from '../contract/events';
import type { ExplanationTarget } from '../contract/session-spec';
import { changeSpec, spec } from './choices';
import { draft } from './inspection';
import { network } from './worker-state';

type NetworkFacts = Extract<WorkerEvent, { readonly kind: 'network' }>;

/** What was asked for and is not there, and the target that took its place. */
const lost = signal<{ readonly sentence: string; readonly instead: ExplanationTarget } | null>(null);

/** Why the top answer is explained and not what a link asked for; null: nothing was lost, or something was chosen since. */
export const lostTarget = computed(() => (lost.value?.instead === spec.value.target ? lost.value.sentence : null));

export function dismissLostTarget(): void {
  lost.value = null;
}

/** Explains the top answer where the link, or the draft of the inspection, names what the network on screen does not have; says so. */
export function dropMissingTarget(): void {
  const shown = network.peek();
  // A spec for a network that is still on its way is judged by that one.
  if (shown === null || shown.network !== spec.peek().network) return;
  const lack = findLack(spec.peek().target, shown);
  if (lack !== null) {
    const instead = { kind: 'top' } as const;
    changeSpec({ target: instead });
    lost.value = { sentence: `${shown.card.name} has ${lack}. The top answer is explained.`, instead };
  }
  if (findLack(draft.peek().target, shown) !== null) draft.value = { ...draft.peek(), target: { kind: 'top' } };
}

/** What of a target this network lacks, in words that follow 'has'; null: it has all of it. Layers that are folded away count: the worker knows them. */
export function findLack(target: ExplanationTarget, { card, layers, folded = [] }: Pick<NetworkFacts, 'card' | 'layers' | 'folded'>): string | null {
  const lacks = (index: number): boolean => index >= card.classes.length;
  switch (target.kind) {
    case 'top': return null;
    case 'class': return lacks(target.index) ? `no class ${target.index}` : null;
    case 'difference': {
      const missing = [target.index, target.against].find(lacks);
      if (missing !== undefined) return `no class ${missing}`;
      return target.index === target.against ? `nothing to tell class ${target.index} from itself` : null;
    }
    case 'unit': {
      const layer = layers.find(({ id }) => id === target.layer) ?? folded.find(({ id }) => id === target.layer);
      return layer === undefined ? `no layer “${target.layer}”` : findLackIn(layer, target);
    }
  }
}

function findLackIn({ id, shape: [height, width, channels] }: Pick<LayerInfo, 'id' | 'shape'>, { channel, y = 0, x = 0 }: Extract<ExplanationTarget, { readonly kind: 'unit' }>): string | null {
  if (channel >= channels) return `no channel ${channel} in ${id}`;
  return y >= height || x >= width ? `no row ${y}, column ${x} in ${id}` : null;
}
