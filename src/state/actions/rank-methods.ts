import { toErrorReport } from '../../contract/errors';
import type { WorkerEvent } from '../../contract/events';
import type { ExplanationDescription } from '../../contract/explanations';
import type { JobId } from '../../contract/ids';
import type { ExplanationTarget } from '../../contract/session-spec';
import { reportFailure } from '../failure';
import { methods } from '../inspection';
import { isOfOlderPicture, whenPictureIsSeen } from '../picture-seen';
import { curvePasses, curveSteps, findJudgedMap, isSlow, ranking, slowMethods, sortRanking, type Ranking } from '../ranking';
import { getRuntime } from '../runtime';

/** One name for all maps of a ranking: the worker keeps only the last of them beside the person's own. */
const mapJob: JobId = 'ranking';
const judgeJob: JobId = 'ranking-faithfulness';

let stopped = false;

/** Passes of this run: all of them, those of the methods that are finished, and the map's and the curves' of the one that is being judged. */
let passes = { all: 0, done: 0, map: 0, curves: 0 };

/** Judges every quick method that is defined for this network on the frame on screen, one after the other; slow ones stay where they were measured. */
export async function rankMethods(target: ExplanationTarget): Promise<void> {
  const kept = measuredRows(target, ({ method }) => methods.peek().some((entry) => entry.id === method && isSlow(entry)));
  await judge(target, methods.peek().filter((method) => method.unsupported === null
    && (!isSlow(method) || (kept.rows.every((row) => row.method !== method.id) && findJudgedMap(method, target) !== null))), kept);
}

/** Adds the slow methods to the table that is there. */
export async function rankSlowMethods(): Promise<void> {
  const found = ranking.peek();
  if (found !== null) await judge(found.target, slowMethods.peek(), measuredRows(found.target, () => true));
}

type Measured = Pick<Ranking, 'rows' | 'random' | 'sequence' | 'targetIndex'>;

/** What was measured on this picture for this target; nothing where there is none. */
function measuredRows(target: ExplanationTarget, keeps: (row: Ranking['rows'][number]) => boolean): Measured {
  const found = ranking.peek();
  const isOfThis = found !== null && JSON.stringify(found.target) === JSON.stringify(target) && found.sequence !== null && !isOfOlderPicture(found.sequence);
  return isOfThis ? { ...found, rows: found.rows.filter(keeps) } : { rows: [], random: null, sequence: null, targetIndex: null };
}

async function judge(target: ExplanationTarget, candidates: readonly ExplanationDescription[], before: Measured): Promise<void> {
  if (ranking.peek()?.phase === 'running') return;
  const { supervisor } = getRuntime();
  let measured = before;
  stopped = false;
  passes = { all: candidates.reduce((sum, { cost }) => sum + cost + curvePasses, before.random === null ? curvePasses : 0), done: 0, map: 0, curves: 0 };
  const show = (phase: Ranking['phase'], current: string | null, left: number): void => {
    ranking.value = { ...measured, rows: sortRanking(measured.rows), phase, target, current, left, fraction: passes.all === 0 ? 0 : passes.done / passes.all };
  };
  const add = (method: string, areas: { readonly deletion: number; readonly insertion: number; readonly randomDeletion: number; readonly randomInsertion: number }, hasRandom: boolean): void => {
    const random = hasRandom ? { deletion: areas.randomDeletion, insertion: areas.randomInsertion } : null;
    measured = { ...measured, rows: [...measured.rows, { method, deletion: areas.deletion, insertion: areas.insertion }], random: measured.random ?? random };
  };
  show('running', null, candidates.length);
  await whenPictureIsSeen();
  for (const [index, method] of candidates.entries()) {
    if (stopped) break;
    const needsRandom = measured.random === null;
    passes = { ...passes, map: method.cost, curves: needsRandom ? 2 * curvePasses : curvePasses };
    show('running', method.id, candidates.length - index);
    try {
      const judgedMap = findJudgedMap(method, target);
      if (judgedMap?.result != null && judgedMap.faithfulness?.result != null) {
        measured = { ...measured, sequence: measured.sequence ?? judgedMap.result.sequence, targetIndex: measured.targetIndex ?? judgedMap.result.targetIndex };
        add(method.id, judgedMap.faithfulness.result.areas, judgedMap.faithfulness.result.randomDeletion.length > 0);
      } else {
        const made = await supervisor.runJob(mapJob, { kind: 'explain', method: method.id, target, layer: null, parameters: {} });
        if (made.kind !== 'explain') continue;
        measured = { ...measured, sequence: measured.sequence ?? made.sequence, targetIndex: measured.targetIndex ?? made.targetIndex };
        // Rows of two pictures cannot be compared.
        if (isOfOlderPicture(measured.sequence ?? made.sequence)) break;
        const judged = await supervisor.runJob(judgeJob, { kind: 'faithfulness', of: mapJob, steps: curveSteps, random: needsRandom });
        if (judged.kind !== 'faithfulness') continue;
        add(method.id, judged.areas, needsRandom);
      }
    } catch (thrown) {
      const { code } = toErrorReport(thrown);
      if (code === 'cancelled' || code === 'superseded') stopped = true;
      else if (code !== 'explain-unsupported') {
        show('cancelled', null, 0);
        reportFailure(thrown);
        return;
      }
    }
    passes = { ...passes, done: passes.done + passes.map + passes.curves, map: 0, curves: 0 };
  }
  // Of another network by now: nothing of it is shown.
  if (ranking.peek() === null) return;
  show(stopped || (measured.sequence !== null && isOfOlderPicture(measured.sequence)) ? 'cancelled' : 'done', null, 0);
  supervisor.cancelJob(mapJob).catch(reportFailure);
}

/** How far the method is that is being judged. */
export function receiveRankingEvent({ job, fraction }: Extract<WorkerEvent, { readonly kind: 'job' }>): void {
  const found = ranking.peek();
  if (found?.phase !== 'running' || (job !== mapJob && job !== judgeJob) || passes.all === 0) return;
  const own = job === mapJob ? fraction * passes.map : passes.map + fraction * passes.curves;
  ranking.value = { ...found, fraction: Math.min(1, (passes.done + own) / passes.all) };
}

export function stopRanking(): void {
  if (ranking.peek()?.phase !== 'running') return;
  stopped = true;
  for (const job of [mapJob, judgeJob]) getRuntime().supervisor.cancelJob(job).catch(reportFailure);
}
