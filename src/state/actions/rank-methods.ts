import { toErrorReport } from '../../contract/errors';
import type { WorkerEvent } from '../../contract/events';
import type { ExplanationDescription } from '../../contract/explanations';
import type { JobId } from '../../contract/ids';
import type { FaithfulnessResult } from '../../contract/jobs';
import type { ExplanationTarget } from '../../contract/session-spec';
import { reportFailure } from '../failure';
import { methods } from '../inspection';
import { spanOf } from '../judge-curves';
import { isOfOtherPicture, whenPictureIsSeen } from '../picture-seen';
import { curvePasses, curveSteps, findJudgedMap, isSlow, ranking, slowMethods, sortRanking, type Ranking } from '../ranking';
import { getRuntime } from '../runtime';

/** One ranking from the asking to the end. Whatever an earlier one still hears of its jobs must not touch a later one. */
interface Run {
  /** One name for all maps of a run: the worker keeps only the last of them beside the person's own. */
  readonly mapJob: JobId;
  readonly judgeJob: JobId;
  /** Passes of all methods, of those that are finished, and of the map and the curves of the one that is being judged. */
  passes: { readonly all: number; readonly done: number; readonly map: number; readonly curves: number };
}

let lastNumber = 0;
/** The run that fills the table; null: none does. */
let current: Run | null = null;

function beginRun(allPasses: number): Run {
  lastNumber += 1;
  const mapJob = `ranking-${lastNumber}`;
  current = { mapJob, judgeJob: `${mapJob}-faithfulness`, passes: { all: allPasses, done: 0, map: 0, curves: 0 } };
  return current;
}

/** Judges every quick method that is defined for this network on the frame on screen, one after the other; slow ones stay where they were measured. */
export async function rankMethods(target: ExplanationTarget): Promise<void> {
  const kept = measuredRows(target, ({ method }) => methods.peek().some((entry) => entry.id === method && isSlow(entry)));
  await judge(target, methods.peek().filter((method) => method.unsupported === null
    && (!isSlow(method) || ([...kept.rows, ...kept.refused].every((entry) => entry.method !== method.id) && findJudgedMap(method, target) !== null))), kept);
}

/** Adds the slow methods to the table that is there. */
export async function rankSlowMethods(): Promise<void> {
  const found = ranking.peek();
  if (found !== null) await judge(found.target, slowMethods.peek(), measuredRows(found.target, () => true));
}

type Measured = Pick<Ranking, 'rows' | 'refused' | 'random' | 'sequence' | 'targetIndex'>;

/** What was measured on this picture for this target; nothing where there is none. */
function measuredRows(target: ExplanationTarget, keeps: (entry: { readonly method: string }) => boolean): Measured {
  const found = ranking.peek();
  const isOfThis = found !== null && JSON.stringify(found.target) === JSON.stringify(target) && found.sequence !== null && !isOfOtherPicture(found.sequence);
  return isOfThis ? { ...found, rows: found.rows.filter(keeps), refused: found.refused.filter(keeps) } : { rows: [], refused: [], random: null, sequence: null, targetIndex: null };
}

async function judge(target: ExplanationTarget, candidates: readonly ExplanationDescription[], before: Measured): Promise<void> {
  if (ranking.peek()?.phase === 'running') return;
  const { supervisor } = getRuntime();
  let measured = before;
  const run = beginRun(candidates.reduce((sum, { cost }) => sum + cost + curvePasses, before.random === null ? curvePasses : 0));
  const isOver = (): boolean => current !== run;
  const show = (phase: Ranking['phase'], method: string | null, left: number): void => {
    const { all, done } = run.passes;
    ranking.value = { ...measured, rows: sortRanking(measured.rows), phase, target, current: method, left, atWork: false, fraction: all === 0 ? 0 : Math.min(1, done / all) };
  };
  const end = (phase: 'done' | 'cancelled'): void => {
    current = null;
    show(phase, null, 0);
    supervisor.cancelJob(run.mapJob).catch(reportFailure);
  };
  const add = (method: string, { areas, deletion, insertion }: FaithfulnessResult, hasRandom: boolean): void => {
    const random = hasRandom ? { deletion: areas.randomDeletion, insertion: areas.randomInsertion } : null;
    measured = { ...measured, rows: [...measured.rows, { method, deletion: areas.deletion, insertion: areas.insertion, span: spanOf(deletion, insertion) }], random: measured.random ?? random };
  };
  show('running', null, candidates.length);
  await whenPictureIsSeen();
  for (const [index, method] of candidates.entries()) {
    if (isOver()) return;
    const needsRandom = measured.random === null;
    run.passes = { ...run.passes, map: method.cost, curves: needsRandom ? 2 * curvePasses : curvePasses };
    show('running', method.id, candidates.length - index);
    try {
      const judgedMap = findJudgedMap(method, target);
      if (judgedMap?.result != null && judgedMap.faithfulness?.result != null) {
        measured = { ...measured, sequence: measured.sequence ?? judgedMap.result.sequence, targetIndex: measured.targetIndex ?? judgedMap.result.targetIndex };
        add(method.id, judgedMap.faithfulness.result, judgedMap.faithfulness.result.randomDeletion.length > 0);
      } else {
        const made = await supervisor.runJob(run.mapJob, { kind: 'explain', method: method.id, target, layer: null, parameters: {} });
        if (isOver()) return;
        if (made.kind !== 'explain') continue;
        measured = { ...measured, sequence: measured.sequence ?? made.sequence, targetIndex: measured.targetIndex ?? made.targetIndex };
        // Rows of two pictures cannot be compared.
        if (isOfOtherPicture(measured.sequence ?? made.sequence)) break;
        // The curves stand in the line anew, behind what was asked for meanwhile.
        const shown = ranking.peek();
        if (shown !== null) ranking.value = { ...shown, atWork: false };
        const judged = await supervisor.runJob(run.judgeJob, { kind: 'faithfulness', of: run.mapJob, steps: curveSteps, random: needsRandom });
        if (isOver()) return;
        if (judged.kind !== 'faithfulness') continue;
        add(method.id, judged, needsRandom);
      }
    } catch (thrown) {
      if (isOver()) return;
      const { code, detail } = toErrorReport(thrown);
      if (code !== 'explain-unsupported') {
        end('cancelled');
        // Of a cancel or a change of network nothing is shown.
        reportFailure(thrown);
        return;
      }
      // A flat map has no order: the table says so, and does not offer the method again for this picture.
      measured = { ...measured, refused: [...measured.refused, { method: method.id, reason: detail }] };
    }
    run.passes = { ...run.passes, done: run.passes.done + run.passes.map + run.passes.curves, map: 0, curves: 0 };
  }
  if (!isOver()) end(measured.sequence !== null && isOfOtherPicture(measured.sequence) ? 'cancelled' : 'done');
}

/** How far the method is that is being judged. */
export function receiveRankingEvent({ job, fraction }: Extract<WorkerEvent, { readonly kind: 'job' }>): void {
  const found = ranking.peek();
  if (found?.phase !== 'running' || current === null || (job !== current.mapJob && job !== current.judgeJob) || current.passes.all === 0) return;
  const { all, done, map, curves } = current.passes;
  ranking.value = { ...found, atWork: fraction > 0, fraction: Math.min(1, (done + (job === current.mapJob ? fraction * map : map + fraction * curves)) / all) };
}

/** Ends the run at once; what it has measured stays in the table. */
export function stopRanking(): void {
  const run = current;
  const found = ranking.peek();
  if (run === null || found?.phase !== 'running') return;
  current = null;
  ranking.value = { ...found, phase: 'cancelled', current: null, left: 0, atWork: false };
  for (const job of [run.mapJob, run.judgeJob]) getRuntime().supervisor.cancelJob(job).catch(reportFailure);
}
