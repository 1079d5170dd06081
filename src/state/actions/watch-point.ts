import type { PointQuery } from '../../contract/api';
import { reportFailure } from '../failure';
import { getRuntime } from '../runtime';
import { point } from '../worker-state';

/** Reads the value under the crosshair with every frame; null stops it. */
export function watchPoint(query: PointQuery | null): void {
  if (query === null) point.value = null;
  getRuntime().supervisor.watchPoint(query).catch(reportFailure);
}
