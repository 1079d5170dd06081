import { drain } from './in-steps';

/** `Xᵀ (X v)` without forming the covariance. */
function applyCovariance(rows: Float64Array, count: number, size: number, vector: Float64Array): Float64Array {
  const result = new Float64Array(size);
  for (let row = 0; row < count; row += 1) {
    let product = 0;
    for (let at = 0; at < size; at += 1) product += (rows[row * size + at] ?? 0) * (vector[at] ?? 0);
    for (let at = 0; at < size; at += 1) result[at] = (result[at] ?? 0) + (rows[row * size + at] ?? 0) * product;
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let at = 0; at < a.length; at += 1) total += (a[at] ?? 0) * (b[at] ?? 0);
  return total;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let at = 0; at < to.length; at += 1) to[at] = (to[at] ?? 0) + (from[at] ?? 0) * factor;
}

/** Vector of the largest eigenvalue of a positive semidefinite tridiagonal matrix: the matrix is squared until one direction is left. */
function* topOfTridiagonal(diagonal: readonly number[], beside: readonly number[]): Generator<number, Float64Array, void> {
  const size = diagonal.length;
  const reach = diagonal.map((value, at) => Math.abs(value) + Math.abs(beside[at - 1] ?? 0) + Math.abs(beside[at] ?? 0));
  let vector = Float64Array.from({ length: size }, (_, at) => 1 / (at + 1));
  const shift = Math.max(...reach, 1e-300);
  let matrix = new Float64Array(size * size);
  for (let at = 0; at < size; at += 1) {
    matrix[at * size + at] = (diagonal[at] ?? 0) / shift;
    if (at + 1 < size) {
      matrix[at * size + at + 1] = (beside[at] ?? 0) / shift;
      matrix[(at + 1) * size + at] = (beside[at] ?? 0) / shift;
    }
  }
  for (let round = 0; round < 40; round += 1) {
    if (round % 2 === 0) yield 0.8 + (0.2 * round) / 40;
    const squared = new Float64Array(size * size);
    let largest = 0;
    for (let row = 0; row < size; row += 1) {
      for (let inner = 0; inner < size; inner += 1) {
        const factor = matrix[row * size + inner] ?? 0;
        if (factor === 0) continue;
        for (let column = 0; column < size; column += 1) {
          const at = row * size + column;
          squared[at] = (squared[at] ?? 0) + factor * (matrix[inner * size + column] ?? 0);
        }
      }
    }
    for (const value of squared) largest = Math.max(largest, Math.abs(value));
    if (largest === 0) break;
    matrix = squared.map((value) => value / largest);
  }
  const image: Float64Array = new Float64Array(size);
  for (let row = 0; row < size; row += 1) for (let column = 0; column < size; column += 1) image[row] = (image[row] ?? 0) + (matrix[row * size + column] ?? 0) * (vector[column] ?? 0);
  const norm = Math.sqrt(dot(image, image));
  if (norm > 0) vector = image.map((value) => value / norm);
  return vector;
}

const maxSteps = 64;

/**
 * The first right singular vector of a matrix, by the Lanczos process with full reorthogonalisation (exact after as many steps
 * as the matrix has columns, and long before in practice).
 *
 * @param rows  `[count, size]`, row major · borrowed
 * @returns     `[size]`, length 1, sign arbitrary; zeros for a matrix of zeros
 */
export function findPrincipalDirection(rows: Float64Array, count: number, size: number): Float64Array {
  return drain(findPrincipalDirectionInSteps(rows, count, size));
}

/** {@link findPrincipalDirection} with pauses; yields the part that is done, 0..1. */
export function* findPrincipalDirectionInSteps(rows: Float64Array, count: number, size: number): Generator<number, Float64Array, void> {
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let next: Float64Array = Float64Array.from({ length: size }, (_, at) => Math.sin(at * 12.9898 + 1));
  let length = Math.sqrt(dot(next, next));
  const scale = dot(rows, rows);
  const steps = Math.min(size, maxSteps);
  for (let step = 0; step < steps && length > 0; step += 1) {
    if (step > 0) yield (0.8 * step) / steps;
    const norm = length;
    const vector = next.map((value) => value / norm);
    basis.push(vector);
    next = applyCovariance(rows, count, size, vector);
    diagonal.push(dot(vector, next));
    for (let pass = 0; pass < 2; pass += 1) for (const known of basis) addScaled(next, known, -dot(known, next));
    length = Math.sqrt(dot(next, next));
    // What is left is rounding: the space is exhausted.
    if (length <= scale * 1e-13) break;
    beside.push(length);
  }
  const result = new Float64Array(size);
  if (scale === 0) return result;
  const weights = yield* topOfTridiagonal(diagonal, beside.slice(0, diagonal.length - 1));
  basis.forEach((vector, at) => addScaled(result, vector, weights[at] ?? 0));
  return result;
}
