import type { ColourMap } from './session-spec';

/** A map that can be drawn: one the person chose (values from low to high), or `diverging` (signed values around zero). */
export type ColourMapName = ColourMap | 'diverging';

/**
 * Control colours of the perceptually uniform maps, every 15th of 256 entries.
 * @see Smith and van der Walt 2015 (viridis, inferno); Nuñez, Anderton and Renslow 2018, doi:10.1371/journal.pone.0199239 (cividis)
 */
const controlColours: Readonly<Record<'viridis' | 'inferno' | 'cividis' | 'grey', string>> = {
  viridis: '440154 481769 472a7a 433d84 3d4e8a 355e8d 2e6d8e 297b8e 23898e 1f978b 21a585 2eb37c 46c06f 65cb5e 89d548 b0dd2f d8e219 fde725',
  inferno: '000004 0a0722 1e0c45 380962 510e6c 69166e 801f6c 982766 b0315b c63d4d d94d3d e9612b f47918 fa9407 fcb014 f8cd37 f2ea69 fcffa4',
  cividis: '00224e 002d68 163770 2e416d 3f4c6c 4e566c 5c616e 696b71 767676 838179 928c78 a09875 afa471 bfb06b cfbd62 dfca57 f0d846 fee838',
  grey: '000000 ffffff',
};

/** Entry of a diverging table that stands for zero. */
export const divergingZeroIndex = 128;

/** What a value that is no number (NaN or infinite) is drawn as: a magenta that no map contains. */
export const notANumberColour: readonly [red: number, green: number, blue: number] = [255, 0, 220];

const tables = new Map<ColourMapName, Uint8Array>();

/**
 * Table of 256 opaque RGBA colours, low to high; index = round(t * 255). Shared: never write to it.
 * For `diverging` entry {@link divergingZeroIndex} is zero, below is blue, above is orange.
 */
export function colourTable(map: ColourMapName): Uint8Array {
  const known = tables.get(map);
  if (known !== undefined) return known;
  const table = map === 'diverging' ? divergingTable() : splineTable(controlColours[map]);
  tables.set(map, table);
  return table;
}

/** Colour at `t` in 0..1 (clamped; NaN gives {@link notANumberColour}); for `diverging` 0.5 is zero. */
export function colourAt(map: ColourMapName, t: number): readonly [red: number, green: number, blue: number] {
  if (Number.isNaN(t)) return notANumberColour;
  const table = colourTable(map);
  const at = 4 * Math.round(Math.min(1, Math.max(0, t)) * 255);
  return [table[at] ?? 0, table[at + 1] ?? 0, table[at + 2] ?? 0];
}

/** CSS `linear-gradient` of the map, low end first, for a colour bar. */
export function colourGradient(map: ColourMapName, direction = 'to right', stops = 17): string {
  const parts: string[] = [];
  for (let index = 0; index < stops; index++) {
    const t = index / (stops - 1);
    const [red, green, blue] = colourAt(map, t);
    parts.push(`rgb(${red} ${green} ${blue}) ${Math.round(t * 1000) / 10}%`);
  }
  return `linear-gradient(${direction}, ${parts.join(', ')})`;
}

/** Cubic (Catmull-Rom) through evenly spaced control colours; end slopes are continued straight. */
function splineTable(hexColours: string): Uint8Array {
  const points = hexColours.split(' ').map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  const last = points.length - 1;
  const table = new Uint8Array(256 * 4).fill(255);
  const channelOf = (index: number, channel: number): number => points[index]?.[channel] ?? 0;
  for (let entry = 0; entry < 256; entry++) {
    const position = (entry / 255) * last;
    const segment = Math.min(last - 1, Math.floor(position));
    const f = position - segment;
    for (let channel = 0; channel < 3; channel++) {
      const p1 = channelOf(segment, channel);
      const p2 = channelOf(segment + 1, channel);
      const p0 = segment > 0 ? channelOf(segment - 1, channel) : 2 * p1 - p2;
      const p3 = segment < last - 1 ? channelOf(segment + 2, channel) : 2 * p2 - p1;
      const value = p1 + 0.5 * f * (p2 - p0 + f * (2 * p0 - 5 * p1 + 4 * p2 - p3 + f * (3 * (p1 - p2) + p3 - p0)));
      table[entry * 4 + channel] = toByte(value);
    }
  }
  return table;
}

/**
 * Signed map made here: dark neutral at zero, lightness (OKLab L) rising evenly with |value| on both arms, blue against
 * orange, which the common colour deficiencies keep apart. Dark at zero, so that what matters glows on a dark page.
 * @see Ottosson 2020, "A perceptual color space for image processing" (OKLab)
 */
function divergingTable(): Uint8Array {
  const table = new Uint8Array(256 * 4).fill(255);
  for (let entry = 0; entry < 256; entry++) {
    const signed = Math.max(-1, (entry - divergingZeroIndex) / 127);
    const size = Math.abs(signed);
    const hueRadians = ((signed < 0 ? 248 : 62) * Math.PI) / 180;
    const lightness = 0.21 + 0.65 * size;
    const chroma = 0.145 * Math.sin(Math.PI * 0.78 * size ** 0.8);
    const rgb = okLabToRgb(lightness, chroma * Math.cos(hueRadians), chroma * Math.sin(hueRadians));
    table.set(rgb, entry * 4);
  }
  return table;
}

function okLabToRgb(lightness: number, a: number, b: number): readonly [number, number, number] {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encodeSrgb(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    encodeSrgb(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    encodeSrgb(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

function encodeSrgb(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear));
  return toByte(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
