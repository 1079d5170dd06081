import type { Point } from './fields';
import { placement } from './fields';
import { cellNoise, fractalNoise, mix, smoothStep, valueNoise } from './noise';
import type { Material, Rgb, Surface } from './scene';

/** Reads a display colour such as `#c8502d` as linear light. */
export function colour(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

export function setColour(s: Surface, a: Rgb): void {
  s.r = a[0];
  s.g = a[1];
  s.b = a[2];
}

export function blendColour(s: Surface, a: Rgb, b: Rgb, t: number): void {
  s.r = mix(a[0], b[0], t);
  s.g = mix(a[1], b[1], t);
  s.b = mix(a[2], b[2], t);
}

export function scaleColour(s: Surface, factor: number): void {
  s.r *= factor;
  s.g *= factor;
  s.b *= factor;
}

/** Tilts the normal against the slope of `height`, to draw relief finer than the shape. */
export function addBump(s: Surface, x: number, y: number, z: number, strength: number, height: (x: number, y: number, z: number) => number): void {
  const e = 0.004, base = height(x, y, z);
  const nx = s.nx - ((height(x + e, y, z) - base) / e) * strength;
  const ny = s.ny - ((height(x, y + e, z) - base) / e) * strength;
  const nz = s.nz - ((height(x, y, z + e) - base) / e) * strength;
  const inverse = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
  s.nx = nx * inverse;
  s.ny = ny * inverse;
  s.nz = nz * inverse;
}

/** One colour; `shine` as in `Surface`. */
export function plain(base: Rgb, shine = 0, roughness = 0.3): Material {
  return (_x, _y, _z, s) => {
    setColour(s, base);
    s.shine = shine;
    s.roughness = roughness;
  };
}

export function metal(base: Rgb, roughness = 0.15): Material {
  return (_x, _y, _z, s) => {
    setColour(s, base);
    s.metal = true;
    s.shine = 0.85;
    s.roughness = roughness;
  };
}

/** Paints in the coordinates of an object that was turned and moved; the normal goes there and back with it. */
export function placed(material: Material, angles: Point, offset: Point): Material {
  const toLocal = placement(angles, offset), turn = placement(angles, [0, 0, 0]);
  const local = new Float64Array(3), columns = [new Float64Array(3), new Float64Array(3), new Float64Array(3)] as const;
  turn(1, 0, 0, columns[0]);
  turn(0, 1, 0, columns[1]);
  turn(0, 0, 1, columns[2]);
  const along = (s: Surface, column: Float64Array): number => s.nx * column[0]! + s.ny * column[1]! + s.nz * column[2]!;
  return (x, y, z, s) => {
    turn(s.nx, s.ny, s.nz, local);
    s.nx = local[0]!;
    s.ny = local[1]!;
    s.nz = local[2]!;
    toLocal(x, y, z, local);
    material(local[0]!, local[1]!, local[2]!, s);
    const nx = along(s, columns[0]), ny = along(s, columns[1]), nz = along(s, columns[2]);
    s.nx = nx;
    s.ny = ny;
    s.nz = nz;
  };
}

/** Boards along x: grain, knots of tone from board to board, dark joints. `scale` is the width of a board. */
export function woodBoards(light: Rgb, dark: Rgb, boardWidth: number, gloss = 0.03): Material {
  return (x, _y, z, s) => {
    const board = Math.floor(z / boardWidth);
    const across = z / boardWidth - board;
    const shift = valueNoise(board * 7.3, 1.5, 2.5) * 40;
    const warp = fractalNoise(x * 0.5 + shift, z * 2.2, board * 3.1, 3);
    const grain = fractalNoise(x * 1.3 + shift, z * 26 + warp * 9, 4.2, 4);
    const pores = fractalNoise(x * 7 + shift, z * 120, 8.8, 2);
    const tone = 0.55 * grain + 0.25 * valueNoise(board * 3.7, 9.1, 0.3) + 0.2 * warp;
    blendColour(s, light, dark, smoothStep(0.25, 0.8, tone));
    scaleColour(s, 0.86 + 0.2 * pores);
    const joint = smoothStep(0.0, 0.02, across) * smoothStep(1, 0.98, across);
    scaleColour(s, mix(0.35, 1, joint));
    s.shine = gloss;
    s.roughness = 0.32;
  };
}

/** Wood turned on a lathe or cut in rods: grain along the axis `along`. */
export function wood(light: Rgb, dark: Rgb, along: 'x' | 'y' | 'z', scale = 1, gloss = 0.035): Material {
  return (x, y, z, s) => {
    const [a, b, c] = along === 'x' ? [x, y, z] : along === 'y' ? [y, x, z] : [z, x, y];
    const warp = fractalNoise(a * 0.7 * scale, b * 2 * scale, c * 2 * scale, 3);
    const rings = Math.sqrt((b + 0.35) ** 2 + (c - 0.2) ** 2) * 14 * scale + warp * 5;
    const ring = 0.5 + 0.5 * Math.sin(rings * 2);
    const fibre = fractalNoise(a * 2.5 * scale, b * 34 * scale, c * 34 * scale, 3);
    blendColour(s, light, dark, Math.min(1, 0.45 * ring + 0.65 * fibre * fibre + 0.15 * warp));
    s.shine = gloss;
    s.roughness = 0.3;
  };
}

/** Woven cloth with a soft unevenness; `pitch` is the width of a thread. */
export function cloth(base: Rgb, shade: Rgb, pitch: number): Material {
  return (x, _y, z, s) => {
    const a = Math.sin((x * Math.PI) / pitch), b = Math.sin((z * Math.PI) / pitch);
    const weave = 0.5 + 0.5 * a * b;
    const uneven = fractalNoise(x * 1.2, z * 1.2, 3.3, 3);
    blendColour(s, base, shade, 0.35 * weave + 0.5 * smoothStep(0.3, 0.8, uneven));
  };
}

/** Matt paint with a barely visible unevenness, for studio grounds. */
export function studioGround(base: Rgb, unevenness = 0.1): Material {
  return (x, _y, z, s) => {
    setColour(s, base);
    scaleColour(s, 1 - unevenness / 2 + unevenness * fractalNoise(x * 0.9, z * 0.9, 1.7, 4));
  };
}

/** Polished stone with veins. */
export function stone(light: Rgb, vein: Rgb, scale: number): Material {
  return (x, _y, z, s) => {
    const warp = fractalNoise(x * scale, z * scale, 5.1, 4);
    const line = Math.abs(Math.sin((x * 0.8 + z * 1.1) * scale * 1.6 + warp * 9));
    blendColour(s, light, vein, 0.7 * (1 - smoothStep(0, 0.22, line)) + 0.25 * warp);
    scaleColour(s, 0.92 + 0.16 * valueNoise(x * 60, z * 60, 1));
    s.shine = 0.05;
    s.roughness = 0.12;
  };
}

/** Lawn seen from near: blades as stretched cells, uneven tone. */
export function grass(fresh: Rgb, shade: Rgb): Material {
  return (x, _y, z, s) => {
    const lean = fractalNoise(x * 0.8, z * 0.8, 2.2, 3);
    const blades = cellNoise((x + z * 0.4) * 26, lean * 3, (z - x * 0.3) * 9);
    const tufts = fractalNoise(x * 3.2, z * 3.2, 7.7, 3);
    blendColour(s, fresh, shade, Math.min(1, 0.75 * smoothStep(0.1, 0.75, blades) + 0.5 * smoothStep(0.4, 0.75, tufts)));
    scaleColour(s, 0.6 + 0.8 * lean);
    addBump(s, x, 0, z, 0.02, (px, _py, pz) => cellNoise((px + pz * 0.4) * 26, lean * 3, (pz - px * 0.3) * 9));
  };
}
