import { statSync } from 'node:fs';
import { developPicture } from './develop';
import { runFfmpeg, writeWebp } from './encode';
import { place, sphereField, type Point } from './fields';
import { cloth, colour, placed } from './materials';
import type { RenderPool } from './render-pool';
import type { Scene } from './scene';
import { peel } from './scenes/fruit';
import { frontCamera, softbox } from './scenes/rig';
import { blurredPlace } from './surroundings';
import { LAYERS } from './tracer';

const SIZE_PX = 480;
const FRAMES_PER_SECOND = 24;
const FRAMES = 200;
const SAMPLES = 4;
const SEED = 7;
const RADIUS = 0.86;
const REACH = 0.86;

const shown = { title: 'Rolling orange', network: 'everyday', label: 'orange', poster: 'orange-poster.webp', seconds: FRAMES / FRAMES_PER_SECOND };

/** The clip as the page's index lists it: entries of one title are the same clip, and the first that the browser can play is used. */
export const CLIPS = [
  { file: 'orange.mp4', type: 'video/mp4', ...shown },
  { file: 'orange.webm', type: 'video/webm', ...shown },
] as const;

/**
 * The scene at a moment of the loop, `phase` in [0, 1].
 *
 * Everything moves with a cosine of the phase, so the second half of the loop is the first half backwards.
 */
export function buildClipScene(phase: number): Scene {
  const swing = -Math.cos(2 * Math.PI * phase), sway = Math.cos(4 * Math.PI * phase);
  const x = REACH * swing;
  // Rolling without slipping: the turn is the way divided by the radius.
  const angles: Point = [0.5, 0.3, -x / RADIUS - 0.4], at: Point = [x, RADIUS - 0.005, 0];
  const skin = peel(colour('#ea7008'), colour('#f28c1e'), 15, 0.35, true);
  return {
    bodies: [{ field: place(sphereField(0, 0, 0, RADIUS), angles, at), material: placed(skin, angles, at), bound: [at[0], at[1], at[2], RADIUS + 0.02] }],
    lights: [softbox([-3.6, 5, 3], [0, 0.6, 0], 1.3, [34, 33, 30.6]), softbox([4.6, 3.2, 1.6], [0, 0.6, 0], 1.1, [8.3, 8.7, 9])],
    camera: frontCamera([0.1 * swing, 0.8, 0], 7.2 + 0.25 * sway, 17 + 1.2 * sway, 26, -6 * swing, 0),
    ground: cloth(colour('#c9d0d6'), colour('#9aa7b2'), 0.022),
    groundFade: [3.4, 7],
    ...blurredPlace(colour('#5d6a70'), colour('#9fb0b4'), colour('#e9efe9'), 2.2, 6, [0.4, 0.43, 0.46]),
    exposure: 1,
  };
}

/** Renders the loop's first half on the pool, then writes it forth and back as MP4 (H.264), WebM (VP9) and a poster. */
export async function renderClip(pool: RenderPool, out: string): Promise<void> {
  const started = performance.now();
  const half = FRAMES / 2;
  const frames = await Promise.all(Array.from({ length: half + 1 }, async (_unused, index) => {
    const phase = index / FRAMES;
    const layers = await pool.run({ kind: 'frame', phase, sizePx: SIZE_PX, firstRow: 0, lastRow: SIZE_PX, samples: SAMPLES });
    return developPicture(layers.subarray(0, SIZE_PX * SIZE_PX * LAYERS), SIZE_PX, buildClipScene(phase).exposure, SEED, { smooth: false, grain: 0.004 });
  }));
  console.log(`clip  ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const loop = Array.from({ length: FRAMES }, (_unused, index) => frames[index <= half ? index : FRAMES - index]!);
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${SIZE_PX}x${SIZE_PX}`, '-r', String(FRAMES_PER_SECOND), '-i', '-'];
  // Sound-free, 4:2:0, BT.709, the header first: what every browser's decoder takes.
  const shared = ['-vf', 'scale=out_color_matrix=bt709:out_range=tv', '-pix_fmt', 'yuv420p', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-an'];
  await runFfmpeg([...raw, ...shared, '-c:v', 'libx264', '-profile:v', 'main', '-preset', 'slow', '-crf', '25', '-movflags', '+faststart', `${out}/orange.mp4`], loop);
  await runFfmpeg([...raw, ...shared, '-c:v', 'libvpx-vp9', '-crf', '37', '-b:v', '0', '-row-mt', '1', '-deadline', 'good', '-cpu-used', '3', `${out}/orange.webm`], loop);
  await writeWebp(`${out}/orange-poster.webp`, frames[0]!, SIZE_PX, 82);
  console.log(['orange.mp4', 'orange.webm'].map((file) => `${file} ${Math.round(statSync(`${out}/${file}`).size / 1000)} kB`).join('  '));
}
