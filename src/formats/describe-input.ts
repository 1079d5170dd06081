import { AppError } from '../contract/errors';

/** Sizes for a message, `?` where the file leaves one open; null: it says nothing of the shape. */
export function writeOpenShape(shape: readonly (number | null)[] | null): string {
  return shape === null ? '[?]' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
}

/** @throws AppError 'input-unsupported' naming the inputs, when there are several */
export function requireOneInput(described: readonly string[]): void {
  if (described.length < 2) return;
  throw new AppError('input-unsupported', `${described.length} inputs (${described.slice(0, 8).join('; ')}), a network with one picture as input is needed`);
}
