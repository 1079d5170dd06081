import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitColumns, layoutPool, type PoolInput } from './surface-pool';

const grid: PoolInput = {
  itemCount: 1000, across: 4, cellMainPx: 90, cellCrossPx: 80, mapMainPx: 2, mapCrossPx: 0, mapSizePx: 76,
  scrollPx: 0, viewportPx: 600, devicePixelRatio: 2,
};
const anyGrid = fc.record({
  itemCount: fc.integer({ min: 1, max: 3000 }), across: fc.integer({ min: 1, max: 12 }),
  cellMainPx: fc.integer({ min: 8, max: 300 }), cellCrossPx: fc.integer({ min: 8, max: 300 }),
  mapMainPx: fc.constant(0), mapCrossPx: fc.constant(0), mapSizePx: fc.integer({ min: 4, max: 8 }),
  scrollPx: fc.integer({ min: 0, max: 200_000 }), viewportPx: fc.integer({ min: 1, max: 2000 }),
  devicePixelRatio: fc.constantFrom(1, 1.25, 1.5, 2, 3),
});

describe('the pool of canvases', () => {
  it('covers the view with a few pages, whatever the number of items', () => {
    const few = layoutPool({ ...grid, scrollPx: 5000 });
    const many = layoutPool({ ...grid, scrollPx: 5000, itemCount: 100_000 });
    expect(many.pages).toEqual(few.pages);
    expect(many.slotCount).toBeLessThanOrEqual(6);
    const first = few.pages[0]!;
    const last = few.pages.at(-1)!;
    expect(first.offsetPx).toBeLessThanOrEqual(5000 - first.lengthPx);
    expect(last.offsetPx + last.lengthPx).toBeGreaterThanOrEqual(5600 + last.lengthPx - first.lengthPx);
  });

  it('knows which pages nobody sees', () => {
    // Pages of 4 lines, 360 px; the view is from 400 to 1000.
    const pages = layoutPool({ ...grid, scrollPx: 400 }).pages;
    expect(pages.map(({ page, inView }) => [page, inView])).toEqual([[0, false], [1, true], [2, true], [3, false]]);
  });

  it('puts every cell in view on exactly one canvas and never uses a canvas twice', () => {
    fc.assert(fc.property(anyGrid, (input) => {
      const lines = Math.ceil(input.itemCount / input.across);
      const scrollPx = Math.min(input.scrollPx, Math.max(0, lines * input.cellMainPx - input.viewportPx));
      const pool = layoutPool({ ...input, scrollPx });
      const slots = pool.pages.map((page) => page.slot);
      expect(new Set(slots).size).toBe(slots.length);
      expect(Math.max(...slots)).toBeLessThan(pool.slotCount);
      const shown = pool.pages.flatMap((page) => page.cells.map((cell) => cell.item));
      expect(new Set(shown).size).toBe(shown.length);
      const firstLine = Math.floor(scrollPx / input.cellMainPx);
      const lastLine = Math.min(lines - 1, Math.floor((scrollPx + input.viewportPx - 1) / input.cellMainPx));
      for (const item of [firstLine * input.across, Math.min(input.itemCount - 1, lastLine * input.across)]) expect(shown).toContain(item);
    }));
  });

  it('keeps a page on its canvas while it scrolls by', () => {
    const slotOf = (scrollPx: number, page: number): number | undefined =>
      layoutPool({ ...grid, scrollPx }).pages.find((candidate) => candidate.page === page)?.slot;
    expect(slotOf(1500, 4)).toBe(slotOf(1700, 4));
    expect(slotOf(1500, 4)).toBe(slotOf(1200, 4));
    expect(slotOf(1500, 4)).toBeDefined();
  });

  it('lays cells out in device pixels inside their canvas', () => {
    fc.assert(fc.property(anyGrid, (input) => {
      for (const page of layoutPool({ ...input, scrollPx: 0 }).pages) {
        for (const cell of page.cells) {
          expect(cell.main + cell.size).toBeLessThanOrEqual(page.deviceLength + 1);
          expect(cell.cross + cell.size).toBeLessThanOrEqual(page.deviceCross + 1);
        }
      }
    }));
    const cell = layoutPool(grid).pages[0]!.cells[5]!;
    expect(cell).toEqual({ item: 5, main: (90 + 2) * 2, cross: 80 * 2, size: 152 });
  });

  it('is empty without items or without room', () => {
    expect(layoutPool({ ...grid, itemCount: 0 }).pages).toEqual([]);
    expect(layoutPool({ ...grid, viewportPx: 0 }).pages).toEqual([]);
  });
});

describe('fitColumns', () => {
  it('fills the width', () => {
    expect(fitColumns(320, 72, 4)).toEqual({ columns: 4, cellPx: 77 });
    expect(fitColumns(20, 72, 4)).toEqual({ columns: 1, cellPx: 20 });
  });
});
