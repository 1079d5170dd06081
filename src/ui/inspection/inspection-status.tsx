import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { listOutcomes, type Works } from '../../state/describe-outcome';
import { formatValue } from '../../state/format-value';
import { maps, methodOf, planeOfMap, valueAt } from '../../state/inspection';
import { restingPlace } from '../../state/place-report';
import { ranking } from '../../state/ranking';
import { describePlace, say, spoken } from './spoken';

/** Says to screen readers what came of a map, a check or the ranking, and where the crosshair rests. */
export function InspectionStatus() {
  useEffect(() => {
    let before: Works = { maps: maps.peek(), ranking: ranking.peek() };
    return effect(() => {
      const now: Works = { maps: maps.value, ranking: ranking.value };
      for (const outcome of listOutcomes(before, now)) say(outcome);
      before = now;
    });
  }, []);
  useEffect(() => effect(() => {
    const at = restingPlace.value;
    // Whoever points with a mouse sees it; a mouse that passes by is not worth a word.
    if (at === null || document.activeElement?.classList.contains('shared-crosshair') !== true) return;
    const values = maps.peek().flatMap((map) => {
      const plane = planeOfMap(map);
      return plane === null ? [] : [`${methodOf(map)?.name ?? map.request.method} ${formatValue(valueAt(plane, at))}`];
    });
    say({ key: 'place', text: `${describePlace(at)}${values.length === 0 ? '' : `: ${values.join(', ')}`}.` });
  }), []);
  return <div class="visually-hidden spoken" role="status"><p key={spoken.value.number}>{spoken.value.text}</p></div>;
}
