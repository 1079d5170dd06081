import { blendUnion, latheField, place, rodField, tubeField, union, type Point } from '../fields';
import { addBump, blendColour, colour, plain, scaleColour, setColour, stone, woodBoards } from '../materials';
import { fractalNoise, smoothStep, valueNoise } from '../noise';
import type { Body, Material, Scene } from '../scene';
import { blurredPlace, plainRoom } from '../surroundings';
import { frontCamera, softbox, windowLight } from './rig';

const potOutline = [[0, 0.02], [0.5, 0.02], [0.56, 0.0], [0.6, 0.05], [0.6, 0.12], [0.86, 0.34], [1.0, 0.66], [0.96, 0.98], [0.78, 1.24], [0.5, 1.38], [0.4, 1.41], [0, 1.42]] as const;
const lidOutline = [[0, 1.36], [0.5, 1.38], [0.52, 1.42], [0.46, 1.47], [0.3, 1.56], [0.14, 1.61], [0.07, 1.66], [0.09, 1.72], [0.15, 1.78], [0.14, 1.86], [0.07, 1.91], [0, 1.92]] as const;

/** A glazed teapot with its spout towards +x, standing at the origin. */
function createTeapot(glaze: Material): Body {
  const body = latheField(potOutline, { smooth: true, cells: 360 });
  const lid = latheField(lidOutline, { smooth: true, cells: 300 });
  const spout = tubeField([[0.72, 0.5, 0, 0.27], [1.08, 0.66, 0, 0.2], [1.3, 0.98, 0, 0.13], [1.5, 1.28, 0, 0.095], [1.62, 1.38, 0, 0.1]], 5);
  const handle = tubeField([[-0.72, 1.2, 0, 0.085], [-1.2, 1.32, 0, 0.085], [-1.46, 1.04, 0, 0.09], [-1.3, 0.64, 0, 0.085], [-0.86, 0.4, 0, 0.08]], 5);
  const mouth = rodField([1.58, 1.36, 0], [1.8, 1.58, 0], 0.06, 0.09);
  const shell = blendUnion(0.22, blendUnion(0.1, body, handle), spout);
  return {
    field: union((x, y, z) => Math.max(shell(x, y, z), -mouth(x, y, z)), lid),
    material: glaze,
    bound: [0.05, 0.95, 0, 1.85],
  };
}

export function buildTeapot(): Scene {
  const blue = colour('#2f6f9f');
  const glaze: Material = (x, y, z, s) => {
    setColour(s, blue);
    const tone = fractalNoise(x * 2, y * 2, z * 2, 3);
    scaleColour(s, 0.85 + 0.3 * tone);
    s.shine = 0.05;
    s.roughness = 0.04;
  };
  return {
    bodies: [createTeapot(glaze)],
    lights: windowLight(1.05),
    camera: frontCamera([0.08, 0.86, 0], 7.4, 16, 27, -14),
    ground: woodBoards(colour('#b98a5a'), colour('#7d5230'), 0.7),
    groundFade: [3.4, 7.5],
    ...blurredPlace(colour('#8d8579'), colour('#cfc8ba'), colour('#fffaf0'), 1.6, 2, [0.42, 0.41, 0.38]),
    exposure: 1,
  };
}

export function buildEspresso(): Scene {
  const cup = latheField([[0, 0.12], [0.36, 0.12], [0.4, 0.08], [0.46, 0.12], [0.62, 0.32], [0.76, 0.62], [0.81, 0.88], [0.84, 0.98], [0.835, 1.02], [0.8, 1.02], [0.775, 0.96], [0.745, 0.86], [0.69, 0.64], [0.55, 0.36], [0.4, 0.24], [0, 0.22]], { smooth: true, cells: 360 });
  const handle = tubeField([[0.84, 0.82, 0, 0.05], [1.04, 0.88, 0, 0.06], [1.16, 0.7, 0, 0.06], [1.02, 0.48, 0, 0.055], [0.73, 0.42, 0, 0.05]], 5);
  const saucer = latheField([[0, 0.04], [0.6, 0.03], [0.66, 0.0], [0.72, 0.03], [1.1, 0.1], [1.46, 0.2], [1.5, 0.23], [1.46, 0.25], [1.1, 0.16], [0.7, 0.11], [0.5, 0.1], [0, 0.1]], { smooth: true, cells: 360 });
  const coffee = latheField([[0, 0.3], [0.55, 0.34], [0.742, 0.82], [0.73, 0.83], [0, 0.825]], { cells: 260 });
  const china = plain(colour('#f1efe9'), 0.05, 0.03);
  const crema: Material = (x, _y, z, s) => {
    const r = Math.sqrt(x * x + z * z);
    const swirl = fractalNoise(x * 3.2 + 2 * valueNoise(x * 2, z * 2, 1), z * 3.2, 0.4, 4);
    const froth = fractalNoise(x * 22, z * 22, 6.1, 3);
    const t = smoothStep(0.3, 0.7, swirl) * 0.75 + 0.35 * smoothStep(0.62, 0.76, r);
    blendColour(s, colour('#6b3512'), colour('#c88a45'), Math.min(1, t));
    scaleColour(s, 0.75 + 0.45 * froth);
    s.shine = 0.03;
    s.roughness = 0.12;
  };
  const turn: Point = [0, -0.7, 0];
  return {
    bodies: [
      { field: place(blendUnion(0.04, cup, handle), turn, [0, 0, 0]), material: china, bound: [0.1, 0.55, 0, 1.3] },
      { field: coffee, material: crema, bound: [0, 0.55, 0, 0.85] },
      { field: saucer, material: china, bound: [0, 0.12, 0, 1.55] },
    ],
    lights: windowLight(0.9),
    camera: frontCamera([0.05, 0.42, 0.02], 6.6, 42, 27, 8, 0.06),
    ground: woodBoards(colour('#6e4526'), colour('#38200f'), 0.75),
    groundFade: [4, 8],
    ...plainRoom(colour('#6a5a4a'), colour('#e6e2da'), 0.55),
    exposure: 1,
  };
}

export function buildFryingPan(): Scene {
  const pan = latheField([[0, 0.05], [1.2, 0.03], [1.32, 0.08], [1.5, 0.42], [1.54, 0.44], [1.54, 0.48], [1.48, 0.48], [1.28, 0.16], [1.18, 0.11], [0, 0.1]], { cells: 420 });
  const handle = tubeField([[1.46, 0.36, 0, 0.09], [1.9, 0.46, 0, 0.1], [2.6, 0.56, 0, 0.13], [3.3, 0.6, 0, 0.12]], 3);
  const iron = plain(colour('#17181a'), 0.05, 0.16);
  const turn: Point = [0, 0.55, 0];
  const eggs: Body[] = [[-0.42, 0.3, 1], [0.45, -0.32, 2]].map(([ex, ez, seed]) => {
    const yolk = (x: number, y: number, z: number): number => Math.sqrt((x - ex!) ** 2 + ((y - 0.13) * 1.5) ** 2 + (z - ez!) ** 2) - 0.24;
    return {
      field: (x, y, z) => {
        const dx = x - ex!, dz = z - ez!, r = Math.sqrt(dx * dx + dz * dz);
        const edge = 0.56 + 0.16 * valueNoise(Math.cos(Math.atan2(dz, dx)) * 1.6 + seed! * 5, Math.sin(Math.atan2(dz, dx)) * 1.6, 0.5);
        const white = Math.max(r - edge, Math.abs(y - 0.11) - 0.05 + 0.035 * (r / edge) ** 2) * 0.6;
        return Math.min(white, yolk(x, y, z) * 0.66);
      },
      material: (x, y, z, s) => {
        const dx = x - ex!, dz = z - ez!, r = Math.sqrt(dx * dx + dz * dz);
        if (yolk(x, y, z) < 0.012) setColour(s, colour('#f5a70f'));
        else {
          blendColour(s, colour('#fbf8ee'), colour('#d99a4a'), 0.8 * smoothStep(0.52, 0.7, r + 0.1 * fractalNoise(x * 9, z * 9, 1, 3)));
          addBump(s, x, y, z, 0.01, (a, _b, c) => fractalNoise(a * 12, c * 12, 2, 3));
        }
        s.shine = 0.04;
        s.roughness = 0.1;
      },
      bound: [ex!, 0.15, ez!, 0.8],
    };
  });
  return {
    bodies: [
      { field: place(blendUnion(0.08, pan, handle), turn, [0, 0, 0]), material: iron, bound: [0.6, 0.3, -0.4, 2.9] },
      ...eggs,
    ],
    lights: [softbox([-3, 5.4, -0.5], [0, 0, 0], 1.4, [34, 33, 31]), softbox([4, 4, 3], [0, 0, 0], 1.1, [9, 9, 10])],
    camera: frontCamera([0.2, 0.1, -0.05], 6.6, 56, 31, 0, 0.03),
    ground: stone(colour('#cfcac2'), colour('#8f8a84'), 0.9),
    groundFade: [6, 12],
    ...plainRoom(colour('#777a7d'), colour('#f1f1ee'), 0.5),
    exposure: 1,
  };
}

