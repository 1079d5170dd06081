import type { ExplanationDescription } from '../contract/explanations';
import { rangeOf } from '../contract/map-plane';
import type { ExplanationTarget } from '../contract/session-spec';
import { describeTarget } from './describe-target';
import { formatValue } from './format-value';
import { methodOf, planeOfMap, judgeMap, type InspectedMap } from './inspection';
import { classes } from './worker-state';

/** What is explained, in words, with the classes of the network on screen. */
export function nameTarget(target: ExplanationTarget, topIndex: number | null): string {
  return describeTarget(target, topIndex, classes.peek());
}

/** How many steps of how many, how well the sum fits, how sure the mean is: whatever the method says of itself. */
export function describeNote(map: InspectedMap): string {
  const note = map.result?.note ?? map.note;
  if (note === null || note === undefined) return '';
  const parts: string[] = [];
  if (note.steps !== null) {
    const all = note.steps.done >= note.steps.of;
    parts.push(all ? `${note.steps.of} steps` : `approximate: ${note.steps.done} of ${note.steps.of} steps`);
  }
  if (note.completenessGap !== undefined) parts.push(`completeness gap ${formatValue(note.completenessGap)}`);
  if (note.standardError !== undefined) parts.push(`standard error ${formatValue(note.standardError)}`);
  return parts.join(' · ');
}

/** The values on screen, from the least to the greatest; where colours were added up, also those of single colours. */
export function describeValues(map: InspectedMap): string {
  const plane = planeOfMap(map);
  if (map.result === null || plane === null) return '';
  const { min, max } = rangeOf(plane.values);
  const channels = map.result.map.shape[2] ?? 1;
  const single = channels === 1 ? '' : ` (single ${channels === 3 ? 'colours' : 'channels'} ${formatValue(map.result.min)} to ${formatValue(map.result.max)})`;
  return `${formatValue(min)} to ${formatValue(max)}${single}`;
}

/** How exact the map is, in words; nothing where the method computes in one go. */
export function describeExactness(map: InspectedMap): readonly string[] {
  const note = map.result?.note ?? map.note;
  const gap = note?.completenessGap;
  const error = note?.standardError;
  return [
    ...(gap === undefined ? [] : [`The parts should add up to the difference from the baseline; they miss it by ${formatValue(gap)} (completeness gap). More steps make it smaller.`]),
    ...(error === undefined ? [] : [`It is a sample: made again with other random numbers, a value would move by about ${formatValue(error)} (standard error).`]),
  ];
}

/** What is true of the map as a whole; '' where the picture says it. */
export function describeVerdict(map: InspectedMap): string {
  const plane = planeOfMap(map);
  if (plane === null || map.phase !== 'done') return '';
  const target = nameTarget(map.request.target, map.result?.targetIndex ?? null);
  const signed = methodOf(map)?.signed ?? false;
  switch (judgeMap(plane)) {
    case 'not-a-number': return 'Some values are not numbers: the computation overflowed. Do not read this map.';
    case 'no-positive-evidence': return signed ? `No positive evidence for ${target}: everything here speaks against it.` : `No positive evidence for ${target} in this layer.`;
    case 'flat': return 'The same value everywhere: this map points at nothing.';
    case 'ok': return '';
  }
}

/** What the colours mean. */
export function describeSigns(method: ExplanationDescription): string {
  if (method.pixel === 'strongest') return 'Bright: a small change here would change the score most. It does not say in which direction.';
  return method.signed ? 'Orange speaks for it, blue against it, dark says nothing.' : 'Bright: evidence for it. What speaks against it is left out.';
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

/** The caption of a saved picture: everything another person needs to make it again. */
export function writeCaption(map: InspectedMap, networkName: string): string {
  const method = methodOf(map);
  const { result, request } = map;
  if (method === null || result === null) return '';
  const settings = Object.entries(request.parameters).map(([name, value]) => `${name} ${String(value)}`);
  return [
    `${method.name} (${method.paper.authors} ${method.paper.year}) for ${nameTarget(request.target, result.targetIndex)}, score ${formatValue(result.score)}`,
    [`Network ${networkName}`, ...(result.layer === null ? [] : [`layer ${result.layer}`]), ...settings, describeNote(map)].filter((part) => part !== '').join(' · '),
    `Values ${describeValues(map)}`,
  ].join('\n');
}
