import { toErrorReport } from '../../contract/errors';
import type { JobId } from '../../contract/ids';
import type { ExplanationTarget } from '../../contract/session-spec';
import { reportFailure } from '../failure';
import { methods } from '../inspection';
import { isOfOlderPicture, whenPictureIsSeen } from '../picture-seen';
import { ranking, sortRanking, type RankedMethod, type Ranking } from '../ranking';
import { getRuntime } from '../runtime';

/** Methods that need more passes than this are left out: the table would take minutes. */
const mostPasses = 120;
/** Fewer parts than for one map: the order among methods shows earlier than the exact area. */
const steps = 24;

/** One name for all maps of a ranking: the worker keeps only the last of them beside the person's own. */
const mapJob: JobId = 'ranking';
const judgeJob: JobId = 'ranking-faithfulness';

let stopped = false;

/** Judges every quick method that is defined for this network on the frame on screen, one after the other. */
export async function rankMethods(target: ExplanationTarget): Promise<void> {
  if (ranking.peek()?.phase === 'running') return;
  const { supervisor } = getRuntime();
  const candidates = methods.peek().filter(({ unsupported, cost }) => unsupported === null && cost <= mostPasses);
  const rows: RankedMethod[] = [];
  let random: Ranking['random'] = null;
  let sequence: number | null = null;
  let targetIndex: number | null = null;
  stopped = false;
  const show = (phase: Ranking['phase'], current: string | null, left: number): void => {
    ranking.value = { phase, target, targetIndex, sequence, rows: sortRanking(rows), random, current, left };
  };
  await whenPictureIsSeen();
  for (const [index, { id }] of candidates.entries()) {
    if (stopped) break;
    show('running', id, candidates.length - index);
    try {
      const made = await supervisor.runJob(mapJob, { kind: 'explain', method: id, target, layer: null, parameters: {} });
      if (made.kind !== 'explain') continue;
      sequence ??= made.sequence;
      targetIndex ??= made.targetIndex;
      // Rows of two pictures cannot be compared.
      if (isOfOlderPicture(sequence)) break;
      const judged = await supervisor.runJob(judgeJob, { kind: 'faithfulness', of: mapJob, steps, random: random === null });
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
  // Of another network by now: nothing of it is shown.
  if (ranking.peek() === null) return;
  show(stopped || (sequence !== null && isOfOlderPicture(sequence)) ? 'cancelled' : 'done', null, 0);
  supervisor.cancelJob(mapJob).catch(reportFailure);
}

export function stopRanking(): void {
  if (ranking.peek()?.phase !== 'running') return;
  stopped = true;
  for (const job of [mapJob, judgeJob]) getRuntime().supervisor.cancelJob(job).catch(reportFailure);
}
