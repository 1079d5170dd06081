import { normalise } from './lighting';
import type { Scene } from './scene';

/** Rays of one camera; pixel coordinates in [0, 1], y down; lens coordinates in the unit disc. */
export function createLens(scene: Scene): (px: number, py: number, lensX: number, lensY: number, ray: Float64Array) => void {
  const { position, target, fieldOfViewDegrees, apertureRadius } = scene.camera;
  const [fx, fy, fz] = normalise(target[0] - position[0], target[1] - position[1], target[2] - position[2]);
  const [rx, ry, rz] = normalise(-fz, 0, fx);
  const ux = ry * fz - rz * fy, uy = rz * fx - rx * fz, uz = rx * fy - ry * fx;
  const focus = Math.hypot(target[0] - position[0], target[1] - position[1], target[2] - position[2]);
  const spread = 2 * Math.tan((fieldOfViewDegrees * Math.PI) / 360);
  return (px, py, lensX, lensY, ray) => {
    const sx = (px - 0.5) * spread, sy = (0.5 - py) * spread;
    const ax = lensX * apertureRadius, ay = lensY * apertureRadius;
    const ox = rx * ax + ux * ay, oy = ry * ax + uy * ay, oz = rz * ax + uz * ay;
    const dx = (fx + rx * sx + ux * sy) * focus - ox, dy = (fy + ry * sx + uy * sy) * focus - oy, dz = (fz + rz * sx + uz * sy) * focus - oz;
    const inverse = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
    ray[0] = position[0] + ox;
    ray[1] = position[1] + oy;
    ray[2] = position[2] + oz;
    ray[3] = dx * inverse;
    ray[4] = dy * inverse;
    ray[5] = dz * inverse;
  };
}
