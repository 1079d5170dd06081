import type { ParameterDescription } from '../contract/explanations';
import type { JobNote } from '../contract/jobs';
import { programVersion } from '../contract/program';
import type { ExplanationTarget } from '../contract/session-spec';
import { findFiniteRange } from '../contract/value-range';
import { describeColourRange, type ColourRange } from './colours-of-map';
import { describeTarget } from './describe-target';
import { formatValue } from './format-value';
import { isOfShownNetwork, methodOf, planeOfMap, judgeMap, resultShown, showsEarlierMap, type InspectedMap } from './inspection';
import { captionName } from './layer-names';
import { describeAllZero, describeNothingPositive, describeSigns, type ExplainedScore } from './map-meanings';
import { nameNetworkOf, nameTargetOf, networkOf } from './name-map';
import { classes } from './worker-state';

/** What is explained, in words, with the classes of the network on screen. */
export function nameTarget(target: ExplanationTarget, topIndex: number | null): string {
  return describeTarget(target, topIndex, classes.peek());
}

/** What the last computation said of itself: while a map is made again that is no longer what the finished one said. */
function noteOf({ phase, result, note }: InspectedMap): JobNote | null {
  return phase === 'done' ? result?.note ?? note : note;
}

/** How many steps of how many, how well the sum fits, how sure the mean is: whatever the method says of itself. */
export function describeNote(map: InspectedMap): string {
  const note = noteOf(map);
  if (note === null) return '';
  const parts: string[] = [];
  if (note.steps !== null) {
    const all = note.steps.done >= note.steps.of;
    parts.push(all ? `${note.steps.of} steps` : `approximate: ${note.steps.done} of ${note.steps.of} steps`);
  }
  if (note.completenessGap !== undefined) parts.push(`completeness gap ${formatValue(note.completenessGap)}`);
  if (note.standardError !== undefined) parts.push(`standard error ${formatValue(note.standardError)}`);
  return parts.join(' · ');
}

/** Why a map that was stopped looks as it does. */
export function describeStop(map: InspectedMap): string {
  if (planeOfMap(map) === null) return 'Stopped.';
  return showsEarlierMap(map) ? 'Stopped; the map from before is shown.' : 'Stopped; this is what there was.';
}

/** The layer of the map on screen, as far as it is known before the result says it; null: it has none. */
export function layerOf(map: InspectedMap): string | null {
  const shown = resultShown(map);
  if (shown !== null && shown.layer !== null) return shown.layer;
  if (methodOf(map)?.choosesLayer !== true) return null;
  if (map.request.layer !== null) return map.request.layer;
  // Before a unit another layer is the last one.
  return map.request.target.kind === 'unit' ? null : networkOf(map)?.explanationLayer ?? null;
}

/** Layer, steps and exactness of the map on screen, in one line; while it is made the steps stand beside the progress. */
export function describeFacts(map: InspectedMap): string {
  const layer = layerOf(map);
  return [layer === null ? '' : `layer ${captionName(layer)}`, map.phase === 'running' || showsEarlierMap(map) ? '' : describeNote(map)].filter((part) => part !== '').join(' · ');
}

/** The odds of a class are told in bits; the score of a unit or of a difference has no such unit. */
function measuresOdds({ request: { method, target } }: InspectedMap): boolean {
  return method === 'prediction-difference' && (target.kind === 'top' || target.kind === 'class');
}

/** The values on screen, from the least to the greatest; where colours were added up, also those of single colours. */
export function describeValues(map: InspectedMap): string {
  const plane = planeOfMap(map);
  const shown = map.partial ?? map.result?.map ?? null;
  if (shown === null || plane === null) return '';
  const whole = plane.values.every(Number.isFinite);
  if (!whole && !plane.values.some(Number.isFinite)) return 'none is a number';
  const { min, max } = findFiniteRange(plane.values);
  const words = `${formatValue(min)} to ${formatValue(max)}${whole ? '' : ' where they are numbers'}`;
  const channels = shown.shape[2] ?? 1;
  // Where a pixel has one value, there is nothing that was added up.
  if (channels === 1 || methodOf(map)?.pixel === 'only') return `${words}${measuresOdds(map) ? ' bits' : ''}`;
  const single = (whole ? resultShown(map) : null) ?? findFiniteRange(shown.values);
  return `${words} (single ${channels === 3 ? 'colours' : 'channels'} ${formatValue(single.min)} to ${formatValue(single.max)})`;
}

/** How exact the map is, in words; nothing where the method computes in one go. */
export function describeExactness(map: InspectedMap): readonly string[] {
  const note = noteOf(map);
  const gap = note?.completenessGap;
  const error = note?.standardError;
  return [
    ...(gap === undefined ? [] : [`The parts should add up to the difference from the baseline; they miss it by ${formatValue(gap)} (completeness gap).${note?.steps == null ? '' : ' More steps make it smaller.'}`]),
    ...(error === undefined ? [] : [`It is a sample: made again with other random numbers, a value would move by about ${formatValue(error)} (standard error).`]),
  ];
}

/** What is true of the map on screen as a whole, also of the one from before; '' where the picture says it, or where it is not finished. */
export function describeVerdict(map: InspectedMap): string {
  const plane = planeOfMap(map);
  const method = methodOf(map);
  if (plane === null || method === null || (map.phase !== 'done' && !showsEarlierMap(map))) return '';
  switch (judgeMap(plane)) {
    case 'not-a-number': return 'Some values are not numbers: the computation overflowed. Do not read this map.';
    case 'all-zero': return describeAllZero(method, nameTargetOf(map), explainedBy(map));
    case 'nothing-positive': return describeNothingPositive(method, nameTargetOf(map), explainedBy(map));
    case 'flat': return 'The same value everywhere: this map points at nothing.';
    case 'ok': return '';
  }
}

/** What a map explains, for the words that depend on it. */
export function explainedBy(map: InspectedMap): ExplainedScore {
  return { target: map.request.target.kind, score: resultShown(map)?.score ?? null, keepsScore: settingsOf(map).score === 'logit' };
}

/** What the colours of the map on screen mean; '' where its method is not known. */
export function describeColours(map: InspectedMap): string {
  const method = methodOf(map);
  return method === null ? '' : describeSigns(method, explainedBy(map));
}

/** What kind of number the explained score is, in words; '' where nobody knows. */
export function describeScore(map: InspectedMap): string {
  const { target } = map.request;
  const own = networkOf(map);
  const ofProbability = own?.scoresAreProbabilities === true;
  switch (target.kind) {
    case 'unit': return target.y === undefined ? 'the channel’s mean value' : 'the unit’s value';
    case 'difference': return own === null ? 'a difference of two scores' : ofProbability ? 'a difference of two probabilities' : 'a difference of two scores, before the percentages';
    case 'top': case 'class': return own === null ? '' : ofProbability ? 'the probability itself' : 'before the percentages';
  }
}

/** Why a map cannot be checked here; '' where it can. @param check  curves follow the probability of a class; a map of a unit has none */
export function describeHindrance(map: InspectedMap, check: 'faithfulness' | 'sanity'): string {
  if (check === 'faithfulness' && map.request.target.kind === 'unit') return 'The curves follow the probability of a class; this map explains a channel.';
  if (map.origin === null) return map.phase === 'done' ? '' : 'Only a finished map can be checked.';
  return isOfShownNetwork(map) ? 'This map came with a file. Make it again here, and it can be checked.' : 'This map came with a file, and the network that made it is not on screen: it cannot be made again or checked here.';
}

/** How long a map takes, in words, from the passes it needs and the time of one. */
export function describeCost(passes: number, forwardMs: number): string {
  const seconds = (passes * Math.max(1, forwardMs)) / 1000;
  return seconds < 0.5 ? 'Done at once' : `Takes ${describeDuration(seconds)}`;
}

/** `about 12 s`, `about 3 min`. */
export function describeDuration(seconds: number): string {
  return seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s` : `about ${Math.round(seconds / 60)} min`;
}

type Setting = number | string | boolean | null;

/** Every setting that was asked for, also those nobody touched; null: chosen from the picture. */
function settingsAskedOf(map: InspectedMap): Readonly<Record<string, Setting>> {
  const defaults = (methodOf(map)?.parameters ?? []).map((parameter) => [parameter.name, parameter.default] as const);
  return { ...Object.fromEntries(defaults), ...map.request.parameters };
}

/** Every setting that was in force, also those nobody touched, and what took the place of one that does not fit; null: chosen from the picture. */
export function settingsOf(map: InspectedMap): Readonly<Record<string, Setting>> {
  return { ...settingsAskedOf(map), ...noteOf(map)?.inForce };
}

function nameSetting(description: ParameterDescription | undefined, value: Setting): string {
  if (value === null) return 'from the picture';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return description?.kind === 'choice' ? description.choices.find((choice) => choice.value === value)?.label ?? String(value) : String(value);
}

/** The same in words, as they are called in the form. */
export function describeSettings(map: InspectedMap): readonly string[] {
  const parameters = methodOf(map)?.parameters ?? [];
  const asked = settingsAskedOf(map);
  return Object.entries(settingsOf(map)).map(([name, value]) => {
    const description = parameters.find((parameter) => parameter.name === name);
    const unfit = asked[name] === undefined || asked[name] === value ? '' : ` (${nameSetting(description, asked[name])} does not fit here)`;
    return `${description?.label ?? name}: ${nameSetting(description, value)}${unfit}`;
  });
}

/** The caption of a saved picture: everything another person needs to read it, and to make it again. @param range  the colours it is drawn with */
export function writeCaption(map: InspectedMap, range: ColourRange): string {
  const method = methodOf(map);
  const { result } = map;
  if (method === null || result === null) return '';
  const layer = layerOf(map);
  return [
    `${method.name} (${method.paper.authors} ${method.paper.year}, ${method.paper.equation}) for ${nameTargetOf(map)}, score ${formatValue(result.score)}`,
    [`Network ${nameNetworkOf(map)}`, ...(layer === null ? [] : [`layer ${layer}`]), ...describeSettings(map), describeNote(map)].filter((part) => part !== '').join(' · '),
    `Values ${describeValues(map)}. ${describeColourRange(range)}.`,
    describeColours(map),
    `Innerview ${programVersion}`,
  ].join('\n');
}
