import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { chromiumFlags, chromiumPath } from './chromium';

const folder = join(import.meta.dirname, '../../.cache/clips');
/** Raised when the drawing below changes, so that clips made before are not used again. */
const version = 2;
/** Chromium plays an MJPEG file at this rate, whatever it holds, and starts again at its end. */
const playedFramesPerSecond = 30;

interface ClipSize {
  readonly widthPx?: number;
  readonly heightPx?: number;
}

export interface ClipOptions extends ClipSize {
  /** Paths of pictures that Chromium can read, in order. */
  readonly pictures: readonly string[];
  /** For how many of the clip's frames each picture stays; default 30. */
  readonly holdFrames?: number;
  /** Frames of the clip in a second, a divisor of 30 (each is written 30 / fps times); default 30. */
  readonly fps?: number;
  /**
   * `square`: the picture's central square fills the central square of the frame, which is what the network sees; grey
   * beside it. `cover`: the picture fills the frame. Default `square`.
   */
  readonly fit?: 'square' | 'cover';
}

export interface MovingObjectOptions extends ClipSize {
  /** Shown in a round window that moves; default: a drawn orange. */
  readonly picture?: string;
  /** Frames from the left to the right and back; default 120, four seconds. */
  readonly periodFrames?: number;
  /** Diameter; default 180. */
  readonly objectPx?: number;
}

/** The fake camera's file for these pictures: made once, then found in .cache/clips by what is in it. */
export async function makeClip(options: ClipOptions): Promise<string> {
  const { pictures, widthPx = 640, heightPx = 480, holdFrames = 30, fps = 30, fit = 'square' } = options;
  if (pictures.length === 0) throw new Error('A clip needs at least one picture.');
  if (!Number.isInteger(playedFramesPerSecond / fps)) throw new Error(`${fps} frames a second: not a divisor of ${playedFramesPerSecond}.`);
  const contents = pictures.map((path) => readFileSync(path));
  return cached(['clip', widthPx, heightPx, holdFrames, fps, fit, ...contents], async (page) => {
    const repeats = holdFrames * (playedFramesPerSecond / fps);
    const frames: Buffer[] = [];
    for (const [index, content] of contents.entries()) {
      const encoded = await page.evaluate(drawPicture, { base64: content.toString('base64'), widthPx, heightPx, fit })
        .catch((error: unknown) => { throw new Error(`${pictures[index]} is no picture that Chromium can read.`, { cause: error }); });
      for (let count = 0; count < repeats; count += 1) frames.push(decodeDataUrl(encoded));
    }
    return frames;
  });
}

/** A clip of one object that moves left and right across the whole frame in front of a plain table; no two frames of it are the same. */
export async function movingObjectClip(options: MovingObjectOptions = {}): Promise<string> {
  const { picture, widthPx = 640, heightPx = 480, periodFrames = 120, objectPx = 180 } = options;
  const content = picture === undefined ? null : readFileSync(picture);
  return cached(['moving', widthPx, heightPx, periodFrames, objectPx, content ?? ''], async (page) => {
    const base64 = content?.toString('base64') ?? null;
    const encoded = await page.evaluate(drawMovingObject, { base64, widthPx, heightPx, periodFrames, objectPx });
    return encoded.map(decodeDataUrl);
  });
}

async function cached(key: readonly (string | number | Buffer)[], drawFrames: (page: Page) => Promise<readonly Buffer[]>): Promise<string> {
  const hash = createHash('sha256').update(`version ${version}`);
  for (const part of key) hash.update('\0').update(typeof part === 'number' ? String(part) : part);
  const path = join(folder, `${hash.digest('hex').slice(0, 24)}.mjpeg`);
  if (existsSync(path)) return path;
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags('wasm', null)] });
  try {
    const page = await browser.newPage();
    // tsx (esbuild) wraps named functions in a call of this, which the page does not know.
    await page.evaluate('globalThis.__name = (value) => value');
    const frames = await drawFrames(page);
    mkdirSync(folder, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, Buffer.concat(frames));
    renameSync(unfinished, path);
    return path;
  } finally {
    await browser.close();
  }
}

function decodeDataUrl(url: string): Buffer {
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

// What follows runs in the page: it may use nothing of this module.

async function drawPicture({ base64, widthPx, heightPx, fit }: {
  readonly base64: string; readonly widthPx: number; readonly heightPx: number; readonly fit: 'square' | 'cover';
}): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes]));
  const canvas = document.createElement('canvas');
  canvas.width = widthPx;
  canvas.height = heightPx;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no 2d context');
  context.fillStyle = '#808080';
  context.fillRect(0, 0, widthPx, heightPx);
  context.imageSmoothingQuality = 'high';
  const squarePx = Math.min(widthPx, heightPx);
  const boxWidthPx = fit === 'square' ? squarePx : widthPx;
  const boxHeightPx = fit === 'square' ? squarePx : heightPx;
  const scale = Math.max(boxWidthPx / bitmap.width, boxHeightPx / bitmap.height);
  context.beginPath();
  context.rect((widthPx - boxWidthPx) / 2, (heightPx - boxHeightPx) / 2, boxWidthPx, boxHeightPx);
  context.clip();
  context.drawImage(bitmap, (widthPx - bitmap.width * scale) / 2, (heightPx - bitmap.height * scale) / 2, bitmap.width * scale, bitmap.height * scale);
  return canvas.toDataURL('image/jpeg', 0.92);
}

async function drawMovingObject({ base64, widthPx, heightPx, periodFrames, objectPx }: {
  readonly base64: string | null; readonly widthPx: number; readonly heightPx: number; readonly periodFrames: number; readonly objectPx: number;
}): Promise<string[]> {
  const canvas = document.createElement('canvas');
  canvas.width = widthPx;
  canvas.height = heightPx;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no 2d context');
  const bitmap = base64 === null ? null
    : await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]));
  const radius = objectPx / 2;
  const frames: string[] = [];
  for (let frame = 0; frame < periodFrames; frame += 1) {
    const phase = (1 - Math.cos((2 * Math.PI * frame) / periodFrames)) / 2;
    const x = radius + phase * (widthPx - objectPx);
    // Lower on the way out than on the way back: without this every frame of the way back equals one of the way out, to the bit.
    const y = heightPx * 0.52 + heightPx * 0.02 * Math.sin((2 * Math.PI * frame) / periodFrames);
    const wall = context.createLinearGradient(0, 0, 0, heightPx);
    wall.addColorStop(0, '#b9b4aa');
    wall.addColorStop(0.68, '#cfcac0');
    wall.addColorStop(0.7, '#7d6f60');
    wall.addColorStop(1, '#94836f');
    context.fillStyle = wall;
    context.fillRect(0, 0, widthPx, heightPx);
    context.fillStyle = 'rgb(30 20 10 / 0.35)';
    context.beginPath();
    context.ellipse(x + radius * 0.1, y + radius * 0.98, radius * 0.95, radius * 0.16, 0, 0, 2 * Math.PI);
    context.fill();
    context.save();
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.clip();
    if (bitmap === null) {
      const skin = context.createRadialGradient(x - radius * 0.35, y - radius * 0.4, radius * 0.08, x, y, radius);
      skin.addColorStop(0, '#ffd9a0');
      skin.addColorStop(0.35, '#f79a28');
      skin.addColorStop(0.85, '#d9700c');
      skin.addColorStop(1, '#8f4405');
      context.fillStyle = skin;
      context.fillRect(x - radius, y - radius, objectPx, objectPx);
      // Pores, at fixed places of the skin, so that the object has a texture of its own.
      for (let pore = 0; pore < 160; pore += 1) {
        const angle = pore * 2.399963;
        const distance = radius * Math.sqrt(pore / 160);
        context.fillStyle = pore % 2 === 0 ? 'rgb(120 55 5 / 0.28)' : 'rgb(255 220 160 / 0.22)';
        context.beginPath();
        context.arc(x + distance * Math.cos(angle), y + distance * Math.sin(angle), radius * 0.025, 0, 2 * Math.PI);
        context.fill();
      }
    } else {
      const scale = objectPx / Math.min(bitmap.width, bitmap.height);
      context.drawImage(bitmap, x - (bitmap.width * scale) / 2, y - (bitmap.height * scale) / 2, bitmap.width * scale, bitmap.height * scale);
    }
    context.restore();
    frames.push(canvas.toDataURL('image/jpeg', 0.88));
  }
  return frames;
}
