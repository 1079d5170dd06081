import type { NetworkCard } from '../contract/card';
import { knownNetworks } from './network-page-known';

/** One network in the chart. */
export interface ChartEntry {
  readonly name: string;
  /** 0..1; null: nobody said. Then it has operations, but no height. */
  readonly top1: number | null;
  readonly flops: number;
  readonly parameters: number;
  /** `imagenet`: comparable with each other; `other`: judged by other pictures and classes. */
  readonly judgedOn: 'imagenet' | 'other';
  /** What it was judged on, in words. */
  readonly dataSet: string;
  readonly source: string | null;
  /** The network on screen. */
  readonly current: boolean;
}

const imageNet = 'ImageNet, 1000 classes';

/**
 * The network on screen among ours and the well-known ones, the current one last so that it is drawn on top.
 *
 * @param measured  operations and parameters of the network on screen as counted from its graph
 */
export function listChartEntries(
  cards: readonly NetworkCard[], current: NetworkCard, measured: { readonly flops: number; readonly parameters: number },
): readonly ChartEntry[] {
  const known = knownNetworks.map(({ name, year, top1, parameters, multiplyAdds, inputPx, source }): ChartEntry => ({
    name, top1, parameters, flops: 2 * multiplyAdds, judgedOn: 'imagenet', dataSet: `${imageNet}, ${inputPx} px, ${year}`, source, current: false,
  }));
  const others = cards.filter(({ id }) => id !== current.id).map((card) => entryOf(card, { flops: 2 * card.multiplyAdds, parameters: card.parameters }, false));
  return [...known, ...others, entryOf(current, measured, true)];
}

function entryOf(card: NetworkCard, measured: { readonly flops: number; readonly parameters: number }, current: boolean): ChartEntry {
  const [judged] = card.accuracy;
  const isImageNet = card.classes.length >= 1000 && /image\s?net/i.test(`${judged?.set ?? ''} ${card.data?.name ?? ''}`);
  return {
    name: card.name, top1: judged?.top1 ?? null, ...measured, judgedOn: isImageNet ? 'imagenet' : 'other',
    dataSet: judged === undefined ? 'accuracy not known' : isImageNet ? imageNet
      : `${card.classes.length} classes at ${card.input.width} px: ${card.data?.name ?? judged.set}`,
    source: judged === undefined ? null : card.origin?.source ?? card.data?.source ?? null, current,
  };
}
