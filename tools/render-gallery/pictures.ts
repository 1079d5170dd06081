import type { Scene } from './scene';
import { buildDigitEight, buildDigitFive, buildDigitThree } from './scenes/digits';
import { buildLemon, buildOrange } from './scenes/fruit';
import { buildBarrel, buildBucket, buildLadybird, buildMushroom } from './scenes/garden';
import { buildBeaker, buildHourglass, buildSodaBottle } from './scenes/glass';
import { buildEspresso, buildFryingPan, buildTeapot } from './scenes/kitchen';
import { buildCandle, buildLampshade } from './scenes/lamps';
import { buildAbacus, buildDumbbell } from './scenes/toys';

/** A still of the gallery. `shipped` is false for those the network does not name rightly with a margin. */
export interface Picture {
  readonly name: string;
  readonly title: string;
  readonly network: 'everyday' | 'digits';
  /** The class's name on the network's card. */
  readonly label: string;
  readonly shipped: boolean;
  readonly build: () => Scene;
}

export const PICTURES: readonly Picture[] = [
  { name: 'teapot', title: 'Teapot', network: 'everyday', label: 'teapot', shipped: true, build: buildTeapot },
  { name: 'orange', title: 'Orange', network: 'everyday', label: 'orange', shipped: true, build: buildOrange },
  { name: 'lemon', title: 'Lemon', network: 'everyday', label: 'lemon', shipped: true, build: buildLemon },
  { name: 'espresso', title: 'Espresso', network: 'everyday', label: 'espresso', shipped: true, build: buildEspresso },
  { name: 'frying-pan', title: 'Frying pan', network: 'everyday', label: 'frying pan', shipped: true, build: buildFryingPan },
  { name: 'hourglass', title: 'Hourglass', network: 'everyday', label: 'hourglass', shipped: true, build: buildHourglass },
  { name: 'beaker', title: 'Beaker', network: 'everyday', label: 'beaker', shipped: true, build: buildBeaker },
  { name: 'soda-bottle', title: 'Soda bottle', network: 'everyday', label: 'soda bottle', shipped: true, build: buildSodaBottle },
  { name: 'lampshade', title: 'Lampshade', network: 'everyday', label: 'lampshade', shipped: true, build: buildLampshade },
  { name: 'candle', title: 'Candle', network: 'everyday', label: 'candle', shipped: true, build: buildCandle },
  { name: 'bucket', title: 'Bucket', network: 'everyday', label: 'bucket', shipped: true, build: buildBucket },
  { name: 'barrel', title: 'Barrel', network: 'everyday', label: 'barrel', shipped: true, build: buildBarrel },
  { name: 'ladybird', title: 'Ladybird', network: 'everyday', label: 'ladybird (ladybug)', shipped: true, build: buildLadybird },
  { name: 'mushroom', title: 'Mushroom', network: 'everyday', label: 'mushroom', shipped: true, build: buildMushroom },
  { name: 'abacus', title: 'Abacus', network: 'everyday', label: 'abacus', shipped: true, build: buildAbacus },
  { name: 'dumbbell', title: 'Dumbbell', network: 'everyday', label: 'dumbbell', shipped: true, build: buildDumbbell },
  { name: 'digit-3', title: 'A handwritten 3', network: 'digits', label: 'three (3)', shipped: true, build: buildDigitThree },
  { name: 'digit-5', title: 'A handwritten 5', network: 'digits', label: 'five (5)', shipped: true, build: buildDigitFive },
  { name: 'digit-8', title: 'A handwritten 8', network: 'digits', label: 'eight (8)', shipped: true, build: buildDigitEight },
];

/** The picture of that name. Throws when there is none. */
export function findPicture(name: string): Picture {
  const picture = PICTURES.find((candidate) => candidate.name === name);
  if (!picture) throw new Error(`no picture is called ${name}`);
  return picture;
}
