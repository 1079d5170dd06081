import type { Field } from './fields';

export type Rgb = readonly [red: number, green: number, blue: number];

/** What the tracer needs to know about one point of a surface; filled in by a material. Mutable, one per tracer. */
export interface Surface {
  /** Albedo, linear. */
  r: number; g: number; b: number;
  /** Unit normal; a material may tilt it to draw bumps. */
  nx: number; ny: number; nz: number;
  /** Mirror reflection at normal incidence; 0 for matt, 0.04 for glaze, 0.5 and more for metal. */
  shine: number;
  /** 0 mirror, 1 dull. */
  roughness: number;
  /** True where reflections take the albedo's colour and nothing is scattered. */
  metal: boolean;
  /** Light given off, linear. */
  glowR: number; glowG: number; glowB: number;
}

/** Paints a point; `s` comes with the geometric normal and neutral values. */
export type Material = (x: number, y: number, z: number, s: Surface) => void;

export interface Body {
  readonly field: Field;
  readonly material: Material;
  /** A sphere around all of the body: centre and radius. */
  readonly bound: readonly [x: number, y: number, z: number, radius: number];
  /** Thin clear wall: light goes straight through, tinted, or is mirrored. */
  readonly clear?: Rgb;
  /** True for what gives light and throws no shadow itself, such as a flame. */
  readonly shadowless?: boolean;
}

export interface Light {
  readonly centre: readonly [number, number, number];
  /** Half edges of the rectangle; or a ball of this radius. */
  readonly shape: { readonly u: readonly [number, number, number]; readonly v: readonly [number, number, number] } | { readonly radius: number };
  /** Power reaching a surface facing the light from distance one, linear. */
  readonly power: Rgb;
}

export interface Camera {
  readonly position: readonly [number, number, number];
  readonly target: readonly [number, number, number];
  readonly fieldOfViewDegrees: number;
  readonly apertureRadius: number;
}

export interface Scene {
  readonly bodies: readonly Body[];
  readonly lights: readonly Light[];
  readonly camera: Camera;
  /** The table or ground at height 0. */
  readonly ground: Material;
  /** Where the ground dissolves into the surroundings: distances from the origin. */
  readonly groundFade: readonly [start: number, end: number];
  /** Light from a direction: what is seen behind, and mirrored. */
  readonly surroundings: (dx: number, dy: number, dz: number, out: Float64Array) => void;
  /** The same, blurred: the light a surface facing this way gets from all around. */
  readonly ambient: (ny: number, out: Float64Array) => void;
  readonly exposure: number;
}

/** A neutral surface to be painted. */
export function createSurface(): Surface {
  return { r: 0.5, g: 0.5, b: 0.5, nx: 0, ny: 1, nz: 0, shine: 0, roughness: 0.3, metal: false, glowR: 0, glowG: 0, glowB: 0 };
}

/** Makes a surface neutral again before it is painted. */
export function resetSurface(surface: Surface): void {
  surface.r = surface.g = surface.b = 0.5;
  surface.nx = surface.ny = surface.nz = 0;
  surface.shine = 0;
  surface.roughness = 0.3;
  surface.metal = false;
  surface.glowR = surface.glowG = surface.glowB = 0;
}
