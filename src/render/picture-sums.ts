import type { AreaSplit } from './frame-import';
import { pictureModule } from './picture-bytes';

/** Most whole rows of one stretch that the module can add up in 16 bits. */
const mostRows = 257;
const pageBytes = 65536;
const stretchBytes = 16;

interface PictureExports {
  readonly memory: WebAssembly.Memory;
  sumAreas(pixels: number, rowPx: number, rows: number, rowCount: number, columns: number, columnCount: number, line: number, sums: number): void;
}

/** Where everything lies in the module's memory for one size of picture and input. */
export interface SummedPicture {
  /** Little-endian RGBA, to be written by the caller. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** `[rows, columns, 4]` f32: weighted sums of each channel under each pixel of the input, written by `sum`. */
  readonly sums: Float32Array;
  sum(): void;
}

/** Area sums by SIMD, in a memory of its own that only grows. */
export interface PictureSummer {
  /**
   * Makes room; what was made before is gone.
   *
   * @param rowPx    pixels in a row of the source
   * @param heightPx rows of the source
   * @returns null where a stretch has too many rows to be added up
   */
  prepare(rowPx: number, heightPx: number, rows: AreaSplit, columns: AreaSplit): SummedPicture | null;
}

/** @returns null where the engine has no SIMD */
export function createPictureSummer(): PictureSummer | null {
  const bytes = Uint8Array.from(atob(pictureModule), (letter) => letter.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return null;
  // A thousand bytes: compiled at once, faster than a promise would come back.
  const { memory, sumAreas } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as PictureExports;
  return {
    prepare: (rowPx, heightPx, rows, columns) => {
      if (rows.first.some((first, index) => (rows.last[index] ?? 0) - first - 1 > mostRows)) return null;
      const rowCount = rows.first.length;
      const columnCount = columns.first.length;
      const rowsAt = pageBytes;
      const columnsAt = rowsAt + rowCount * stretchBytes;
      const sumsAt = columnsAt + columnCount * stretchBytes;
      const lineAt = sumsAt + rowCount * columnCount * stretchBytes;
      const pixelsAt = lineAt + (rowPx + 4) * stretchBytes;
      const pixelBytes = rowPx * heightPx * 4;
      const end = pixelsAt + pixelBytes + stretchBytes;
      if (memory.buffer.byteLength < end) memory.grow(Math.ceil((end - memory.buffer.byteLength) / pageBytes));
      const { buffer } = memory;
      writeSplit(buffer, rowsAt, rows);
      writeSplit(buffer, columnsAt, columns);
      return {
        pixels: new Uint8Array(buffer, pixelsAt, pixelBytes),
        sums: new Float32Array(buffer, sumsAt, rowCount * columnCount * 4),
        sum: () => sumAreas(pixelsAt, rowPx, rowsAt, rowCount, columnsAt, columnCount, lineAt, sumsAt),
      };
    },
  };
}

function writeSplit(buffer: ArrayBuffer, at: number, { first, last, firstShare, lastShare }: AreaSplit): void {
  const view = new DataView(buffer, at);
  first.forEach((value, index) => {
    view.setInt32(index * stretchBytes, value, true);
    view.setInt32(index * stretchBytes + 4, last[index] ?? 0, true);
    view.setFloat32(index * stretchBytes + 8, firstShare[index] ?? 0, true);
    view.setFloat32(index * stretchBytes + 12, lastShare[index] ?? 0, true);
  });
}
