import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CLIPS, buildClipScene } from './clip';
import { PICTURES } from './pictures';
import { shadeRows } from './soft-shading';
import { traceRows } from './tracer';

const project = join(import.meta.dirname, '..', '..');
const folder = join(project, 'public/gallery');
const entry = z.object({ file: z.string(), title: z.string().min(1), network: z.enum(['everyday', 'digits']), label: z.string() });
const index = z.object({ pictures: z.array(entry), clips: z.array(entry.extend({ type: z.string(), poster: z.string() })) })
  .parse(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')));

const readHead = (file: string): string => readFileSync(join(folder, file)).subarray(0, 16).toString('latin1');

describe('the gallery that is shipped', () => {
  it('lists what the scenes say and nothing else', () => {
    expect(index.pictures.map(({ file }) => file)).toEqual(PICTURES.filter(({ shipped }) => shipped).map(({ name }) => `${name}.webp`));
    expect(index.clips.map(({ file }) => file)).toEqual(CLIPS.map(({ file }) => file));
    expect(index.pictures.filter(({ network }) => network === 'everyday').length).toBeGreaterThanOrEqual(8);
    expect(index.pictures.filter(({ network }) => network === 'digits').length).toBeGreaterThanOrEqual(3);
  });

  it('has every file, as what it says it is and small enough', () => {
    for (const { file } of index.pictures) {
      expect(readHead(file)).toMatch(/^RIFF[^]{4}WEBP/);
      expect(statSync(join(folder, file)).size).toBeLessThan(90_000);
    }
    for (const { file, type, poster } of index.clips) {
      expect(readHead(file)).toMatch(type === 'video/mp4' ? /ftyp/ : /^\x1a\x45\xdf\xa3/);
      expect(readHead(poster)).toContain('WEBP');
    }
    expect(index.clips.reduce((bytes, { file }) => bytes + statSync(join(folder, file)).size, 0)).toBeLessThan(900_000);
  });

  it('names classes that the networks know', () => {
    for (const { network, label } of [...index.pictures, ...index.clips]) {
      const path = join(project, 'public/models', network, 'card.json');
      expect(existsSync(path)).toBe(true);
      expect(z.object({ classes: z.array(z.string()) }).parse(JSON.parse(readFileSync(path, 'utf8'))).classes).toContain(label);
    }
  });
});

describe('rendering', () => {
  it('gives the same numbers twice and finite ones', () => {
    const scene = buildClipScene(0.25);
    const first = traceRows(scene, 24, 8, 16, 4, 1);
    expect(traceRows(scene, 24, 8, 16, 4, 1)).toEqual(first);
    expect(first.every(Number.isFinite)).toBe(true);
    expect(traceRows(scene, 24, 8, 16, 4, 2)).not.toEqual(first);
  });

  it('moves the clip through the picture and ends it where it began', () => {
    const sizePx = 32;
    // Layers 3 and 5 are the albedo's red and blue; the orange is where red outweighs blue by far.
    const centreOf = (phase: number): number => {
      const layers = shadeRows(buildClipScene(phase), sizePx, 0, sizePx, 1);
      const columns: number[] = [];
      for (let pixel = 0; pixel < sizePx * sizePx; pixel += 1) if (layers[pixel * 13 + 3]! > 4 * layers[pixel * 13 + 5]! && layers[pixel * 13 + 3]! > 0.2) columns.push(pixel % sizePx);
      return columns.reduce((sum, column) => sum + column, 0) / columns.length / sizePx;
    };
    expect(centreOf(0)).toBeLessThan(0.38);
    expect(centreOf(0.5)).toBeGreaterThan(0.6);
    expect(centreOf(1)).toBeCloseTo(centreOf(0), 6);
    expect(centreOf(0.75)).toBeCloseTo(centreOf(0.25), 6);
  });
});
