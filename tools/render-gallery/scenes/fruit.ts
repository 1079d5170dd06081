import { intersection, latheField, place, sphereField, type Field, type Point } from '../fields';
import { addBump, blendColour, cloth, colour, placed, scaleColour, setColour, woodBoards } from '../materials';
import { cellNoise, fractalNoise, smoothStep, valueNoise } from '../noise';
import type { Material, Rgb, Scene } from '../scene';
import { blurredPlace, plainRoom } from '../surroundings';
import { frontCamera, windowLight } from './rig';

/** Citrus peel around the origin: pores of the given depth, uneven tone, gloss; `stalk` draws its scar at the top. */
export function peel(ripe: Rgb, pale: Rgb, poresPerUnit: number, depth: number, stalk: boolean): Material {
  return (x, y, z, s) => {
    const tone = fractalNoise(x * 1.6, y * 1.6, z * 1.6, 4);
    const pore = cellNoise(x * poresPerUnit, y * poresPerUnit, z * poresPerUnit);
    blendColour(s, ripe, pale, 0.7 * smoothStep(0.35, 0.85, tone));
    scaleColour(s, 1.05 - 0.7 * depth * smoothStep(0.4, 0.05, pore));
    if (stalk && y > 0 && x * x + z * z < 0.005) setColour(s, [0.1, 0.13, 0.04]);
    addBump(s, x, y, z, 0.03, (a, b, c) => -smoothStep(0.5, 0.05, cellNoise(a * poresPerUnit, b * poresPerUnit, c * poresPerUnit)) * depth);
    s.shine = 0.035;
    s.roughness = 0.34;
  };
}

/** The cut face of a citrus fruit in the plane z = 0 around the origin: flesh in segments, white pith, peel at the rim. */
function citrusSlice(radius: number, flesh: Rgb, deep: Rgb, skin: Material): Material {
  const pith: Rgb = [0.86, 0.78, 0.55];
  return (x, y, z, s) => {
    const r = Math.sqrt(x * x + y * y) / radius;
    if (z < -0.012 || r > 0.955) return skin(x, y, z, s);
    const turn = (Math.atan2(y, x) / (2 * Math.PI)) * 10 + 0.25 * valueNoise(x * 3, y * 3, 2);
    const wedge = Math.abs(turn - Math.floor(turn) - 0.5) * 2;
    const wall = smoothStep(1, 1 - 0.05 / Math.max(r, 0.08), wedge);
    const sacs = fractalNoise(Math.atan2(y, x) * 16, r * 5, 1.2, 3);
    blendColour(s, flesh, deep, smoothStep(0.3, 0.75, sacs));
    const inner = smoothStep(0.87, 0.84, r) * smoothStep(0.08, 0.11, r) * wall;
    blendColour(s, pith, [s.r, s.g, s.b], inner);
    s.shine = 0.04 * inner;
    s.roughness = 0.16;
  };
}

function halfFruit(whole: Field, angles: Point, offset: Point): Field {
  return place(intersection(whole, (_x, _y, z) => z), angles, offset);
}

const orangePeel = colour('#ea7008'), orangePale = colour('#f28c1e');

export function buildOrange(): Scene {
  const whole: Field = (x, y, z) => sphereField(0, 0, 0, 0.86)(x, y * 1.04, z) - 0.02 * smoothStep(0.4, 0, Math.sqrt(x * x + z * z)) * (y > 0 ? -1.6 : 0);
  const angles: Point = [-0.35, 0.5, 0], offset: Point = [0.98, 0.7, 0.75];
  return {
    bodies: [
      { field: place(whole, [0.35, 0, 0.3], [-0.42, 0.83, -0.1]), material: placed(peel(orangePeel, orangePale, 15, 0.35, true), [0.35, 0, 0.3], [-0.42, 0.83, -0.1]), bound: [-0.42, 0.83, -0.1, 0.95] },
      {
        field: halfFruit(sphereField(0, 0, 0, 0.74), angles, offset),
        material: placed(citrusSlice(0.74, colour('#f9a01c'), colour('#ee7606'), peel(orangePeel, orangePale, 15, 0.3, false)), angles, offset),
        bound: [...offset, 0.8],
      },
    ],
    lights: windowLight(),
    camera: frontCamera([0.12, 0.72, 0.2], 6.4, 20, 25),
    ground: cloth(colour('#dfe3e8'), colour('#b9c2cc'), 0.016),
    groundFade: [3.2, 7],
    ...plainRoom(colour('#b8c0c6'), colour('#eef2f5'), 0.55),
    exposure: 1,
  };
}

export function buildLemon(): Scene {
  const outline = [[0, -1.02], [0.1, -1.0], [0.17, -0.9], [0.3, -0.76], [0.52, -0.5], [0.66, -0.1], [0.66, 0.2], [0.54, 0.52], [0.32, 0.76], [0.2, 0.87], [0.14, 0.98], [0.07, 1.05], [0, 1.06]] as const;
  const body = latheField(outline, { smooth: true, cells: 300 });
  const skin = peel(colour('#f4c50e'), colour('#f8da48'), 15, 0.2, false);
  const lying: Point = [0.1, 0.35, 1.45], at: Point = [-0.28, 0.64, -0.15];
  const cutAngles: Point = [-0.5, 0.45, 0], cutAt: Point = [0.92, 0.58, 0.78];
  return {
    bodies: [
      { field: place(body, lying, at), material: placed(skin, lying, at), bound: [...at, 1.12] },
      {
        field: halfFruit(sphereField(0, 0, 0, 0.6), cutAngles, cutAt),
        material: placed(citrusSlice(0.6, colour('#f7e67a'), colour('#ecd247'), skin), cutAngles, cutAt),
        bound: [...cutAt, 0.66],
      },
    ],
    lights: windowLight(0.95),
    camera: frontCamera([0.15, 0.56, 0.2], 6, 24, 24),
    ground: woodBoards(colour('#8a5a34'), colour('#4b2a16'), 0.8),
    groundFade: [3, 6.5],
    ...blurredPlace(colour('#2b2119'), colour('#6d5844'), colour('#e8d9b8'), 2.2, 4, [0.42, 0.38, 0.33]),
    exposure: 1,
  };
}

