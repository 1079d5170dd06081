import { colourTable, notANumberColour } from '../contract/colour-map';
import type { ColourMap } from '../contract/session-spec';

/** Pixel as the 2D canvas stores it (little-endian RGBA: alpha in the high byte). */
export function packPixel(red: number, green: number, blue: number, alpha: number): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** {@link notANumberColour} as one pixel. */
export const notANumberPixel = packPixel(notANumberColour[0], notANumberColour[1], notANumberColour[2], 255);

const layerTables = new Map<string, Uint32Array>();

/** The table a layer is drawn with, packed for the 2D canvas: diverging when `signed`, else the chosen map. Shared, read only. */
export function layerPixels(colourMap: ColourMap, signed: boolean): Uint32Array {
  const map = signed ? 'diverging' : colourMap;
  let packed = layerTables.get(map);
  if (packed === undefined) {
    packed = packTable(colourTable(map), () => 255);
    layerTables.set(map, packed);
  }
  return packed;
}

const explanationTables = new Map<ColourMap, Uint32Array>();

/** The chosen map with alpha equal to the entry's index: no evidence is transparent, the most is opaque. Shared, read only. */
export function explanationPixels(colourMap: ColourMap): Uint32Array {
  let packed = explanationTables.get(colourMap);
  if (packed === undefined) {
    packed = packTable(colourTable(colourMap), (index) => index);
    explanationTables.set(colourMap, packed);
  }
  return packed;
}

function packTable(table: Uint8Array, alphaOf: (index: number) => number): Uint32Array {
  const packed = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    packed[index] = packPixel(table[4 * index] ?? 0, table[4 * index + 1] ?? 0, table[4 * index + 2] ?? 0, alphaOf(index));
  }
  return packed;
}
