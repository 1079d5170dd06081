import { toErrorReport } from '../../contract/errors';
import type { JobId } from '../../contract/ids';
import type { ExplanationTarget } from '../../contract/session-spec';
import { reportFailure } from '../failure';
import { methods } from '../inspection';
import { ranking, sortRanking, type RankedMethod } from '../ranking';
import { getRuntime } from '../runtime';
import { drawn } from '../worker-state';

/** Methods that need more passes than this are left out: the table would take minutes. */
const mostPasses = 120;
/** Fewer parts than for one map: the order among methods shows earlier than the exact area. */
const steps = 24;

let number = 0;
let current: JobId | null = null;
let stopped = false;

/** Judges every quick method that is defined for this network on the frame on screen, one after the other. */
export async function rankMethods(target: ExplanationTarget): Promise<void> {
  const { supervisor } = getRuntime();
  const candidates = methods.peek().filter(({ unsupported, cost }) => unsupported === null && cost <= mostPasses);
  const rows: RankedMethod[] = [];
  let random: { readonly deletion: number; readonly insertion: number } | null = null;
  stopped = false;
  const show = (phase: 'running' | 'done' | 'cancelled', method: string | null, left: number): void => {
    ranking.value = {
      phase, target, sequence: drawn.peek()?.sequence ?? 0, rows: sortRanking(rows), current: method, left,
      random,
    };
  };
  for (const [index, { id }] of candidates.entries()) {
    if (stopped) break;
    show('running', id, candidates.length - index);
    try {
      current = `rank-${(number += 1)}`;
      const of = current;
      await supervisor.runJob(of, { kind: 'explain', method: id, target, layer: null, parameters: {} });
      current = `${of}-faithfulness`;
      const judged = await supervisor.runJob(current, { kind: 'faithfulness', of, steps, random: random === null });
      if (judged.kind !== 'faithfulness') continue;
      rows.push({ method: id, deletion: judged.areas.deletion, insertion: judged.areas.insertion });
      random ??= { deletion: judged.areas.randomDeletion, insertion: judged.areas.randomInsertion };
    } catch (thrown) {
      const { code } = toErrorReport(thrown);
      if (code === 'cancelled' || code === 'superseded') stopped = true;
      else if (code !== 'explain-unsupported') {
        show('cancelled', null, 0);
        reportFailure(thrown);
        return;
      }
    }
  }
  current = null;
  show(stopped ? 'cancelled' : 'done', null, 0);
}

export function stopRanking(): void {
  stopped = true;
  if (current !== null) getRuntime().supervisor.cancelJob(current).catch(reportFailure);
}
