import { describeTarget } from './describe-target';
import type { InspectedMap } from './inspection';
import { classes, network } from './worker-state';

/** Its network is on screen, so that class numbers and layers mean there what they mean for the map. */
function isOfShownNetwork(map: InspectedMap): boolean {
  return map.network === (network.value?.network ?? '');
}

/** What a map explains, in the words of the network that made it: never with the classes of another one. */
export function nameTargetOf(map: InspectedMap): string {
  const { request, result, origin } = map;
  if (isOfShownNetwork(map)) return describeTarget(request.target, result?.targetIndex ?? null, classes.value);
  return origin?.targetName ?? describeTarget(request.target, result?.targetIndex ?? null, []);
}

/** The name of the network that made a map; its id where nobody said. */
export function nameNetworkOf(map: InspectedMap): string {
  return (isOfShownNetwork(map) ? network.value?.card.name : map.origin?.networkName) ?? map.network;
}
