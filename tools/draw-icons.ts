// Draws public/icons/*: `npx tsx tools/draw-icons.ts`. The results are committed; nothing of this runs in a build.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { chromiumFlags, chromiumPath } from '../e2e/harness/chromium';

const folder = join(import.meta.dirname, '../public/icons');
const background = '#0b0f14';
const accent = '#4cc2ff';
const size = 512;
const centre = size / 2;

/** An iris of stacked feature maps, each turned a little further, around the map one looks at. */
function drawIris(scale: number): string {
  const sheets = 5;
  const parts: string[] = [];
  for (let sheet = 0; sheet < sheets; sheet += 1) {
    const side = 292 - sheet * 34;
    // Five turns of 18 degrees: the sixth would lie on the first again.
    const turn = 45 + sheet * (90 / sheets);
    const fill = (0.08 + sheet * 0.03).toFixed(2);
    const line = (0.3 + sheet * 0.14).toFixed(2);
    parts.push(`<rect x="${centre - side / 2}" y="${centre - side / 2}" width="${side}" height="${side}" rx="26" transform="rotate(${turn} ${centre} ${centre})"`
      + ` fill="${accent}" fill-opacity="${fill}" stroke="${accent}" stroke-opacity="${line}" stroke-width="7"/>`);
  }
  const cell = 33;
  const gap = 7;
  const brightness = [0.3, 0.62, 0.4, 0.72, 1, 0.55, 0.38, 0.66, 0.26];
  const start = centre - (3 * cell + 2 * gap) / 2;
  parts.push(`<circle cx="${centre}" cy="${centre}" r="84" fill="${background}"/>`);
  brightness.forEach((value, index) => {
    const x = start + (index % 3) * (cell + gap);
    const y = start + Math.floor(index / 3) * (cell + gap);
    const colour = value === 1 ? '#ffffff' : accent;
    parts.push(`<rect x="${x}" y="${y}" width="${cell}" height="${cell}" rx="6" fill="${colour}" fill-opacity="${value}"/>`);
  });
  return `<g transform="translate(${centre} ${centre}) scale(${scale}) translate(${-centre} ${-centre})">${parts.join('')}</g>`;
}

/** `cornerPx`: 0 fills the whole square, for systems that cut their own shape. */
function drawIcon(cornerPx: number, scale: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}"><rect width="${size}" height="${size}" rx="${cornerPx}" fill="${background}"/>${drawIris(scale)}</svg>`;
}

const plain = drawIcon(112, 1.12);
// A maskable icon may lose everything outside the circle of 40 % radius; Apple's corners take less.
const maskable = drawIcon(0, 0.92);
const pictures = [
  { name: 'icon-192.png', svg: plain, sizePx: 192 },
  { name: 'icon-512.png', svg: plain, sizePx: 512 },
  { name: 'icon-maskable-512.png', svg: maskable, sizePx: 512 },
  { name: 'apple-touch-icon.png', svg: drawIcon(0, 1.02), sizePx: 180 },
];

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'favicon.svg'), `${plain}\n`);
const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags('wasm', null)] });
try {
  const page = await browser.newPage();
  for (const { name, svg, sizePx } of pictures) {
    await page.setViewportSize({ width: sizePx, height: sizePx });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
    await page.screenshot({ path: join(folder, name), omitBackground: true });
  }
} finally {
  await browser.close();
}
