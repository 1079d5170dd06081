import { expect, test } from '../../e2e/harness/fixtures';
import type { ImportReport, ImportRequest } from './cases/imports';

const cases = '/test/gpu/cases/imports.ts';
const colour = { height: 64, width: 64, channels: 3, mean: [124, 116, 104], std: [58, 57, 57] };
const grey = { height: 28, width: 28, channels: 1, mean: [33], std: [79] };

interface Case extends ImportRequest {
  /** Largest mean error allowed, in parts of 255. */
  readonly meanWithin: { readonly cpu: number; readonly gpu: number };
}

const exact = { cpu: 0.01, gpu: 0.01 };

const requests: Readonly<Record<string, Case>> = {
  'a 720p camera frame': { source: 'rgbx', width: 1280, height: 720, crop: { x: 280, y: 0, sizePx: 720 }, mirror: false, spec: colour, meanWithin: exact },
  'a mirrored frame with an odd crop': { source: 'rgbx', width: 640, height: 480, crop: { x: 81, y: 3, sizePx: 333 }, mirror: true, spec: colour, meanWithin: exact },
  'a frame in planes': { source: 'i420', width: 640, height: 480, crop: { x: 80, y: 0, sizePx: 480 }, mirror: true, spec: colour, meanWithin: { cpu: 1.5, gpu: 1.5 } },
  'a frame that lies on its side': { source: 'turned-90', width: 240, height: 320, crop: { x: 10, y: 40, sizePx: 220 }, mirror: false, spec: colour, meanWithin: exact },
  'a mirrored frame on its other side': { source: 'turned-270', width: 240, height: 320, crop: { x: 10, y: 40, sizePx: 220 }, mirror: true, spec: { ...colour, height: 48 }, meanWithin: exact },
  'a frame upside down': { source: 'turned-180', width: 320, height: 240, crop: { x: 30, y: 6, sizePx: 230 }, mirror: true, spec: colour, meanWithin: exact },
  // Chromium stretches the frame's texture itself, to the nearest pixel.
  'a frame shown wider than it is': { source: 'stretched', width: 480, height: 360, crop: { x: 51, y: 0, sizePx: 360 }, mirror: true, spec: colour, meanWithin: { cpu: 0.01, gpu: 1.5 } },
  'a picture for a grey network': { source: 'bitmap', width: 300, height: 260, crop: { x: 20, y: 0, sizePx: 260 }, mirror: false, spec: grey, meanWithin: exact },
  'a frame for a network that wants blue first': { source: 'rgbx', width: 320, height: 240, crop: { x: 30, y: 6, sizePx: 230 }, mirror: false, spec: { ...colour, channelOrder: 'bgr' }, meanWithin: exact },
  'a picture smaller than the input': { source: 'bitmap', width: 40, height: 40, crop: { x: 0, y: 0, sizePx: 40 }, mirror: true, spec: colour, meanWithin: exact },
  'a large picture': { source: 'bitmap', width: 1600, height: 1500, crop: { x: 100, y: 0, sizePx: 1500 }, mirror: false, spec: colour, meanWithin: { cpu: 1.5, gpu: 0.01 } },
  'a half transparent picture, over white': { source: 'bitmap', width: 128, height: 128, crop: { x: 0, y: 0, sizePx: 128 }, mirror: false, spec: colour, alpha: 100, meanWithin: { cpu: 1, gpu: 1 } },
  'a frame that must be drawn': { source: 'rgba', width: 128, height: 128, crop: { x: 0, y: 0, sizePx: 128 }, mirror: true, spec: colour, meanWithin: exact },
  'a crop that reaches outside': { source: 'rgbx', width: 200, height: 100, crop: { x: -20, y: -30, sizePx: 160 }, mirror: true, spec: colour, meanWithin: exact },
};

for (const [name, { meanWithin, ...request }] of Object.entries(requests)) {
  test(`both tiers make the area average of ${name}`, async ({ sourcePage }) => {
    const report = await sourcePage.run<ImportReport>(cases, 'importBoth', request);
    if (process.env['SHOW'] !== undefined) console.log(name, JSON.stringify(report));
    expect(report.spread).toBeGreaterThan(60);
    expect(report.bufferBytes).toBe(request.spec.height * request.spec.width * request.spec.channels * 4);
    expect(report.repeats).toBe(true);
    expect(report.cpu[0]).toBeLessThan(meanWithin.cpu);
    expect(report.gpu[0]).toBeLessThan(meanWithin.gpu);
  });
}
