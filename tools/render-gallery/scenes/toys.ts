import { boxField, latheField, place, rodField, union, type Field, type Point } from '../fields';
import { colour, metal, placed, plain, scaleColour, setColour, studioGround, wood, woodBoards } from '../materials';
import { fractalNoise } from '../noise';
import type { Body, Material, Scene } from '../scene';
import { plainRoom } from '../surroundings';
import { frontCamera, softbox, windowLight } from './rig';

/** An upright counting frame: ten wires, beads in five colours pushed to one side or the other. */
export function buildAbacus(): Scene {
  const timber = wood(colour('#c98d4e'), colour('#7c4a20'), 'x', 0.9, 0.04);
  const rows = 7, width = 1.35, top = 2.3, pitch = 0.3, first = 0.34;
  const frame = union(
    boxField([0, 0.06, 0], [width + 0.12, 0.08, 0.2], 0.03),
    boxField([0, top + 0.06, 0], [width + 0.12, 0.07, 0.1], 0.03),
    boxField([-width - 0.04, top / 2, 0], [0.08, top / 2, 0.1], 0.03),
    boxField([width + 0.04, top / 2, 0], [0.08, top / 2, 0.1], 0.03),
  );
  const bead = latheField([[0.03, -0.11], [0.08, -0.105], [0.125, -0.05], [0.135, 0], [0.125, 0.05], [0.08, 0.105], [0.03, 0.11]], { smooth: true, cells: 160 });
  const tints = ['#d0281e', '#e8b40f', '#2a8a3c', '#1f5fb4', '#e8731a', '#d0281e', '#2a8a3c'];
  const lefts = [7, 4, 8, 3, 6, 9, 5];
  const bodies: Body[] = [{ field: frame, material: timber, bound: [0, 1.18, 0, 1.95] }];
  const brass = metal([0.75, 0.72, 0.66], 0.15);
  for (let row = 0; row < rows; row += 1) {
    const y = first + row * pitch, left = lefts[row]!;
    const wire = rodField([-width, y, 0], [width, y, 0], 0.018, 0.018);
    // Ten equal beads: the nearest one of each pile decides, so one bead is measured and not ten.
    const beads: Field = (x, py, z) => {
      let nearest = 9;
      const leftStart = -width + 0.15, rightEnd = width - 0.15;
      if (left > 0) {
        const index = Math.min(left - 1, Math.max(0, Math.round((x - leftStart) / 0.222)));
        nearest = bead(py - y, x - leftStart - index * 0.222, z);
      }
      if (left < 10) {
        const index = Math.min(9 - left, Math.max(0, Math.round((rightEnd - x) / 0.222)));
        nearest = Math.min(nearest, bead(py - y, x - rightEnd + index * 0.222, z));
      }
      return nearest;
    };
    bodies.push({ field: wire, material: brass, bound: [0, y, 0, width + 0.05] });
    bodies.push({ field: beads, material: plain(colour(tints[row]!), 0.05, 0.06), bound: [0, y, 0, width + 0.05] });
  }
  return {
    bodies,
    lights: windowLight(1.05),
    camera: frontCamera([0, 1.16, 0], 8.2, 12, 24, 20),
    ground: woodBoards(colour('#8a5c36'), colour('#56341b'), 0.8),
    groundFade: [3.4, 7],
    ...plainRoom(colour('#a8a79f'), colour('#eceae2'), 0.55),
    exposure: 1,
  };
}

export function buildDumbbell(): Scene {
  const hexagon = (from: number, to: number): Field => (x, y, z) => {
    const a = Math.abs(z), b = Math.abs(y);
    const across = Math.max(a * 0.866 + b * 0.5, b) - 0.5;
    const along = Math.max(from - x, x - to);
    const bevel = 0.06;
    const qa = across + bevel, qb = along + bevel;
    return Math.min(Math.max(qa, qb), 0) + Math.hypot(Math.max(qa, 0), Math.max(qb, 0)) - bevel;
  };
  const heads = union(hexagon(-1.32, -0.66), hexagon(0.66, 1.32));
  const bar = latheField([[0, -0.7], [0.13, -0.7], [0.13, -0.5], [0.16, -0.2], [0.17, 0], [0.16, 0.2], [0.13, 0.5], [0.13, 0.7], [0, 0.7]], { smooth: false, cells: 300 });
  const grip: Field = (x, y, z) => bar(y, x, z);
  const rubber: Material = (x, y, z, s) => {
    setColour(s, colour('#1d1e20'));
    scaleColour(s, 0.8 + 0.5 * fractalNoise(x * 9, y * 9, z * 9, 3));
    s.shine = 0.05;
    s.roughness = 0.3;
    const r = Math.hypot(y, z);
    if (Math.abs(x) > 1.28 && r > 0.26 && r < 0.3) setColour(s, colour('#c9c9c9'));
  };
  const chrome: Material = (x, y, z, s) => {
    metal([0.5, 0.5, 0.52], 0.16)(x, y, z, s);
    if (Math.abs(x) < 0.46) s.roughness = 0.3 + 0.2 * Math.sin(x * 160) * Math.sin(Math.atan2(y, z) * 30);
  };
  const pieces: readonly (readonly [Point, Point])[] = [[[0, 0.55, 0], [-0.1, 0.5, 0.5]], [[0, -0.35, 0], [0.1, 0.5, -1.0]]];
  return {
    bodies: pieces.flatMap(([angles, at]): Body[] => [
      { field: place(heads, angles, at), material: placed(rubber, angles, at), bound: [at[0], at[1], at[2], 1.48] },
      { field: place(grip, angles, at), material: placed(chrome, angles, at), bound: [at[0], at[1], at[2], 0.76] },
    ]),
    lights: [softbox([-3, 5.4, 2.6], [0, 0.4, 0], 1.6, [36, 36, 36]), softbox([4.4, 3, 2], [0, 0.5, 0], 1.2, [12, 12, 13])],
    camera: frontCamera([0, 0.36, -0.1], 7.2, 30, 26),
    ground: studioGround(colour('#e9e9ea'), 0.04),
    groundFade: [3, 7],
    ...plainRoom(colour('#cfd1d4'), colour('#ffffff'), 0.75),
    exposure: 1,
  };
}

