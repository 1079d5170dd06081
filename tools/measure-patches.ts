/**
 * Measures how neighbouring pixels of pictures go together, for prediction difference analysis, in the project's own gallery.
 *
 *   npx tsx tools/measure-patches.ts
 *
 * Writes src/explain/patch-statistics.ts: mean colour, covariance of the three colours, and the correlation of two pixels by
 * their distance (averaged over the colours). Pixels 0..1, pictures at 64 px, the estimator that divides by all pixels: it
 * cannot give a matrix with negative variances. Needs ffmpeg, for decoding.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const sidePx = 64;
const reachPx = 15;

function decode(path: string): Float64Array {
  const bytes = execFileSync('ffmpeg', ['-loglevel', 'error', '-i', path, '-frames:v', '1', '-vf', `scale=${sidePx}:${sidePx}:flags=area`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1 << 26 });
  return Float64Array.from(bytes, (value) => value / 255);
}

const { pictures: entries } = JSON.parse(readFileSync(join(project, 'public/gallery/index.json'), 'utf8')) as { pictures: { file: string; network: string }[] };
const pictures = entries.filter(({ file, network }) => network === 'everyday' && file.endsWith('.webp')).map(({ file }) => decode(join(project, 'public/gallery', file)));

const pixels = sidePx * sidePx;
const mean = [0, 1, 2].map((channel) => pictures.reduce((total, picture) => {
  let sum = 0;
  for (let at = channel; at < picture.length; at += 3) sum += picture[at] ?? 0;
  return total + sum / pixels / pictures.length;
}, 0));
for (const picture of pictures) picture.forEach((value, at) => { picture[at] = value - (mean[at % 3] ?? 0); });

/** Mean product of channel a and of channel b at a distance, over all pictures. */
function covary(a: number, b: number, dy: number, dx: number): number {
  let total = 0;
  for (const picture of pictures) {
    for (let y = 0; y + dy < sidePx; y += 1) {
      for (let x = Math.max(0, -dx); x + Math.max(dx, 0) < sidePx; x += 1) total += (picture[(y * sidePx + x) * 3 + a] ?? 0) * (picture[((y + dy) * sidePx + x + dx) * 3 + b] ?? 0);
    }
  }
  return total / pixels / pictures.length;
}

const round = (value: number): number => Number(value.toFixed(5));
const colour = [0, 1, 2].map((a) => [0, 1, 2].map((b) => round(covary(a, b, 0, 0))));
const variance = [0, 1, 2].reduce((total, channel) => total + covary(channel, channel, 0, 0), 0);
const correlation = Array.from({ length: reachPx + 1 }, (_, dy) => Array.from({ length: 2 * reachPx + 1 }, (__, column) =>
  round([0, 1, 2].reduce((total, channel) => total + covary(channel, channel, dy, column - reachPx), 0) / variance)));

const list = (values: readonly unknown[]): string => JSON.stringify(values).replaceAll(',', ', ');
const lines = correlation.map((row) => `    ${list(row)},\n`).join('');
writeFileSync(join(project, 'src/explain/patch-statistics.ts'), `/**
 * How neighbouring pixels (0..1, red, green, blue) of ${pictures.length} gallery pictures go together. Written by tools/measure-patches.ts.
 * \`correlation[dy][${reachPx} + dx]\` is that of two pixels dy rows and dx columns apart, in pictures of \`sidePx\` px.
 */
export const patchStatistics = {
  sidePx: ${sidePx},
  mean: ${list(mean.map(round))},
  colour: ${list(colour)},
  correlation: [\n${lines}  ],
} as const satisfies {
  readonly sidePx: number; readonly mean: readonly number[]; readonly colour: readonly (readonly number[])[]; readonly correlation: readonly (readonly number[])[];
};
`);
process.stdout.write(`${pictures.length} pictures, mean ${mean.map(round).join(' ')}, neighbour ${correlation[0]?.[reachPx + 1]}, ${reachPx} px ${correlation[0]?.[2 * reachPx]}\n`);
