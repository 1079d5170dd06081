import { programVersion } from '../contract/program';
import { colourRangeOf, describeColourRange, type ColourScale } from './colours-of-map';
import { describeColours, layerOf, settingsOf } from './describe-map';
import { methodOf, planeOfMap, type InspectedMap } from './inspection';
import { writeJson } from './measured-numbers';
import { nameNetworkOf, nameTargetOf, networkOf } from './name-map';
import { takeTurns } from './take-turns';

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

/** Values that are written out in one turn of the window. */
const turnValues = 20_000;

/** Everything about the map in words and numbers, its values too; numbers that are none as words. @param scale  the colours on screen @throws Error where there is no map */
export async function encodeMapJson(map: InspectedMap, scale: ColourScale): Promise<Blob> {
  const { result } = map;
  const facts = collectMapFacts(map, scale);
  if (result === null || facts === null) throw new Error('there is no map yet');
  const { shape, values } = result.map;
  const parts = [`${writeJson(facts, 1).slice(0, -2)},\n "map": { "shape": ${JSON.stringify(shape)}, "values": [\n`];
  for (let start = 0; start < values.length; start += turnValues) {
    parts.push(start === 0 ? '' : ',\n', writeJson([...values.subarray(start, start + turnValues)]).slice(1, -1));
    await takeTurns();
  }
  return new Blob([...parts, '\n] }\n}\n'], { type: 'application/json' });
}
