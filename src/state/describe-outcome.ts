import type { FaithfulnessResult } from '../contract/jobs';
import { describeVerdict } from './describe-map';
import { followsPicture, methods, type InspectedMap, type TaskPhase, type TrustCheck } from './inspection';
import { judgeCurves } from './judge-curves';
import { findFlatSpan, type Ranking } from './ranking';
import { nameInspectedMap } from './removed-maps';

/** All that runs in the inspection, at one moment. */
export interface Works {
  readonly maps: readonly InspectedMap[];
  readonly ranking: Ranking | null;
}

/** What came of one work, in words. A later outcome with the same key takes its place while nobody has heard it. */
export interface Outcome {
  readonly key: string;
  readonly text: string;
}

/** What ended between two moments, for whoever does not see it. What failed is an alert where it stands, and not among these. */
export function listOutcomes(before: Works, now: Works): readonly Outcome[] {
  return [...now.maps.flatMap((map) => {
    const was = before.maps.find(({ id }) => id === map.id);
    return was === undefined ? [] : listOutcomesOf(was, map);
  }), ...outcomeOfRanking(before.ranking, now.ranking)];
}

function ended(before: TaskPhase | undefined, now: TaskPhase | undefined): 'done' | 'cancelled' | null {
  return before === 'running' && (now === 'done' || now === 'cancelled') ? now : null;
}

function listOutcomesOf(was: InspectedMap, map: InspectedMap): readonly Outcome[] {
  const name = nameInspectedMap(map);
  const outcomes: Outcome[] = [];
  const phase = ended(was.phase, map.phase);
  if (phase === 'cancelled') outcomes.push({ key: map.id, text: `${name}: stopped.` });
  if (phase === 'done') {
    const verdict = describeVerdict(map);
    // All quick maps follow each stroke of a brush: one sentence for them.
    const follows = was.result !== null && followsPicture(map) && verdict === '';
    outcomes.push(follows ? { key: 'again', text: 'Maps made again.' } : { key: map.id, text: `${name}: done.${verdict === '' ? '' : ` ${verdict}`}` });
  }
  outcomes.push(...outcomeOfCheck(`Deletion and insertion of ${name}`, was.faithfulness, map.faithfulness, describeCurves));
  outcomes.push(...outcomeOfCheck(`Sanity check of ${name}`, was.sanity, map.sanity, ({ dependsOnWeights }) => (dependsOnWeights ? 'the map changes when the network forgets.' : 'the map hardly changes when the network forgets.')));
  return outcomes;
}

function outcomeOfCheck<Result>(name: string, was: TrustCheck<Result> | null, check: TrustCheck<Result> | null, describe: (result: Result) => string): readonly Outcome[] {
  const phase = ended(was?.phase, check?.phase);
  if (phase === 'cancelled') return [{ key: name, text: `${name}: stopped.` }];
  return phase === 'done' && check?.result != null ? [{ key: name, text: `${name}: ${describe(check.result)}` }] : [];
}

function describeCurves(result: FaithfulnessResult): string {
  if (!Object.values(result.areas).every(Number.isFinite)) return 'some values are not numbers, so the curves say nothing.';
  const { deletion, insertion } = judgeCurves(result);
  return deletion.words === insertion.words ? `${deletion.words}, both ways.` : `Deletion: ${deletion.words}. Insertion: ${insertion.words}.`;
}

function outcomeOfRanking(before: Ranking | null, now: Ranking | null): readonly Outcome[] {
  const phase = ended(before?.phase, now?.phase);
  if (phase === null) return [];
  // Where the curves have nothing to follow, the rows stand in no order.
  const first = now === null || findFlatSpan(now.rows) !== null ? undefined : now.rows[0];
  const best = first === undefined ? '' : ` ${methods.peek().find(({ id }) => id === first.method)?.name ?? first.method} comes first.`;
  return [{ key: 'ranking', text: phase === 'done' ? `Ranking done.${best}` : 'Ranking stopped.' }];
}
