import type { WorkerEvent } from '../contract/events';
import type { ExplainResult } from '../contract/jobs';
import { describeTarget } from './describe-target';
import { resultShown, type InspectedMap } from './inspection';
import { network } from './worker-state';

/** The network that made a map, where it is the one on screen: class numbers and layers of another one mean something else. */
export function networkOf(map: InspectedMap): Extract<WorkerEvent, { readonly kind: 'network' }> | null {
  const shown = network.value;
  return shown?.network === map.network ? shown : null;
}

/**
 * What a map explains, in the words of the network that made it: never with the classes of another one.
 *
 * @param result  whose target is named; the one on screen where it is left out
 */
export function nameTargetOf(map: InspectedMap, result: ExplainResult | null = resultShown(map)): string {
  const own = networkOf(map);
  const inWords = describeTarget(map.request.target, result?.targetIndex ?? null, own?.card.classes ?? []);
  return own === null ? map.origin?.targetName ?? inWords : inWords;
}

/** The name of the network that made a map; its id where nobody said. */
export function nameNetworkOf(map: InspectedMap): string {
  return networkOf(map)?.card.name ?? map.origin?.networkName ?? map.network;
}
