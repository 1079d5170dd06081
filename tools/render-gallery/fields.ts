/** Signed distance fields: the shapes of the gallery. Negative inside; a field never overstates the distance by much. */

/** Distance from a point to a surface. */
export type Field = (x: number, y: number, z: number) => number;

/** A point of a lathe's outline: radius from the axis and height. */
export type ProfilePoint = readonly [radius: number, height: number];

export type Point = readonly [x: number, y: number, z: number];

export function sphereField(cx: number, cy: number, cz: number, radius: number): Field {
  return (x, y, z) => Math.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) - radius;
}

export function boxField(centre: Point, half: Point, rounding: number): Field {
  const [cx, cy, cz] = centre;
  const hx = half[0] - rounding, hy = half[1] - rounding, hz = half[2] - rounding;
  return (x, y, z) => {
    const qx = Math.abs(x - cx) - hx, qy = Math.abs(y - cy) - hy, qz = Math.abs(z - cz) - hz;
    const ox = Math.max(qx, 0), oy = Math.max(qy, 0), oz = Math.max(qz, 0);
    return Math.sqrt(ox * ox + oy * oy + oz * oz) + Math.min(Math.max(qx, qy, qz), 0) - rounding;
  };
}

/** A rod from `a` to `b` whose radius runs from `radiusA` to `radiusB`. */
export function rodField(a: Point, b: Point, radiusA: number, radiusB: number): Field {
  const [ax, ay, az] = a;
  const bx = b[0] - ax, by = b[1] - ay, bz = b[2] - az;
  const inverse = 1 / (bx * bx + by * by + bz * bz);
  return (x, y, z) => {
    const px = x - ax, py = y - ay, pz = z - az;
    const t = Math.min(1, Math.max(0, (px * bx + py * by + pz * bz) * inverse));
    return Math.sqrt((px - bx * t) ** 2 + (py - by * t) ** 2 + (pz - bz * t) ** 2) - (radiusA + (radiusB - radiusA) * t);
  };
}

/** A tube of varying radius along a smooth curve (Catmull-Rom) through the points, for handles, spouts and legs. */
export function tubeField(path: readonly (readonly [x: number, y: number, z: number, radius: number])[], piecesPerSpan: number): Field {
  const points = resamplePath(path, piecesPerSpan);
  const count = points.length, lastSpan = path.length - 2;
  const flat = Float64Array.from(points.flat());
  const spans = path.slice(0, -1).map((_point, span) => Float64Array.from([0, 1, 2, 3].flatMap((axis) => spanCoefficients(path, span, axis))));
  const [cx, cy, cz, reach] = enclose(points);
  return (x, y, z) => {
    // Far away the sphere around the whole tube is near enough, and much cheaper than its pieces.
    const outside = Math.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) - reach;
    if (outside > 0.25) return outside;
    let nearest = 1e9, where = 0;
    for (let index = 0; index + 1 < count; index += 1) {
      const at = index * 4;
      const ax = flat[at]!, ay = flat[at + 1]!, az = flat[at + 2]!, ar = flat[at + 3]!;
      const bx = flat[at + 4]! - ax, by = flat[at + 5]! - ay, bz = flat[at + 6]! - az;
      const px = x - ax, py = y - ay, pz = z - az;
      let t = (px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz);
      t = t < 0 ? 0 : t > 1 ? 1 : t;
      const dx = px - bx * t, dy = py - by * t, dz = pz - bz * t;
      const distance = Math.sqrt(dx * dx + dy * dy + dz * dz) - (ar + (flat[at + 7]! - ar) * t);
      if (distance < nearest) {
        nearest = distance;
        where = (index + t) / piecesPerSpan;
      }
    }
    if (nearest > 0.08) return nearest;
    // Near the surface the straight pieces would show as rings in the highlights: one Newton step finds the place on the curve itself.
    const span = Math.min(lastSpan, Math.floor(where)), c = spans[span]!;
    let t = where - span;
    const gx = curve(c, 0, t) - x, gy = curve(c, 4, t) - y, gz = curve(c, 8, t) - z;
    const sx = slope(c, 0, t), sy = slope(c, 4, t), sz = slope(c, 8, t);
    t = Math.min(1, Math.max(0, t - (gx * sx + gy * sy + gz * sz) / (sx * sx + sy * sy + sz * sz)));
    return Math.sqrt((curve(c, 0, t) - x) ** 2 + (curve(c, 4, t) - y) ** 2 + (curve(c, 8, t) - z) ** 2) - curve(c, 12, t);
  };
}

function curve(c: Float64Array, at: number, t: number): number {
  return c[at]! + t * (c[at + 1]! + t * (c[at + 2]! + t * c[at + 3]!));
}

function slope(c: Float64Array, at: number, t: number): number {
  return c[at + 1]! + t * (2 * c[at + 2]! + 3 * t * c[at + 3]!);
}

/** Coefficients of the Catmull-Rom polynomial of one span, one axis, constant first. */
function spanCoefficients(path: readonly (readonly number[])[], span: number, axis: number): readonly [number, number, number, number] {
  const last = path.length - 1;
  const v0 = path[Math.max(0, span - 1)]![axis]!, v1 = path[span]![axis]!, v2 = path[span + 1]![axis]!, v3 = path[Math.min(last, span + 2)]![axis]!;
  return [v1, (v2 - v0) / 2, (2 * v0 - 5 * v1 + 4 * v2 - v3) / 2, (3 * v1 - v0 - 3 * v2 + v3) / 2];
}

function enclose(points: readonly (readonly number[])[]): [number, number, number, number] {
  const centre = [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + point[axis]! / points.length, 0)) as [number, number, number];
  const reach = Math.max(...points.map((point) => Math.hypot(point[0]! - centre[0], point[1]! - centre[1], point[2]! - centre[2]) + point[3]!));
  return [...centre, reach];
}

/** Points of the curve through `path`, `piecesPerSpan` for each span. */
function resamplePath(path: readonly (readonly number[])[], piecesPerSpan: number): number[][] {
  const out: number[][] = [], axes = path[0]!.map((_value, axis) => axis);
  for (let span = 0; span + 1 < path.length; span += 1) {
    const coefficients = axes.map((axis) => spanCoefficients(path, span, axis));
    for (let piece = 0; piece < piecesPerSpan; piece += 1) {
      const t = piece / piecesPerSpan;
      out.push(coefficients.map(([a, b, c, d]) => a + t * (b + t * (c + t * d))));
    }
  }
  out.push([...path.at(-1)!]);
  return out;
}

/** Turns a closed outline (from the axis, round, and back to the axis) about the y axis; `smooth` bends it to a spline first. */
export function latheField(outline: readonly ProfilePoint[], options: { readonly smooth?: boolean; readonly cells?: number } = {}): Field {
  const points = options.smooth ? resamplePath(outline, 10) : outline.map((point) => [...point]);
  const cells = options.cells ?? 200;
  let maxRadius = 0, minY = 1e9, maxY = -1e9;
  for (const [radius, height] of points) {
    maxRadius = Math.max(maxRadius, radius!);
    minY = Math.min(minY, height!);
    maxY = Math.max(maxY, height!);
  }
  const margin = 0.12 * Math.max(maxRadius, maxY - minY);
  const step = (Math.max(maxRadius, maxY - minY) + 2 * margin) / cells;
  const originY = minY - margin;
  const columns = Math.ceil((maxRadius + margin) / step) + 2, rows = Math.ceil((maxY - minY + 2 * margin) / step) + 2;
  const grid = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) grid[row * columns + column] = polygonDistance(points, column * step, originY + row * step);
  }
  const inverse = 1 / step, lastColumn = columns - 1.001, lastRow = rows - 1.001;
  return (x, y, z) => {
    const r = Math.sqrt(x * x + z * z) * inverse, h = (y - originY) * inverse;
    const cr = r > lastColumn ? lastColumn : r, ch = h < 0 ? 0 : h > lastRow ? lastRow : h;
    const column = cr | 0, row = ch | 0, fr = cr - column, fh = ch - row, at = row * columns + column;
    const low = grid[at]! + (grid[at + 1]! - grid[at]!) * fr;
    const high = grid[at + columns]! + (grid[at + columns + 1]! - grid[at + columns]!) * fr;
    const inside = low + (high - low) * fh;
    if (cr === r && ch === h) return inside;
    return inside + Math.sqrt((r - cr) ** 2 + (h - ch) ** 2) * step * 0.7;
  };
}

function polygonDistance(points: readonly (readonly number[])[], px: number, py: number): number {
  let squared = 1e18, inside = false;
  for (let index = 0, previous = points.length - 1; index < points.length; previous = index, index += 1) {
    const ax = points[previous]![0]!, ay = points[previous]![1]!, bx = points[index]![0]!, by = points[index]![1]!;
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
    // The edge along the axis is no surface, only where the outline closes.
    if (ax === 0 && bx === 0) continue;
    const ex = bx - ax, ey = by - ay, length = ex * ex + ey * ey;
    const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * ex + (py - ay) * ey) / length));
    squared = Math.min(squared, (px - ax - ex * t) ** 2 + (py - ay - ey * t) ** 2);
  }
  return (inside ? -1 : 1) * Math.sqrt(squared);
}

export function union(...fields: readonly Field[]): Field {
  return (x, y, z) => {
    let nearest = 1e9;
    for (const field of fields) nearest = Math.min(nearest, field(x, y, z));
    return nearest;
  };
}

/** Union whose seam is rounded over a width of about `blend`. */
export function blendUnion(blend: number, a: Field, b: Field): Field {
  return (x, y, z) => {
    const da = a(x, y, z), db = b(x, y, z);
    const h = Math.max(blend - Math.abs(da - db), 0) / blend;
    return Math.min(da, db) - h * h * blend * 0.25;
  };
}

export function intersection(a: Field, b: Field): Field {
  return (x, y, z) => Math.max(a(x, y, z), b(x, y, z));
}

export function move(field: Field, dx: number, dy: number, dz: number): Field {
  return (x, y, z) => field(x - dx, y - dy, z - dz);
}

/** A change of coordinates from the world to an object that was turned (about x, then y, then z) and then moved. */
export function placement(angles: Point, offset: Point): (x: number, y: number, z: number, out: Float64Array) => void {
  const [ca, sa] = [Math.cos(angles[0]), Math.sin(angles[0])];
  const [cb, sb] = [Math.cos(angles[1]), Math.sin(angles[1])];
  const [cc, sc] = [Math.cos(angles[2]), Math.sin(angles[2])];
  return (x, y, z, out) => {
    const px = x - offset[0], py = y - offset[1], pz = z - offset[2];
    const x1 = cc * px + sc * py, y1 = cc * py - sc * px;
    const x2 = cb * x1 - sb * pz, z2 = cb * pz + sb * x1;
    out[0] = x2;
    out[1] = ca * y1 + sa * z2;
    out[2] = ca * z2 - sa * y1;
  };
}

/** The field of an object that was turned and moved. */
export function place(field: Field, angles: Point, offset: Point): Field {
  const toLocal = placement(angles, offset);
  const local = new Float64Array(3);
  return (x, y, z) => {
    toLocal(x, y, z, local);
    return field(local[0]!, local[1]!, local[2]!);
  };
}
