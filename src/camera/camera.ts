import { AppError } from '../contract/errors';
import { classifyCameraError } from './camera-errors';
import type { CameraAbilities, CameraDevice, CameraFacing, OpenCamera, OpenCameraOptions } from './camera.interface';

/** Torch and zoom are in every phone's Chromium and in no standard library file yet. */
interface PhoneCapabilities {
  readonly torch?: boolean | readonly boolean[];
  readonly zoom?: { readonly min?: number; readonly max?: number; readonly step?: number };
}

const rememberedKey = 'innerview.camera';
/** More pixels than this only cost transfer time: the network sees a small square. */
const idealWidthPx = 1280;
const idealHeightPx = 720;

/**
 * Asks for a camera and opens it: the chosen device, else the one that looks the preferred way, else any.
 *
 * @returns an open camera, owned by the caller until `close`
 * @throws AppError 'camera-insecure' | 'camera-denied' | 'camera-missing' | 'camera-busy' | 'camera-failed'
 */
export async function openCamera(options: OpenCameraOptions = {}): Promise<OpenCamera> {
  // Absent on insecure origins in every browser, so its absence is the test.
  const media = (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices;
  if (media === undefined || typeof media.getUserMedia !== 'function') {
    throw new AppError('camera-insecure', 'navigator.mediaDevices is absent: not a secure origin');
  }
  const stream = await requestStream(media, options);
  const track = stream.getVideoTracks()[0];
  if (track === undefined) {
    stopStream(stream);
    throw new AppError('camera-missing', 'the stream has no video track');
  }
  // The list names the device that really opened, with its label, now that there is permission.
  const devices = await listCameras().catch(() => []);
  return wrapTrack(stream, track, devices);
}

/** Every camera there is; labels are empty until the permission was given. Never throws for a missing API: then the list is empty. */
export async function listCameras(): Promise<readonly CameraDevice[]> {
  const media = (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices;
  if (media === undefined || typeof media.enumerateDevices !== 'function') return [];
  const devices = await media.enumerateDevices();
  return devices.filter((device) => device.kind === 'videoinput')
    .map((device) => ({ deviceId: device.deviceId, label: device.label, facing: guessFacing(device.label) }));
}

/** Told when a camera is plugged in or out. @returns unsubscribe */
export function onCameraListChange(listener: () => void): () => void {
  const media = (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices;
  if (media === undefined) return () => undefined;
  media.addEventListener('devicechange', listener);
  return () => media.removeEventListener('devicechange', listener);
}

/** The camera the person chose last, or null. */
export function readRememberedCamera(): string | null {
  try {
    return localStorage.getItem(rememberedKey);
  } catch {
    // Storage is forbidden in some private windows; the choice is then made anew each time.
    return null;
  }
}

/** Keeps the person's choice for the next visit; null forgets it. */
export function rememberCamera(deviceId: string | null): void {
  try {
    if (deviceId === null) localStorage.removeItem(rememberedKey);
    else localStorage.setItem(rememberedKey, deviceId);
  } catch {
    // As above: without storage nothing is remembered, which harms nobody.
  }
}

/** Which way a camera looks, from the words systems put in labels. */
export function guessFacing(label: string): CameraFacing {
  if (/\b(back|rear|environment|world|rück|arrière|trasera)/i.test(label)) return 'environment';
  if (/\b(front|user|selfie|facetime|vorder|avant|frontal)/i.test(label)) return 'user';
  return 'unknown';
}

async function requestStream(media: MediaDevices, options: OpenCameraOptions): Promise<MediaStream> {
  const size = { width: { ideal: idealWidthPx }, height: { ideal: idealHeightPx } };
  const facing = { ...size, facingMode: { ideal: options.facing ?? 'environment' } };
  const deviceId = options.deviceId ?? null;
  try {
    if (deviceId === null) return await media.getUserMedia({ audio: false, video: facing });
    try {
      return await media.getUserMedia({ audio: false, video: { ...size, deviceId: { exact: deviceId } } });
    } catch (thrown) {
      // The remembered camera is gone: any other one is better than a dead page.
      if (classifyCameraError(thrown).code !== 'camera-missing') throw thrown;
      return await media.getUserMedia({ audio: false, video: facing });
    }
  } catch (thrown) {
    throw classifyCameraError(thrown);
  }
}

function wrapTrack(stream: MediaStream, track: MediaStreamTrack, devices: readonly CameraDevice[]): OpenCamera {
  const settings = track.getSettings();
  const listed = devices.find((device) => device.deviceId === settings.deviceId);
  const facing = readFacing(settings.facingMode) ?? listed?.facing ?? guessFacing(track.label);
  const endedListeners = new Set<() => void>();
  const mutedListeners = new Set<(muted: boolean) => void>();
  let closed = false;
  const handleEnded = (): void => { if (!closed) for (const listener of [...endedListeners]) listener(); };
  const handleMute = (): void => { for (const listener of [...mutedListeners]) listener(true); };
  const handleUnmute = (): void => { for (const listener of [...mutedListeners]) listener(false); };
  track.addEventListener('ended', handleEnded);
  track.addEventListener('mute', handleMute);
  track.addEventListener('unmute', handleUnmute);
  return {
    device: { deviceId: settings.deviceId ?? '', label: listed?.label || track.label, facing },
    stream,
    abilities: readAbilities(track),
    setTorch: (on) => applyPhoneConstraint(track, { torch: on }),
    setZoom: (zoom) => applyPhoneConstraint(track, { zoom }),
    onEnded: (listener) => {
      endedListeners.add(listener);
      return () => endedListeners.delete(listener);
    },
    onMutedChange: (listener) => {
      mutedListeners.add(listener);
      return () => mutedListeners.delete(listener);
    },
    close: () => {
      if (closed) return;
      closed = true;
      track.removeEventListener('ended', handleEnded);
      track.removeEventListener('mute', handleMute);
      track.removeEventListener('unmute', handleUnmute);
      stopStream(stream);
    },
  };
}

function readFacing(mode: string | undefined): CameraFacing | null {
  return mode === 'environment' || mode === 'user' ? mode : null;
}

function readAbilities(track: MediaStreamTrack): CameraAbilities {
  // Firefox had no getCapabilities before 132.
  const capabilities = (typeof track.getCapabilities === 'function' ? track.getCapabilities() : {}) as PhoneCapabilities;
  const settings = track.getSettings() as { readonly zoom?: number };
  const torch = Array.isArray(capabilities.torch) ? capabilities.torch.includes(true) : capabilities.torch === true;
  const { min, max, step } = capabilities.zoom ?? {};
  const zoom = min !== undefined && max !== undefined && max > min
    ? { min, max, step: step ?? (max - min) / 20, value: settings.zoom ?? min } : null;
  return { torch, zoom };
}

async function applyPhoneConstraint(track: MediaStreamTrack, constraint: { torch?: boolean; zoom?: number }): Promise<void> {
  try {
    await track.applyConstraints({ advanced: [constraint as MediaTrackConstraintSet] });
  } catch (thrown) {
    throw new AppError('camera-failed', `applyConstraints(${JSON.stringify(constraint)}): ${String(thrown)}`, true, { cause: thrown });
  }
}

function stopStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
