import { colourAt } from '../../contract/colour-map';
import { colourRangeOf } from '../../state/colours-of-map';
import { writeCaption } from '../../state/describe-map';
import { formatValue } from '../../state/format-value';
import { isStale, mapStrength, methodOf, planeOfMap, type InspectedMap } from '../../state/inspection';
import { nameTargetOf, networkOf } from '../../state/name-map';
import { writeNpy } from '../../state/write-npy';
import { colourScale, crispMaps } from './inspection-view';
import { drawMap } from './map-canvas';
import { wrapLines } from './wrap-lines';

/** Side of the saved picture's map, pixels. */
const sidePx = 640;
const marginPx = 24;

/** File name without extension: network, method, target. */
export function nameMap(map: InspectedMap): string {
  const target = map.result?.targetIndex ?? null;
  const own = networkOf(map);
  const label = target === null ? map.request.target.kind : own === null ? nameTargetOf(map) : own.card.classes[target] ?? `class-${target}`;
  return ['innerview', map.network, map.request.method, label].join('-').toLowerCase().replaceAll(/[^a-z0-9.+-]+/g, '-').replaceAll(/-+/g, '-');
}

const captionFont = '16px "Inter Variable", system-ui, sans-serif';
const linePx = 20;
/** Between the paragraphs of the caption. */
const gapPx = 6;

/** The map over its picture, with the colour bar and a caption that says what it is. @throws Error when the browser cannot encode it */
export async function renderMapPicture(map: InspectedMap): Promise<Blob> {
  const plane = planeOfMap(map);
  const method = methodOf(map);
  if (plane === null || method === null) throw new Error('there is no map yet');
  const range = colourRangeOf(plane, method, colourScale.peek());
  const square = document.createElement('canvas');
  square.width = sidePx;
  square.height = sidePx;
  const squareContext = square.getContext('2d');
  const page = document.createElement('canvas');
  const context = page.getContext('2d');
  if (squareContext === null || context === null) throw new Error('no drawing context');
  context.font = captionFont;
  const caption = `${writeCaption(map, range)} · ${new Date().toISOString().slice(0, 10)}`;
  const paragraphs = [...caption.split('\n'), ...(isStale(map) ? ['The picture above was changed after this map was made.'] : [])]
    .map((text) => wrapLines(text, sidePx, (part) => context.measureText(part).width));
  const top = marginPx + sidePx + 16;
  page.width = sidePx + 2 * marginPx;
  page.height = top + 46 + paragraphs.reduce((height, lines) => height + lines.length * linePx + gapPx, 0) + marginPx;
  drawMap(squareContext, plane, range, mapStrength.peek(), crispMaps.peek());
  context.fillStyle = '#10151c';
  context.fillRect(0, 0, page.width, page.height);
  context.drawImage(square, marginPx, marginPx);
  for (let x = 0; x < sidePx; x += 1) {
    const [red, green, blue] = colourAt(range.map, x / (sidePx - 1));
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
    context.fillRect(marginPx + x, top, 1, 14);
  }
  context.fillStyle = '#e9eef5';
  // A canvas that was given its size forgets its font.
  context.font = captionFont;
  context.fillText(formatValue(range.low), marginPx, top + 34);
  context.textAlign = 'right';
  context.fillText(formatValue(range.high), marginPx + sidePx, top + 34);
  context.textAlign = 'left';
  let y = top + 66;
  for (const lines of paragraphs) {
    for (const line of lines) {
      context.fillText(line, marginPx, y);
      y += linePx;
    }
    y += gapPx;
  }
  return new Promise((resolve, reject) => {
    page.toBlob((blob) => (blob === null ? reject(new Error('the picture could not be encoded')) : resolve(blob)), 'image/png');
  });
}

/** The map's own values, `[h, w]` or `[h, w, c]` float32. */
export function encodeMapArray(map: InspectedMap): Blob {
  if (map.result === null) throw new Error('there is no map yet');
  return new Blob([writeNpy(map.result.map.shape, map.result.map.values)], { type: 'application/octet-stream' });
}

/** Hands a file to the person as a download. */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download reads it a moment later.
  setTimeout(() => URL.revokeObjectURL(address), 30_000);
}

/** Whether this browser has a system sheet that takes pictures. */
export function canShare(): boolean {
  return typeof navigator.share === 'function' && typeof navigator.canShare === 'function'
    && navigator.canShare({ files: [new File([], 'map.png', { type: 'image/png' })] });
}

/** Opens the system sheet. Closing it without a choice is no failure. */
export async function shareFile(file: Blob, name: string): Promise<void> {
  try {
    await navigator.share({ files: [new File([file], name, { type: file.type })], title: name });
  } catch (thrown) {
    if (!(thrown instanceof DOMException && thrown.name === 'AbortError')) throw thrown;
  }
}
