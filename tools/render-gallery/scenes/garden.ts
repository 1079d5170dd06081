import { latheField, place, rodField, sphereField, tubeField, union, type Field, type Point } from '../fields';
import { addBump, blendColour, colour, grass, metal, placed, plain, scaleColour, setColour, stone } from '../materials';
import { cellNoise, fractalNoise, mix, smoothStep, valueNoise } from '../noise';
import type { Body, Material, Rgb, Scene } from '../scene';
import { blurredPlace } from '../surroundings';
import { frontCamera, softbox } from './rig';

const garden = blurredPlace(colour('#2a3a1e'), colour('#6f8350'), colour('#d8dcae'), 2.1, 3, [0.36, 0.39, 0.34]);

export function buildBucket(): Scene {
  const pail = latheField([[0, 0.02], [0.62, 0.02], [0.66, 0.06], [0.94, 1.5], [1.02, 1.52], [1.02, 1.6], [0.94, 1.62], [0.9, 1.52], [0.62, 0.1], [0, 0.1]], { cells: 400 });
  const bail: Field = tubeField([[-0.98, 1.46, 0, 0.03], [-1.04, 1.7, 0.25, 0.03], [-0.72, 2.12, 0.56, 0.03], [0, 2.34, 0.68, 0.03], [0.72, 2.12, 0.56, 0.03], [1.04, 1.7, 0.25, 0.03], [0.98, 1.46, 0, 0.03]], 5);
  const ears = union(sphereField(-0.98, 1.42, 0, 0.09), sphereField(0.98, 1.42, 0, 0.09));
  const grip = rodField([-0.3, 2.29, 0.655], [0.3, 2.29, 0.655], 0.088, 0.088);
  const enamel: Material = (x, y, z, s) => {
    setColour(s, colour('#c81f22'));
    scaleColour(s, 0.88 + 0.2 * fractalNoise(x * 2.4, y * 2.4, z * 2.4, 3));
    if (Math.abs(y - 0.32) < 0.02 || Math.abs(y - 1.2) < 0.02) scaleColour(s, 0.7);
    s.shine = 0.045;
    s.roughness = 0.14;
  };
  return {
    bodies: [
      { field: union(pail, ears), material: enamel, bound: [0, 0.85, 0, 1.4] },
      { field: bail, material: metal([0.7, 0.7, 0.72], 0.15), bound: [0, 1.9, 0.4, 1.25] },
      { field: grip, material: plain(colour('#e6d8b8'), 0.03), bound: [0, 2.29, 0.655, 0.4] },
    ],
    lights: [softbox([-3.4, 5.4, 3.2], [0, 0.8, 0], 1, [46, 44, 38]), softbox([4.2, 3.4, 1], [0, 1, 0], 1.4, [9, 10, 12])],
    camera: frontCamera([0, 1.1, 0], 8.4, 20, 24, 22),
    ground: grass(colour('#7c9a48'), colour('#33511f')),
    groundFade: [3.5, 8],
    ...garden,
    exposure: 1,
  };
}

export function buildBarrel(): Scene {
  const outline = latheField([[0, 0.03], [0.72, 0.03], [0.72, 0], [0.82, 0], [0.93, 0.35], [1.02, 0.8], [1.05, 1.2], [1.02, 1.6], [0.93, 2.05], [0.82, 2.4], [0.72, 2.4], [0.72, 2.33], [0, 2.33]], { cells: 420 });
  const radiusAt = (y: number): number => 1.05 - 0.23 * ((y - 1.2) / 1.2) ** 2;
  const hoopHeights = [0.1, 0.42, 0.82, 1.58, 1.98, 2.3];
  const hoops: Field = (x, y, z) => {
    const r = Math.sqrt(x * x + z * z);
    let nearest = 9;
    for (const height of hoopHeights) {
      const half = height === 0.1 || height === 2.3 ? 0.09 : 0.06;
      nearest = Math.min(nearest, Math.max(Math.abs(y - height) - half, Math.abs(r - radiusAt(y) - 0.004) - 0.016));
    }
    return nearest * 0.8;
  };
  const oak: Material = (x, y, z, s) => {
    const r = Math.sqrt(x * x + z * z);
    if (y > 2.3 && r < 0.73) {
      const plank = Math.floor(x / 0.24), across = x / 0.24 - plank;
      const grain = fractalNoise(z * 1.4 + plank * 9, x * 26, 2, 4);
      blendColour(s, colour('#b98148'), colour('#5f3717'), grain);
      scaleColour(s, (0.8 + 0.3 * valueNoise(plank * 5.1, 1, 1)) * mix(0.35, 1, smoothStep(0, 0.05, across) * smoothStep(1, 0.95, across)));
      return;
    }
    const turn = (Math.atan2(z, x) / (2 * Math.PI)) * 24, stave = Math.floor(turn), across = turn - stave;
    const grain = fractalNoise(y * 1.2 + stave * 11, across * 7 + stave * 3, 0.7, 4);
    const fibre = fractalNoise(y * 3 + stave * 17, across * 34, 1.7, 3);
    blendColour(s, colour('#b5763a'), colour('#5c3212'), 0.55 * grain + 0.5 * fibre * fibre);
    scaleColour(s, (0.78 + 0.36 * valueNoise(stave * 4.3, 2, 5)) * mix(0.3, 1, smoothStep(0, 0.06, across) * smoothStep(1, 0.94, across)));
    s.shine = 0.03;
    s.roughness = 0.4;
  };
  const iron: Material = (x, y, z, s) => {
    const rust = fractalNoise(x * 5, y * 9, z * 5, 4);
    blendColour(s, colour('#3a3a3c'), colour('#5e3d2a'), smoothStep(0.45, 0.75, rust));
    s.shine = 0.1;
    s.roughness = 0.35;
  };
  return {
    bodies: [
      { field: outline, material: oak, bound: [0, 1.2, 0, 1.62] },
      { field: hoops, material: iron, bound: [0, 1.2, 0, 1.62] },
    ],
    lights: [softbox([-3.6, 5, 3], [0, 1, 0], 1, [40, 38, 33]), softbox([4.4, 3, 1.6], [0, 1.1, 0], 1.2, [9, 10, 12])],
    camera: frontCamera([0, 1.2, 0], 9.4, 17, 22, 0),
    ground: stone(colour('#a59a8a'), colour('#6d6459'), 1.4),
    groundFade: [3, 6.5],
    ...blurredPlace(colour('#4a3626'), colour('#8c7052'), colour('#e0cfae'), 1.9, 9, [0.42, 0.4, 0.37]),
    exposure: 1,
  };
}

export function buildLadybird(): Scene {
  const red = colour('#d0200c'), black: Rgb = [0.012, 0.011, 0.012];
  const spots: readonly Point[] = [[0.02, 0.62, 0], [0.42, 0.5, 0.42], [0.42, 0.5, -0.42], [-0.18, 0.5, 0.5], [-0.18, 0.5, -0.5], [-0.58, 0.36, 0.3], [-0.58, 0.36, -0.3]].map(([x, y, z]) => [x!, y!, z!] as const);
  const dome: Field = (x, y, z) => Math.max((Math.sqrt((x / 1.02) ** 2 + ((y - 0.1) / 0.68) ** 2 + (z / 0.84) ** 2) - 1) * 0.62, 0.12 - y);
  const chest: Field = (x, y, z) => (Math.sqrt(((x - 0.92) / 0.36) ** 2 + ((y - 0.24) / 0.36) ** 2 + (z / 0.56) ** 2) - 1) * 0.32;
  const head: Field = (x, y, z) => (Math.sqrt(((x - 1.2) / 0.24) ** 2 + ((y - 0.2) / 0.22) ** 2 + (z / 0.32) ** 2) - 1) * 0.2;
  const legs = union(...[[0.7, 0.5], [0.1, 0.2], [-0.4, -0.3]].flatMap(([x, lean]) => [1, -1].map((side) => tubeField([[x!, 0.16, side * 0.6, 0.05], [x! + lean! * 0.4, 0.24, side * 0.98, 0.045], [x! + lean! * 0.7, 0.02, side * 1.16, 0.03]], 3))));
  const feelers = union(...[1, -1].map((side) => tubeField([[1.36, 0.26, side * 0.14, 0.025], [1.6, 0.4, side * 0.26, 0.02], [1.72, 0.4, side * 0.36, 0.035]], 3)));
  const angles: Point = [0, 0.75, 0], at: Point = [0, 0.06, 0];
  const wings: Material = (x, y, z, s) => {
    setColour(s, red);
    scaleColour(s, 0.85 + 0.3 * fractalNoise(x * 2, y * 2, z * 2, 3));
    for (const [cx, cy, cz] of spots) {
      const distance = Math.sqrt((x - cx) ** 2 + (y - cy - 0.1) ** 2 * 0.35 + (z - cz) ** 2);
      if (distance < 0.185) setColour(s, black);
    }
    if (Math.abs(z) < 0.014) setColour(s, black);
    if (x > 0.72 && Math.abs(z) > 0.05 && Math.abs(z) < 0.3) setColour(s, colour('#f3e9dc'));
    s.shine = 0.06;
    s.roughness = 0.05;
  };
  const shell: Material = (_x, y, z, s) => {
    setColour(s, Math.abs(z) > 0.3 && y > 0.16 ? colour('#efe6da') : black);
    s.shine = 0.06;
    s.roughness = 0.1;
  };
  const dark = plain(black, 0.05, 0.15);
  const parts: readonly (readonly [Field, Material])[] = [[dome, wings], [chest, shell], [union(head, feelers), dark], [legs, dark]];
  const leaf: Material = (x, _y, z, s) => {
    const along = x * 0.8 + z * 0.6, across = -x * 0.6 + z * 0.8;
    const side = Math.abs(across);
    const vein = smoothStep(0.05, 0.015, side) + 0.6 * smoothStep(0.03, 0.008, Math.abs(((along - side * 0.9) / 0.62) % 1) * 0.3 - 0.02);
    blendColour(s, colour('#5c8532'), colour('#39611f'), fractalNoise(x * 2, z * 2, 1, 4));
    scaleColour(s, 0.75 + 0.4 * cellNoise(x * 14, 1, z * 14) * 0.5 + 0.12);
    blendColour(s, [s.r, s.g, s.b], colour('#94b565'), 0.35 * Math.min(1, vein));
    addBump(s, x, 0, z, 0.012, (a, _b, c) => cellNoise(a * 14, 1, c * 14));
    s.shine = 0.035;
    s.roughness = 0.3;
  };
  return {
    bodies: parts.map(([field, material]) => ({ field: place(field, angles, at), material: placed(material, angles, at), bound: [0.1, 0.35, 0, 1.9] as const })),
    lights: [softbox([-3, 5.4, 1.4], [0, 0.3, 0], 1.1, [40, 39, 35]), softbox([4, 3, 3], [0, 0.3, 0], 1, [8, 9, 10])],
    camera: frontCamera([0.1, 0.36, 0.05], 8.2, 27, 25, 0, 0.3),
    ground: leaf,
    groundFade: [2.4, 4.6],
    ...garden,
    exposure: 1,
  };
}

export function buildMushroom(): Scene {
  const cap = latheField([[0, 1.36], [0.5, 1.34], [0.96, 1.24], [1.06, 1.2], [1.1, 1.26], [1.02, 1.5], [0.78, 1.82], [0.42, 2.02], [0, 2.08]], { smooth: true, cells: 360 });
  const stem = latheField([[0, 0], [0.46, 0], [0.5, 0.2], [0.44, 0.5], [0.34, 0.9], [0.3, 1.36], [0, 1.4]], { smooth: true, cells: 300 });
  const skin: Material = (x, y, z, s) => {
    const under = s.ny < -0.2;
    if (under) {
      const gill = 0.5 + 0.5 * Math.sin(Math.atan2(z, x) * 60);
      blendColour(s, colour('#efe4cd'), colour('#b9a88a'), gill);
      return;
    }
    blendColour(s, colour('#6a4a30'), colour('#8f6c48'), smoothStep(0.3, 0.8, fractalNoise(x * 1.6, y * 1.6, z * 1.6, 3)));
    // Paler towards the rim, as ceps are.
    blendColour(s, [s.r, s.g, s.b], colour('#c2a680'), 0.7 * smoothStep(1.5, 1.2, y));
    s.shine = 0.035;
    s.roughness = 0.28;
  };
  const stalk: Material = (x, y, z, s) => {
    const turn = Math.atan2(z, x);
    blendColour(s, colour('#f3ead6'), colour('#b7a482'), 0.8 * fractalNoise(turn * 9, y * 1.8, 1, 4));
    scaleColour(s, mix(0.6, 1, smoothStep(0, 0.3, y)));
  };
  const blades: Body[] = [];
  for (let index = 0; index < 26; index += 1) {
    const turn = index * 2.39996, reach = 0.55 + 1.1 * valueNoise(index * 3.3, 0.5, 0.5);
    const x = Math.cos(turn) * reach, z = Math.sin(turn) * reach, height = 0.35 + 0.5 * valueNoise(index * 1.7, 4, 4);
    const lean = 0.35 * (valueNoise(index * 5.9, 1, 8) - 0.5);
    const tone = valueNoise(index * 2.9, 7, 3);
    blades.push({
      field: tubeField([[x, -0.02, z, 0.035], [x + lean * 0.4, height * 0.6, z + lean * 0.3, 0.028], [x + lean * 1.4, height, z + lean * 0.8, 0.006]], 3),
      material: plain([mix(0.1, 0.22, tone), mix(0.22, 0.38, tone), mix(0.03, 0.07, tone)], 0.03),
      bound: [x + lean * 0.5, height / 2, z + lean * 0.4, height * 0.62 + 0.14],
    });
  }
  return {
    bodies: [
      { field: cap, material: skin, bound: [0, 1.62, 0, 1.22] },
      { field: stem, material: stalk, bound: [0, 0.7, 0, 0.85] },
      ...blades,
    ],
    lights: [softbox([-3.4, 5, 2.6], [0, 1, 0], 1, [40, 38, 32]), softbox([4, 3, 2.4], [0, 1, 0], 1.2, [9, 10, 10])],
    camera: frontCamera([0, 1.06, 0], 8, 10, 23, 0, 0.12),
    ground: grass(colour('#66743c'), colour('#2a3519')),
    groundFade: [3, 7],
    ...garden,
    exposure: 1,
  };
}

