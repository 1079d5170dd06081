import type { ActivationReport, PointQuery } from '../contract/api';
import type { InputSpec } from '../contract/card';
import type { WorkerEvent } from '../contract/events';
import type { LayerId } from '../contract/ids';
import type { SessionSpec } from '../contract/session-spec';
import type { FrameSession } from './frame-loop';
import type { JobFrame } from './jobs/job-runner';
import type { LiveNetwork } from './live-network';
import type { Tier } from './tier';

/** One network's turn at the frames, with what the person chose. Owned by the visualizer; does not own tier or network. */
export interface LiveSession extends FrameSession {
  /** Takes effect with the next compute. */
  setSpec(spec: SessionSpec): void;
  watchPoint(point: PointQuery | null): void;
  /** For the input on screen. @throws AppError 'layer-unknown' | 'input-mismatch' (the network refused it) | 'internal' before the first frame */
  readActivation(layer: LayerId): Promise<ActivationReport>;
  /** How pixels become network input now: the card's way, or the one the person tries. */
  inputSpec(): InputSpec;
  /** The frame on screen, for a job: a copy, owned by the caller. @throws AppError 'input-mismatch' (the network refused it) | 'internal' before the first frame */
  copyFrame(): JobFrame;
  /** Compiles kernels and measures a forward pass, with an input of zeros. */
  warmUp(): Promise<void>;
  /** Resolves when no readback is under way, so that what is counted is what stays. */
  whenIdle(): Promise<void>;
}

export interface LiveSessionParts {
  readonly tier: Tier;
  readonly network: LiveNetwork;
  readonly spec: SessionSpec;
  readonly post: (event: WorkerEvent) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onError: (thrown: unknown) => void;
  readonly onReadEnd: () => void;
}
