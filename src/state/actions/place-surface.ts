import type { SurfaceId } from '../../contract/ids';
import type { SurfaceLayout } from '../../contract/stage-layout';
import { reportFailure } from '../failure';
import { getRuntime } from '../runtime';

let count = 0;

/** A name no other canvas of this page has or had. */
export function nameSurface(purpose: string): SurfaceId {
  count += 1;
  return `${purpose}-${count}`;
}

/** Hands a canvas to the worker; resolves when it draws there. */
export async function attachSurface(surface: SurfaceId, canvas: OffscreenCanvas, layout: SurfaceLayout): Promise<void> {
  await getRuntime().supervisor.attachSurface(surface, canvas, layout).catch(reportFailure);
}

export async function layoutSurface(surface: SurfaceId, layout: SurfaceLayout): Promise<void> {
  await getRuntime().supervisor.layoutSurface(surface, layout).catch(reportFailure);
}

export function detachSurface(surface: SurfaceId): void {
  getRuntime().supervisor.detachSurface(surface).catch(reportFailure);
}
