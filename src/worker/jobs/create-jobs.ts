import { createExecutor } from '../../engine/executor';
import type { WorkerEvent } from '../../contract/events';
import type { FrameLoop } from '../frame-loop';
import type { LiveNetwork } from '../live-network';
import type { LiveSession } from '../live-session';
import type { Scheduler } from '../scheduler';
import type { Tier } from '../tier';
import { createJobRunner } from './job-runner';
import type { JobRunner } from './job-runner';
import { openJobs } from './open-job';

/** The jobs of one network on screen. */
export function createJobs(
  scheduler: Scheduler, tier: Tier, network: LiveNetwork, session: LiveSession, loop: FrameLoop, post: (event: WorkerEvent) => void,
): JobRunner {
  return createJobRunner({
    loop, post, now: () => scheduler.now(), yieldToMessages: () => scheduler.yieldToMessages(), copyFrame: () => session.copyFrame(),
    finish: () => tier.finish(), readValues: (input) => tier.readValues(input),
    open: openJobs({ executor: network.executor, createExecutor, readValues: (tensor) => tier.readValues(tensor), now: () => scheduler.now() }),
  });
}
