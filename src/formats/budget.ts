import { AppError } from '../contract/errors';

/** Bounds what an import may allocate by what the file holds, so that a small file cannot ask for a large memory. */
export class Budget {
  #left: number;
  /** Some weights were stored as integers or halves. */
  dequantised = false;

  /** @param fileBytes  bytes of the file and its external data */
  constructor(fileBytes: number) {
    this.#left = 2 ** 22 + 4 * fileBytes;
  }

  /** @throws AppError 'format-too-large' when more elements are asked for than the file can justify */
  spend(elements: number, where: string): void {
    this.#left -= elements;
    if (this.#left < 0) throw new AppError('format-too-large', `${where}: constants of this size are out of proportion to the file`);
  }
}
