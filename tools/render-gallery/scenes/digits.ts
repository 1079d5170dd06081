import { boxField, type Field } from '../fields';
import { blendColour, colour, plain, scaleColour, setColour, woodBoards } from '../materials';
import { createRandom, fractalNoise, mix, smoothStep, valueNoise } from '../noise';
import type { Material, Rgb, Scene } from '../scene';
import { plainRoom } from '../surroundings';
import { frontCamera, softbox } from './rig';

type PenPoint = readonly [x: number, y: number];

/** How a hand draws each digit: the points a pen passes, x to the right, y up, about one unit tall. */
const STROKES: Readonly<Record<string, readonly (readonly PenPoint[])[]>> = {
  '2': [[[-0.26, 0.26], [-0.2, 0.42], [0.0, 0.5], [0.2, 0.42], [0.25, 0.24], [0.14, 0.02], [-0.08, -0.22], [-0.3, -0.44], [-0.1, -0.42], [0.14, -0.46], [0.32, -0.42]]],
  '3': [[[-0.24, 0.4], [-0.04, 0.5], [0.18, 0.43], [0.22, 0.24], [0.08, 0.08], [-0.08, 0.03], [0.14, 0.0], [0.28, -0.16], [0.22, -0.38], [0.0, -0.5], [-0.28, -0.4]]],
  '5': [[[-0.16, 0.46], [-0.19, 0.28], [-0.22, 0.06], [-0.04, 0.12], [0.16, 0.07], [0.26, -0.12], [0.2, -0.36], [-0.02, -0.49], [-0.27, -0.4]], [[-0.17, 0.46], [0.04, 0.47], [0.28, 0.49]]],
  '7': [[[-0.29, 0.42], [-0.06, 0.45], [0.27, 0.46], [0.16, 0.2], [0.02, -0.12], [-0.08, -0.5]]],
  '8': [[[0.2, 0.36], [0.02, 0.49], [-0.19, 0.38], [-0.17, 0.18], [0.04, 0.02], [0.23, -0.18], [0.2, -0.4], [0.0, -0.5], [-0.22, -0.4], [-0.22, -0.18], [-0.02, 0.02], [0.18, 0.18], [0.21, 0.34], [0.14, 0.43]]],
};

interface Paper {
  readonly digit: string;
  readonly ink: Rgb;
  readonly sheet: Rgb;
  readonly penWidth: number;
  readonly slant: number;
  readonly turnDegrees: number;
  readonly seed: number;
}

/** One pen stroke as short pieces of varying width: [x, z, half width] each. */
function drawStroke(points: readonly PenPoint[], paper: Paper, random: () => number): Float64Array {
  const wobbled = points.map(([x, y]) => [x + paper.slant * y + (random() - 0.5) * 0.035, y + (random() - 0.5) * 0.035] as const);
  const pieces = 9, out: number[] = [];
  for (let span = 0; span + 1 < wobbled.length; span += 1) {
    const at = (index: number): PenPoint => wobbled[Math.min(wobbled.length - 1, Math.max(0, index))]!;
    const [p0, p1, p2, p3] = [at(span - 1), at(span), at(span + 1), at(span + 2)];
    for (let piece = 0; piece < pieces + (span + 2 === wobbled.length ? 1 : 0); piece += 1) {
      const t = piece / pieces;
      const curve = (axis: 0 | 1): number => 0.5 * (2 * p1[axis] + (p2[axis] - p0[axis]) * t + (2 * p0[axis] - 5 * p1[axis] + 4 * p2[axis] - p3[axis]) * t * t + (3 * p1[axis] - p0[axis] - 3 * p2[axis] + p3[axis]) * t ** 3);
      // The pen presses harder on its way down.
      const downward = Math.max(0, p1[1] - p2[1]);
      const press = 0.8 + 0.45 * Math.min(1, downward * 4) + 0.15 * valueNoise(span + t, paper.seed, 1);
      out.push(curve(0), -curve(1), paper.penWidth * press);
    }
  }
  return Float64Array.from(out);
}

/** Signed distance to the ink line, in the plane of the paper. */
function inkDistance(strokes: readonly Float64Array[], x: number, z: number): number {
  let nearest = 9;
  for (const stroke of strokes) {
    for (let at = 0; at + 3 < stroke.length; at += 3) {
      const ax = stroke[at]!, az = stroke[at + 1]!, bx = stroke[at + 3]! - ax, bz = stroke[at + 4]! - az;
      const t = Math.min(1, Math.max(0, ((x - ax) * bx + (z - az) * bz) / (bx * bx + bz * bz + 1e-9)));
      const distance = Math.hypot(x - ax - bx * t, z - az - bz * t) - mix(stroke[at + 2]!, stroke[at + 5]!, t);
      if (distance < nearest) nearest = distance;
    }
  }
  return nearest;
}

/** A sheet of paper on a table, a digit drawn on it with a felt pen, light from a window with a bar across. */
function buildPaper(paper: Paper): Scene {
  const random = createRandom(paper.seed);
  const strokes = STROKES[paper.digit]!.map((points) => drawStroke(points, paper, random));
  const size = 1.75;
  const surface: Material = (x, y, z, s) => {
    const fibre = fractalNoise(x * 60, z * 44, paper.seed, 3), cloud = fractalNoise(x * 2.2, z * 2.2, paper.seed + 3, 4);
    setColour(s, paper.sheet);
    scaleColour(s, 0.93 + 0.08 * fibre + 0.07 * (cloud - 0.5));
    if (y < 0.004 || Math.abs(x) > 0.9 || Math.abs(z) > 0.9) return;
    // Ink creeps a little along the fibres and is denser where the pen was slow.
    const ragged = inkDistance(strokes, x / size, z / size) * size + (fibre - 0.5) * 0.014;
    const cover = smoothStep(0.006, -0.008, ragged);
    if (cover > 0) {
      const density = 0.9 + 0.1 * fractalNoise(x * 9, z * 9, paper.seed + 8, 3);
      blendColour(s, [s.r, s.g, s.b], paper.ink, cover * density);
    }
  };
  const turn = (paper.turnDegrees * Math.PI) / 180, cos = Math.cos(turn), sin = Math.sin(turn);
  const sheet: Field = boxField([0, 0.004, 0], [1.75, 0.006, 1.95], 0.002);
  return {
    bodies: [
      { field: (x, y, z) => sheet(cos * x - sin * z, y, sin * x + cos * z), material: (x, y, z, s) => surface(cos * x - sin * z, y, sin * x + cos * z, s), bound: [0, 0, 0, 2.7] },
      { field: boxField([-2.3, 1.9, 0.5], [0.07, 1.9, 0.07], 0.02), material: plain([0.4, 0.4, 0.4]), bound: [-2.3, 1.9, 0.5, 2] },
    ],
    lights: [softbox([-5, 4.2, 0.9], [0, 0, 0], 0.42, [44, 42, 37.5]), softbox([2, 5, 4], [0, 0, 0], 1.6, [9, 9.5, 10.5])],
    camera: frontCamera([0, 0, 0.02], 6, 58, 24.5, -10, 0.03),
    ground: woodBoards(colour('#8a5a36'), colour('#4e2e18'), 0.7),
    groundFade: [8, 14],
    ...plainRoom(colour('#8f8a84'), colour('#f0eee9'), 0.4),
    exposure: 1.05,
  };
}

export function buildDigitThree(): Scene {
  return buildPaper({ digit: '3', ink: colour('#16244f'), sheet: colour('#efece2'), penWidth: 0.036, slant: 0.14, turnDegrees: 4, seed: 3 });
}

export function buildDigitFive(): Scene {
  return buildPaper({ digit: '5', ink: colour('#1b1a1c'), sheet: colour('#f1e6b8'), penWidth: 0.044, slant: 0.08, turnDegrees: -5, seed: 15 });
}

export function buildDigitEight(): Scene {
  return buildPaper({ digit: '8', ink: colour('#8c1a1f'), sheet: colour('#eef0f1'), penWidth: 0.039, slant: 0.16, turnDegrees: 2, seed: 28 });
}
