/** Which way a camera looks. `unknown`: desktop cameras and browsers that do not say. */
export type CameraFacing = 'environment' | 'user' | 'unknown';

export interface CameraDevice {
  readonly deviceId: string;
  /** Empty until the permission was given. */
  readonly label: string;
  readonly facing: CameraFacing;
}

export interface CameraAbilities {
  readonly torch: boolean;
  /** Null: the track cannot zoom. */
  readonly zoom: { readonly min: number; readonly max: number; readonly step: number; readonly value: number } | null;
}

/** An open camera: owns its MediaStream until `close`. */
export interface OpenCamera {
  readonly device: CameraDevice;
  readonly stream: MediaStream;
  readonly abilities: CameraAbilities;
  /** @throws AppError 'camera-failed' when the track refuses */
  setTorch(on: boolean): Promise<void>;
  /** @throws AppError 'camera-failed' when the track refuses */
  setZoom(zoom: number): Promise<void>;
  /** The camera was unplugged or taken away: the stream is over. @returns unsubscribe */
  onEnded(listener: () => void): () => void;
  /** True while the system withholds pictures (a call came in, the lid is shut). @returns unsubscribe */
  onMutedChange(listener: (muted: boolean) => void): () => void;
  /** Stops the tracks; the light goes out. Idempotent. */
  close(): void;
}

export interface OpenCameraOptions {
  /** The person's choice; a device that is gone falls back to `facing`. */
  readonly deviceId?: string | null;
  /** Default: the rear camera first. A preference, never a demand: desktops have neither. */
  readonly facing?: 'environment' | 'user';
}
