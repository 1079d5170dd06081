import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import { createSupervisor } from './supervisor';
import type { SupervisorStatus } from './supervisor';
import { createFakeClock, createFakeConnections, createFakeVisibility, settlePromises } from './testing.fixture';

export const crashed = new AppError('worker-crashed', 'boom', true);
export const ready = (backend: 'webgpu' | 'wasm'): WorkerEvent => ({ kind: 'ready', backend, why: 'test', threads: 1 });
export const drawn: WorkerEvent = { kind: 'drawn', sequence: 1, capturedAtMs: 0, drawnAtMs: 0 };

/** A supervisor whose workers, clock and page are doubles. */
export function start() {
  const clock = createFakeClock();
  const visibility = createFakeVisibility();
  const workers = createFakeConnections();
  const supervisor = createSupervisor({ openConnection: workers.open, clock, visibility, nowMs: () => 0 });
  const events: WorkerEvent[] = [];
  const statuses: SupervisorStatus[] = [];
  supervisor.onEvent((event) => events.push(event));
  supervisor.onStatus((status) => statuses.push(status));
  return { clock, visibility, workers, supervisor, events, statuses };
}

/** Handshake, spec, first frame: a worker that runs. */
export async function bringUp(parts: ReturnType<typeof start>, backend: 'webgpu' | 'wasm' = 'webgpu'): Promise<void> {
  parts.workers.last.ready();
  await settlePromises();
  parts.workers.last.emit(ready(backend));
  parts.workers.last.finishApply();
  parts.workers.last.emit(drawn);
  await settlePromises();
}
