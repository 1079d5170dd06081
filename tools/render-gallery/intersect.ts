import type { Body, Scene, Surface } from './scene';

const SURFACE_THRESHOLD = 0.0006;
const NORMAL_STEP = 0.005;
const MAX_STEPS = 110;

/** The nearest surface along a ray: `body` null means the ground. */
export interface Hit {
  distance: number;
  body: Body | null;
}

/**
 * Marches to the nearest surface; false when the ray leaves the scene.
 *
 * Each body is marched only inside its own bounding sphere, and the ground is a plane, so that empty space costs nothing.
 */
export function findNearest(scene: Scene, ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, start: number, hit: Hit): boolean {
  let nearest = 1e9, found: Body | null = null, any = false;
  if (dy < -1e-6 && oy > 0) {
    const t = -oy / dy;
    if (t > start && t < scene.groundFade[1] * 3) {
      nearest = t;
      any = true;
    }
  }
  for (const body of scene.bodies) {
    const t = marchBody(body, ox, oy, oz, dx, dy, dz, start, nearest);
    if (t < nearest) {
      nearest = t;
      found = body;
      any = true;
    }
  }
  hit.distance = nearest;
  hit.body = found;
  return any;
}

/** Share of light that gets from a point to another at `distance`: 0 behind a body, less than 1 behind clear walls. */
export function transmit(scene: Scene, ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, distance: number): number {
  let share = 1;
  for (const body of scene.bodies) {
    if (body.shadowless) continue;
    const t = marchBody(body, ox, oy, oz, dx, dy, dz, 0.004, distance);
    if (t >= distance) continue;
    if (!body.clear) return 0;
    share *= 0.35 + 0.5 * body.clear[1];
  }
  return share;
}

function marchBody(body: Body, ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, start: number, limit: number): number {
  const [bx, by, bz, radius] = body.bound;
  const cx = ox - bx, cy = oy - by, cz = oz - bz;
  const half = cx * dx + cy * dy + cz * dz;
  const discriminant = half * half - (cx * cx + cy * cy + cz * cz - radius * radius);
  if (discriminant <= 0) return 1e9;
  const root = Math.sqrt(discriminant);
  const end = Math.min(limit, -half + root);
  let t = Math.max(start, -half - root);
  const field = body.field, wall = body.clear !== undefined;
  // A ray that starts on a surface is let go of it before it may hit again.
  for (let step = 0; step < MAX_STEPS && t < end; step += 1) {
    let distance = field(ox + dx * t, oy + dy * t, oz + dz * t);
    if (wall && distance < 0) distance = -distance;
    // A step that went too far is taken back.
    if (distance < SURFACE_THRESHOLD) return distance < 0 ? Math.max(start, t + distance) : t;
    t += distance * 0.95 + 0.0002;
  }
  return 1e9;
}

/** Sets the surface's normal from the slope of the field (four samples at the corners of a tetrahedron). */
export function findNormal(body: Body, x: number, y: number, z: number, surface: Surface): void {
  const e = NORMAL_STEP, field = body.field;
  const a = field(x + e, y - e, z - e), b = field(x - e, y - e, z + e), c = field(x - e, y + e, z - e), d = field(x + e, y + e, z + e);
  const nx = a - b - c + d, ny = -a - b + c + d, nz = -a + b - c + d;
  const inverse = 1 / (Math.sqrt(nx * nx + ny * ny + nz * nz) || 1);
  surface.nx = nx * inverse;
  surface.ny = ny * inverse;
  surface.nz = nz * inverse;
}

/** Distance to the nearest body that throws a shadow, for soft shadows and contact darkening. */
export function distanceToBodies(scene: Scene, x: number, y: number, z: number): number {
  let nearest = 1e9;
  for (const body of scene.bodies) {
    if (body.shadowless || body.clear) continue;
    const [bx, by, bz, radius] = body.bound;
    const outside = Math.sqrt((x - bx) ** 2 + (y - by) ** 2 + (z - bz) ** 2) - radius;
    if (outside > nearest) continue;
    nearest = Math.min(nearest, outside > 0.3 ? outside : body.field(x, y, z));
  }
  return nearest;
}
