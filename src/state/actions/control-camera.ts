import { changeView } from '../choices';
import { reportFailure } from '../failure';
import { camera, source, torchOn, zoom } from '../source-state';
import { applyMirror } from './show-source';

/** Mirrors the picture left to right, or no longer; the network sees what the person sees. */
export function toggleMirror(): void {
  const shown = source.peek();
  changeView({ mirror: shown?.mirror === true ? 'off' : 'on' });
  if (shown !== null) applyMirror(shown);
}

export async function toggleTorch(): Promise<void> {
  const wanted = !torchOn.peek();
  await guard(() => camera.peek()?.setTorch(wanted), () => { torchOn.value = wanted; });
}

export async function changeZoom(value: number): Promise<void> {
  await guard(() => camera.peek()?.setZoom(value), () => { zoom.value = value; });
}

/** Strength of the map over the picture, 0..1. */
export function changeOverlayOpacity(opacity: number): void {
  changeView({ overlayOpacity: Math.round(Math.min(1, Math.max(0, opacity)) * 100) / 100 });
}


async function guard(attempt: () => Promise<void> | undefined, succeed: () => void): Promise<void> {
  try {
    await attempt();
    succeed();
  } catch (thrown) {
    reportFailure(thrown);
  }
}
