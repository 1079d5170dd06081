import { latheField, rodField, union, type Field } from '../fields';
import { blendColour, colour, plain, scaleColour, setColour, wood, woodBoards } from '../materials';
import { fractalNoise, smoothStep } from '../noise';
import type { Material, Scene } from '../scene';
import { blurredPlace, plainRoom } from '../surroundings';
import { frontCamera, softbox } from './rig';

export function buildLampshade(): Scene {
  const shade = latheField([[0.94, 1.24], [0.955, 1.24], [0.955, 1.28], [0.56, 2.46], [0.56, 2.5], [0.54, 2.5], [0.93, 1.27]], { cells: 460 });
  const base = latheField([[0, 0], [0.52, 0], [0.54, 0.05], [0.46, 0.1], [0.2, 0.16], [0.14, 0.26], [0.3, 0.44], [0.36, 0.64], [0.26, 0.86], [0.1, 0.98], [0.08, 1.1], [0.1, 1.14], [0.06, 1.2], [0.05, 1.4], [0, 1.42]], { smooth: true, cells: 320 });
  const linen: Material = (x, y, z, s) => {
    const turn = Math.atan2(z, x);
    const thread = 0.5 + 0.25 * Math.sin(turn * 190) + 0.25 * Math.sin(y * 150);
    const r = Math.sqrt(x * x + z * z);
    setColour(s, colour('#d9b98c'));
    scaleColour(s, 0.85 + 0.2 * thread);
    const rim = smoothStep(1.3, 1.27, y) + smoothStep(2.44, 2.47, y);
    // Brightest beside the bulb, falling off towards both rims, as lit from within.
    const near = Math.exp(-(((y - 1.75) / 0.42) ** 2)) * (0.92 + 0.16 * fractalNoise(x * 5, y * 12, z * 5, 3));
    const inside = x * s.nx + z * s.nz < 0 && r > 0.1 ? 1.7 : 1;
    const glow = (0.2 + 0.72 * near) * inside * (1 - 0.6 * Math.min(1, rim)) * (0.9 + 0.12 * thread);
    s.glowR = glow * 1.15;
    s.glowG = glow * 0.58;
    s.glowB = glow * 0.19;
  };
  const ceramic: Material = (_x, y, _z, s) => {
    blendColour(s, colour('#3f7f79'), colour('#275350'), smoothStep(0.2, 0.9, y));
    s.shine = 0.05;
    s.roughness = 0.05;
  };
  return {
    bodies: [
      { field: shade, material: linen, bound: [0, 1.87, 0, 1.18], shadowless: true },
      { field: base, material: ceramic, bound: [0, 0.7, 0, 0.95] },
    ],
    lights: [
      { centre: [0, 1.72, 0], shape: { radius: 0.16 }, power: [2.6, 1.6, 0.75] },
      softbox([-3.4, 4, 3.4], [0, 1.2, 0], 1, [9, 9.6, 11]),
    ],
    camera: frontCamera([0, 1.32, 0], 8, 6, 23),
    ground: woodBoards(colour('#7a4c2a'), colour('#3d2212'), 0.9, 0.05),
    groundFade: [2.2, 5],
    ...plainRoom(colour('#2a1a10'), colour('#3d2a1c'), 0.35),
    exposure: 1.1,
  };
}

export function buildCandle(): Scene {
  const stick = latheField([[0, 0.16], [0.4, 0.16], [0.42, 0.2], [0.42, 1.5], [0.41, 1.56], [0.37, 1.56], [0.3, 1.48], [0, 1.46]], { cells: 320 });
  const dish = latheField([[0, 0.02], [0.5, 0.0], [0.9, 0.1], [0.96, 0.16], [0.92, 0.18], [0.5, 0.1], [0, 0.12]], { smooth: true, cells: 300 });
  const drips: Field = union(rodField([0.4, 1.5, 0.16], [0.42, 1.05, 0.17], 0.035, 0.055), rodField([-0.24, 1.52, 0.36], [-0.25, 1.24, 0.37], 0.03, 0.05), rodField([0.1, 1.52, 0.42], [0.1, 0.8, 0.43], 0.03, 0.05));
  const wick = rodField([0, 1.44, 0], [0.02, 1.72, 0], 0.022, 0.018);
  const flame = latheField([[0, 1.66], [0.09, 1.7], [0.14, 1.82], [0.13, 1.96], [0.08, 2.14], [0.03, 2.3], [0, 2.38]], { smooth: true, cells: 300 });
  const wax: Material = (x, y, z, s) => {
    setColour(s, colour('#f2e3c4'));
    scaleColour(s, 0.92 + 0.1 * fractalNoise(x * 3, y * 3, z * 3, 3));
    // Wax near the flame is lit through.
    const lit = Math.exp(-Math.max(0, 1.56 - y) / 0.34);
    s.glowR = 0.95 * lit;
    s.glowG = 0.5 * lit;
    s.glowB = 0.14 * lit;
    s.shine = 0.03;
    s.roughness = 0.25;
  };
  const fire: Material = (_x, y, _z, s) => {
    const t = smoothStep(1.66, 1.86, y);
    const rim = Math.max(0, s.nz);
    setColour(s, [0, 0, 0]);
    const strength = 1.2 + 6 * t * rim;
    s.glowR = strength * (0.5 + 0.75 * t);
    s.glowG = strength * (0.36 + 0.36 * t) * (0.6 + 0.4 * rim);
    s.glowB = strength * (0.6 - 0.42 * t) * (0.4 + 0.4 * rim);
  };
  return {
    bodies: [
      { field: union(stick, drips), material: wax, bound: [0, 0.86, 0, 0.96] },
      { field: wick, material: plain([0.02, 0.015, 0.01]), bound: [0, 1.58, 0, 0.2], shadowless: true },
      { field: flame, material: fire, bound: [0, 2.02, 0, 0.42], shadowless: true },
      { field: dish, material: plain(colour('#a9794a'), 0.04, 0.3), bound: [0, 0.1, 0, 1.0] },
    ],
    lights: [
      { centre: [0, 2.0, 0.02], shape: { radius: 0.12 }, power: [3.2, 1.75, 0.68] },
      softbox([-3, 4, 3.6], [0, 1, 0], 1.2, [4.2, 4.6, 5.6]),
    ],
    camera: frontCamera([0, 1.16, 0], 8, 10, 20),
    ground: wood(colour('#6b3d20'), colour('#2e170b'), 'x', 0.8, 0.05),
    groundFade: [1.8, 4.6],
    ...blurredPlace(colour('#070403'), colour('#20110a'), colour('#c9772e'), 3, 5, [0.09, 0.065, 0.05]),
    exposure: 1.15,
  };
}
