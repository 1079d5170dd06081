import { programVersion } from '../contract/program';
import { colourRangeOf, describeColourRange, type ColourScale } from './colours-of-map';
import { describeColours, layerOf, settingsOf } from './describe-map';
import { methodOf, planeOfMap, type InspectedMap } from './inspection';
import { nameNetworkOf, nameTargetOf, networkOf } from './name-map';

/** Everything about a finished map but its values, as plain JSON: enough to read it without the app. @param scale  the colours on screen; null where there is no map */
export function collectMapFacts(map: InspectedMap, scale: ColourScale): Readonly<Record<string, unknown>> | null {
  const method = methodOf(map);
  const plane = planeOfMap(map);
  const { result, request } = map;
  if (result === null || method === null || plane === null) return null;
  const card = networkOf(map)?.card ?? null;
  const range = colourRangeOf(plane, method, scale);
  return {
    program: 'Innerview', programVersion, network: map.network, networkName: nameNetworkOf(map),
    method: method.id, methodName: method.name, definition: method.definition, paper: method.paper, request, settings: settingsOf(map),
    target: nameTargetOf(map), score: result.score, targetIndex: result.targetIndex,
    classLabel: result.targetIndex === null ? null : card?.classes[result.targetIndex] ?? null,
    layer: layerOf(map), note: result.note, min: result.min, max: result.max,
    meaning: method.meaning, signConvention: describeColours(map), colours: { ...range, words: describeColourRange(range) },
    inputShape: result.inputShape, faithfulness: map.faithfulness?.result ?? null, sanity: map.sanity?.result ?? null,
  };
}
