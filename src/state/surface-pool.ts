/**
 * A long list of equal cells, drawn on a few page-sized canvases that the browser scrolls natively.
 * Pure: scroll position in, pages out. `main` runs along the scrolling direction, `cross` across it. Lengths in CSS pixels.
 */
export interface PoolInput {
  readonly itemCount: number;
  /** Cells side by side across the scrolling direction. */
  readonly across: number;
  /** Distance from one cell to the next, gap included. */
  readonly cellMainPx: number;
  readonly cellCrossPx: number;
  /** The square of a cell that is drawn on: its corner inside the cell, and its side. */
  readonly mapMainPx: number;
  readonly mapCrossPx: number;
  readonly mapSizePx: number;
  readonly scrollPx: number;
  readonly viewportPx: number;
  readonly devicePixelRatio: number;
}

/** A cell's square on its canvas, in device pixels. */
export interface PoolCell {
  readonly item: number;
  readonly main: number;
  readonly cross: number;
  readonly size: number;
}

export interface PoolPage {
  /** Which canvas of the pool shows this page; stable while the page stays near the view. */
  readonly slot: number;
  readonly page: number;
  readonly firstItem: number;
  readonly itemCount: number;
  /** Where the canvas lies in the scrolled content, CSS pixels. */
  readonly offsetPx: number;
  readonly lengthPx: number;
  readonly crossPx: number;
  /** Size of the canvas itself, device pixels. */
  readonly deviceLength: number;
  readonly deviceCross: number;
  readonly cells: readonly PoolCell[];
  /** False: only near the view, none of it in sight. */
  readonly inView: boolean;
}

export interface Pool {
  /** Length of the whole content along the scrolling direction. */
  readonly contentPx: number;
  readonly pages: readonly PoolPage[];
  /** Canvases that exist at once, whatever the number of items. */
  readonly slotCount: number;
}

/** Pages per view: smaller pages waste less drawing outside the view, larger ones need fewer canvases. */
const pagesPerView = 2;

/** The pages in view and one on either side, so that a canvas has its new tiles before it scrolls into sight. */
export function layoutPool(input: PoolInput): Pool {
  const { itemCount, across, cellMainPx, viewportPx } = input;
  const lines = Math.ceil(itemCount / across);
  if (lines === 0 || cellMainPx <= 0 || viewportPx <= 0) return { contentPx: lines * cellMainPx, pages: [], slotCount: 0 };
  const linesPerPage = Math.max(1, Math.ceil(viewportPx / cellMainPx / pagesPerView));
  const pageCount = Math.ceil(lines / linesPerPage);
  const pagePx = linesPerPage * cellMainPx;
  const slotCount = Math.min(pageCount, Math.ceil(viewportPx / pagePx) + 3);
  const first = clamp(Math.floor(input.scrollPx / pagePx) - 1, 0, pageCount - 1);
  const last = clamp(Math.floor((input.scrollPx + viewportPx - 1) / pagePx) + 1, 0, pageCount - 1);
  const pages: PoolPage[] = [];
  for (let page = first; page <= last; page += 1) pages.push(layoutPage(input, page, linesPerPage, page % slotCount));
  return { contentPx: lines * cellMainPx, pages, slotCount };
}

/** Columns that fit, and the cell size that fills the width with them. */
export function fitColumns(widthPx: number, smallestCellPx: number, gapPx: number): { readonly columns: number; readonly cellPx: number } {
  const columns = Math.max(1, Math.floor((widthPx + gapPx) / (smallestCellPx + gapPx)));
  return { columns, cellPx: Math.max(1, Math.floor((widthPx + gapPx) / columns) - gapPx) };
}

function layoutPage(input: PoolInput, page: number, linesPerPage: number, slot: number): PoolPage {
  const { across, cellMainPx, cellCrossPx, devicePixelRatio: ratio } = input;
  const firstItem = page * linesPerPage * across;
  const itemCount = Math.min(input.itemCount - firstItem, linesPerPage * across);
  const lengthPx = linesPerPage * cellMainPx;
  const crossPx = across * cellCrossPx;
  const size = Math.max(1, Math.round(input.mapSizePx * ratio));
  const cells: PoolCell[] = [];
  for (let index = 0; index < itemCount; index += 1) {
    const line = Math.floor(index / across);
    cells.push({
      item: firstItem + index,
      main: Math.round((line * cellMainPx + input.mapMainPx) * ratio),
      cross: Math.round(((index % across) * cellCrossPx + input.mapCrossPx) * ratio),
      size,
    });
  }
  const offsetPx = page * lengthPx;
  return {
    slot, page, firstItem, itemCount, offsetPx, lengthPx, crossPx,
    deviceLength: Math.ceil(lengthPx * ratio), deviceCross: Math.ceil(crossPx * ratio), cells,
    inView: offsetPx < input.scrollPx + input.viewportPx && offsetPx + lengthPx > input.scrollPx,
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
