import { readNpy as readArray, type NpyArray } from '../src/formats/numpy';

export { writeNpy } from '../src/state/write-npy';
export type { NpyArray };

/** An array out of the bytes of a `.npy` file. @throws AppError naming what is wrong with it */
export function readNpy(bytes: Uint8Array): NpyArray {
  return readArray('the array', bytes);
}
