import type { CDPSession, Page } from 'playwright';

/** One task of the window's main thread. */
export interface WindowTask {
  /** From beginning to end, also while other processes had the processor. */
  readonly wallMs: number;
  /** What the window's own thread computed. */
  readonly ownMs: number;
  /** What took most of it, longest first, for the person who has to mend it. */
  readonly parts: readonly string[];
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly functionName?: string; readonly url?: string; readonly lineNumber?: number; readonly type?: string } };
}

const categories = ['disabled-by-default-devtools.timeline', 'devtools.timeline', 'toplevel', 'blink.user_timing', 'v8'];
const markName = 'innerview-window-tasks';
const minorMs = 2;

/**
 * Every task of the window while `work` runs, the longest by its own time first. Chromium's trace counts the thread's own
 * processor time as well, so that other work on the machine does not make a task look long.
 */
export async function traceWindowTasks(page: Page, work: () => Promise<void>): Promise<readonly WindowTask[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Tracing.start', { transferMode: 'ReturnAsStream', traceConfig: { recordMode: 'recordUntilFull', includedCategories: categories } });
  let events: readonly TraceEvent[] = [];
  try {
    // Says which of the traced threads is this window's.
    await page.evaluate((name) => { performance.mark(name); }, markName);
    await work();
  } finally {
    events = await endTrace(session);
    await session.detach();
  }
  return readTasks(events);
}

async function endTrace(session: CDPSession): Promise<readonly TraceEvent[]> {
  const complete = new Promise<string>((resolve) => { session.once('Tracing.tracingComplete', ({ stream }) => resolve(stream ?? '')); });
  await session.send('Tracing.end');
  const handle = await complete;
  const chunks: Buffer[] = [];
  for (;;) {
    const { data, eof, base64Encoded } = await session.send('IO.read', { handle, size: 2 ** 20 });
    chunks.push(Buffer.from(data, base64Encoded === true ? 'base64' : 'utf8'));
    if (eof) break;
  }
  await session.send('IO.close', { handle });
  return (JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readonly traceEvents: readonly TraceEvent[] }).traceEvents;
}

function readTasks(events: readonly TraceEvent[]): readonly WindowTask[] {
  const mark = events.find(({ name }) => name === markName);
  if (mark === undefined) throw new Error('The trace does not hold the window’s own mark.');
  const own = events.filter(({ pid, tid, ph, dur }) => pid === mark.pid && tid === mark.tid && ph === 'X' && dur !== undefined);
  const tasks = own.filter(({ name, tdur }) => name === 'RunTask' && tdur !== undefined);
  return tasks.map((task): WindowTask => {
    const wallMs = (task.dur ?? 0) / 1000;
    const ownMs = (task.tdur ?? 0) / 1000;
    return { wallMs, ownMs, parts: ownMs < 10 ? [] : listParts(task, own) };
  }).sort((a, b) => b.ownMs - a.ownMs);
}

function listParts(task: TraceEvent, events: readonly TraceEvent[]): readonly string[] {
  const end = task.ts + (task.dur ?? 0);
  return events.filter((event) => event !== task && event.ts >= task.ts && event.ts + (event.dur ?? 0) <= end && (event.tdur ?? 0) / 1000 > minorMs)
    .sort((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0)).slice(0, 10)
    .map(({ name, tdur, args }) => `${[name, args?.data?.type, args?.data?.functionName].filter((part) => part !== undefined && part !== '').join(' ')} ${((tdur ?? 0) / 1000).toFixed(0)}`);
}
