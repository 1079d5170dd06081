import { blendUnion, latheField, move, rodField, type Field, type ProfilePoint } from '../fields';
import { blendColour, colour, metal, plain, scaleColour, setColour, stone, studioGround, wood, woodBoards } from '../materials';
import { smoothStep, valueNoise } from '../noise';
import type { Body, Material, Rgb, Scene } from '../scene';
import { blurredPlace, plainRoom } from '../surroundings';
import { frontCamera, softbox, windowLight } from './rig';

export function buildHourglass(): Scene {
  const bulb: readonly ProfilePoint[] = [[0, 0.2], [0.4, 0.21], [0.55, 0.32], [0.6, 0.55], [0.52, 0.84], [0.28, 1.08], [0.075, 1.22], [0.075, 1.28], [0.28, 1.42], [0.52, 1.66], [0.6, 1.95], [0.55, 2.18], [0.4, 2.29], [0, 2.3]];
  const inside: readonly ProfilePoint[] = bulb.map(([r, y]) => [Math.max(0, r - 0.035), y] as const);
  const cavity = latheField(inside, { smooth: true, cells: 420 });
  const plates: Field = latheField([[0, 0], [0.86, 0], [0.9, 0.05], [0.86, 0.11], [0.7, 0.14], [0.66, 0.2], [0, 0.2]], { cells: 300 });
  const timber = wood(colour('#a4592a'), colour('#55250f'), 'y', 0.7, 0.045);
  const posts: Body[] = [0.5, 2.6, 4.7].map((turn) => {
    const x = 0.74 * Math.cos(turn), z = 0.74 * Math.sin(turn);
    const post = latheField([[0, 0.08], [0.06, 0.1], [0.075, 0.3], [0.05, 0.5], [0.06, 1.0], [0.09, 1.25], [0.06, 1.5], [0.05, 2.0], [0.075, 2.2], [0.06, 2.4], [0, 2.42]], { smooth: true, cells: 420 });
    return { field: move(post, x, 0, z), material: timber, bound: [x, 1.25, z, 1.22] };
  });
  const sand: Material = (x, y, z, s) => {
    blendColour(s, colour('#e8c48a'), colour('#c0904e'), valueNoise(x * 90, y * 90, z * 90));
  };
  const heap: Field = (x, y, z) => Math.max(cavity(x, y, z), (y - 0.72 + 0.55 * Math.sqrt(x * x + z * z)) * 0.85);
  const upper: Field = (x, y, z) => Math.max(cavity(x, y, z), 1.24 - y, (y - 1.66 - 0.25 * Math.sqrt(x * x + z * z)) * 0.9);
  const stream = rodField([0, 0.6, 0], [0, 1.3, 0], 0.016, 0.02);
  return {
    bodies: [
      { field: latheField(bulb, { smooth: true, cells: 420 }), material: plain([1, 1, 1]), bound: [0, 1.25, 0, 1.22], clear: [0.965, 0.975, 0.97] },
      { field: heap, material: sand, bound: [0, 0.5, 0, 0.7] },
      { field: upper, material: sand, bound: [0, 1.5, 0, 0.65] },
      { field: stream, material: sand, bound: [0, 0.95, 0, 0.42] },
      { field: plates, material: timber, bound: [0, 0.1, 0, 0.96] },
      { field: (x, y, z) => plates(x, 2.5 - y, z), material: timber, bound: [0, 2.4, 0, 0.96] },
      ...posts,
    ],
    lights: [softbox([-3.4, 4.4, 2.4], [0, 1.2, 0], 0.8, [30, 26, 20]), softbox([3.6, 3, -2.2], [0, 1.4, 0], 0.9, [16, 12, 8])],
    camera: frontCamera([0, 1.24, 0], 8, 8, 23, 10),
    ground: woodBoards(colour('#5a3820'), colour('#27160b'), 0.9, 0.045),
    groundFade: [2.6, 5.5],
    ...blurredPlace(colour('#120c08'), colour('#3a2413'), colour('#c98a4a'), 2.4, 7, [0.2, 0.16, 0.12]),
    exposure: 1.05,
  };
}

export function buildBeaker(): Scene {
  const wall: readonly ProfilePoint[] = [[0, 0.02], [0.74, 0.02], [0.8, 0.08], [0.8, 1.9], [0.88, 2.0], [0.86, 2.02], [0.76, 1.9], [0.76, 0.1], [0.72, 0.06], [0, 0.06]];
  const liquid = latheField([[0, 0.07], [0.7, 0.07], [0.755, 0.12], [0.755, 1.2], [0, 1.19]], { cells: 300 });
  const marks: Material = (x, y, z, s) => {
    const turn = Math.atan2(x, z);
    setColour(s, colour('#1d6fc4'));
    if (y > 1.18) setColour(s, colour('#4a98e6'));
    scaleColour(s, 0.9 + 0.15 * smoothStep(0.8, 0, Math.abs(turn - 0.4)));
    s.shine = 0.03;
    s.roughness = 0.08;
  };
  const scale: Body = {
    field: (x, y, z) => {
      const r = Math.sqrt(x * x + z * z), turn = Math.atan2(x, z) + 0.1;
      const step = (y - 0.3) / 0.15, nearest = Math.min(10, Math.max(0, Math.round(step)));
      const half = nearest % 2 === 0 ? 0.3 : 0.16;
      return Math.max(Math.abs(r - 0.803) - 0.004, (Math.abs(step - nearest) * 0.15 - 0.011), (Math.abs(turn) - half) * 0.8) * 0.7;
    },
    material: plain([0.92, 0.94, 0.96]),
    bound: [0, 1.1, 0.6, 0.95],
  };
  return {
    bodies: [
      { field: latheField(wall, { cells: 420 }), material: plain([1, 1, 1]), bound: [0, 1.02, 0, 1.36], clear: [0.94, 0.965, 0.97] },
      { field: liquid, material: marks, bound: [0, 0.62, 0, 0.98] },
      scale,
    ],
    lights: windowLight(0.9),
    camera: frontCamera([0, 0.98, 0], 7.2, 14, 25),
    ground: studioGround(colour('#c9d6e0')),
    groundFade: [2.6, 6],
    ...plainRoom(colour('#9fb6c6'), colour('#eef5f9'), 0.6),
    exposure: 1,
  };
}

/** Two bottles of soda: bright glazed bodies, printed labels, crown caps. */
export function buildSodaBottle(): Scene {
  const outline: readonly ProfilePoint[] = [[0, 0.03], [0.5, 0.03], [0.56, 0.1], [0.56, 1.5], [0.52, 1.75], [0.36, 2.1], [0.25, 2.45], [0.22, 2.9], [0.24, 2.96], [0.22, 3.02], [0, 3.03]];
  const body = latheField(outline, { smooth: true, cells: 460 });
  const cap: Field = (x, y, z) => {
    const pleat = 0.012 * Math.cos(Math.atan2(z, x) * 21) * smoothStep(3.1, 2.95, y);
    return (blendUnion(0.05, latheCap, latheCap)(x, y, z) - pleat) * 0.8;
  };
  const latheCap = latheField([[0, 2.92], [0.29, 2.92], [0.27, 3.04], [0.2, 3.1], [0, 3.11]], { cells: 300 });
  const soda = (drink: Rgb, air: Rgb): Material => (x, y, z, s) => {
    blendColour(s, drink, air, smoothStep(2.3, 2.34, y));
    const label = smoothStep(0.52, 0.54, y) * smoothStep(1.4, 1.38, y);
    if (label > 0) {
      const turn = Math.atan2(x, z), wave = 0.96 + 0.12 * Math.sin(turn * 2.2);
      const band = smoothStep(0.2, 0.17, Math.abs(y - wave));
      blendColour(s, [s.r, s.g, s.b], band > 0.5 ? colour('#c2261d') : colour('#f6efe0'), label);
      const letter = Math.sin(turn * 13) * Math.sin(turn * 5 + 1.2);
      if (band > 0.5 && Math.abs(y - wave) < 0.1 && letter > 0.12) setColour(s, colour('#fdf8ec'));
      if (Math.abs(y - 0.6) < 0.02 || Math.abs(y - 1.32) < 0.02) setColour(s, colour('#1f4d8f'));
    }
    s.shine = label > 0.5 ? 0.03 : 0.055;
    s.roughness = label > 0.5 ? 0.2 : 0.03;
  };
  const brass = metal([0.85, 0.72, 0.3], 0.2);
  const bottles = ([[-0.5, 0.3, soda(colour('#b5141c'), colour('#c98f8a'))], [0.62, -0.5, soda(colour('#f0720e'), colour('#dcb48c'))]] as const).flatMap(([x, z, material]): Body[] => [
    { field: move(body, x, 0, z), material: (px, py, pz, s) => material(px - x, py, pz - z, s), bound: [x, 1.5, z, 1.68] },
    { field: move(cap, x, 0, z), material: brass, bound: [x, 3.0, z, 0.36] },
  ]);
  return {
    bodies: bottles,
    lights: [softbox([-3.2, 4.6, 2.6], [0, 1.4, 0], 1.2, [36, 35, 33]), softbox([3.8, 3, 0.5], [0, 1.6, 0], 0.9, [12, 12, 13])],
    camera: frontCamera([0, 1.52, 0], 9.6, 7, 21.5),
    ground: stone(colour('#ddd8d0'), colour('#a49c92'), 0.8),
    groundFade: [3, 6.5],
    ...blurredPlace(colour('#8fa7b8'), colour('#dfe8ee'), colour('#fdfbe9'), 2, 11, [0.5, 0.52, 0.5]),
    exposure: 1,
  };
}

