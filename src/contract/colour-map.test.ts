import { describe, expect, it } from 'vitest';
import { colourAt, colourGradient, colourTable, divergingZeroIndex, notANumberColour, type ColourMapName } from './colour-map';
import { colourMaps } from './session-spec';

const all: readonly ColourMapName[] = [...colourMaps, 'diverging'];

/** CIE L* of an sRGB colour, 0..100. */
function lightness(colour: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = colour.map((byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}

function entries(map: ColourMapName): readonly (readonly number[])[] {
  const table = colourTable(map);
  return Array.from({ length: 256 }, (_, index) => [...table.subarray(4 * index, 4 * index + 3)]);
}

describe('colour tables', () => {
  it.each(all)('%s has 256 opaque colours', (map) => {
    const table = colourTable(map);
    expect(table).toHaveLength(1024);
    for (let at = 3; at < 1024; at += 4) expect(table[at]).toBe(255);
  });

  it.each(colourMaps)('%s gets lighter with every step, evenly', (map) => {
    const lights = entries(map).map(lightness);
    const mean = ((lights[255] ?? 0) - (lights[0] ?? 0)) / 255;
    for (let index = 8; index < 256; index += 8) {
      const step = ((lights[index] ?? 0) - (lights[index - 8] ?? 0)) / 8;
      expect(step, `around entry ${index}`).toBeGreaterThan(0.35 * mean);
      expect(step, `around entry ${index}`).toBeLessThan(2.2 * mean);
    }
  });

  // Published values of the maps, at entries that are no control points.
  it.each([['viridis', 128, [33, 145, 140]], ['viridis', 70, [56, 89, 140]], ['inferno', 128, [188, 55, 84]], ['inferno', 200, [251, 157, 7]], ['cividis', 128, [125, 124, 120]]] as const)('%s at %i is as published', (map, index, colour) => {
    const got = entries(map)[index] ?? [];
    colour.forEach((byte, channel) => expect(Math.abs((got[channel] ?? 0) - byte)).toBeLessThanOrEqual(3));
  });

  it('the diverging map is neutral and darkest at zero and lighter on both sides, the same for both', () => {
    const colours = entries('diverging');
    const zero = colours[divergingZeroIndex] ?? [];
    expect(Math.max(...zero) - Math.min(...zero)).toBeLessThanOrEqual(2);
    const lights = colours.map(lightness);
    for (let away = 1; away < 128; away++) {
      const above = lights[divergingZeroIndex + away] ?? 0;
      const below = lights[divergingZeroIndex - away] ?? 0;
      expect(above).toBeGreaterThanOrEqual((lights[divergingZeroIndex + away - 1] ?? 0) - 0.3);
      expect(below).toBeGreaterThanOrEqual((lights[divergingZeroIndex - away + 1] ?? 0) - 0.3);
      expect(Math.abs(above - below)).toBeLessThan(8);
    }
    expect(lights[255]).toBeGreaterThan(75);
    expect(lights[0]).toBeGreaterThan(75);
  });

  it('the two arms of the diverging map stay apart without red-green vision', () => {
    for (let away = 12; away < 128; away += 8) {
      const [redAbove = 0, greenAbove = 0, blueAbove = 0] = entries('diverging')[divergingZeroIndex + away] ?? [];
      const [redBelow = 0, greenBelow = 0, blueBelow = 0] = entries('diverging')[divergingZeroIndex - away] ?? [];
      // Yellow against blue is what such eyes see.
      const yellowBlue = (redAbove + greenAbove) / 2 - blueAbove - ((redBelow + greenBelow) / 2 - blueBelow);
      expect(yellowBlue).toBeGreaterThan(25);
    }
  });
});

describe('colourAt', () => {
  it('clamps, and marks what is no number with a colour of its own', () => {
    expect(colourAt('grey', -1)).toEqual([0, 0, 0]);
    expect(colourAt('grey', 2)).toEqual([255, 255, 255]);
    expect(colourAt('grey', 0.5)).toEqual([128, 128, 128]);
    expect(colourAt('viridis', Number.NaN)).toEqual(notANumberColour);
    for (const map of all) {
      for (const colour of entries(map)) {
        const apart = Math.hypot(...colour.map((byte, channel) => byte - (notANumberColour[channel] ?? 0)));
        expect(apart).toBeGreaterThan(60);
      }
    }
  });

  it('gives zero of a diverging map at one half', () => {
    expect(colourAt('diverging', 0.5)).toEqual(entries('diverging')[divergingZeroIndex]);
  });
});

it('writes a CSS gradient from low to high', () => {
  expect(colourGradient('grey', 'to top', 3)).toBe('linear-gradient(to top, rgb(0 0 0) 0%, rgb(128 128 128) 50%, rgb(255 255 255) 100%)');
});
