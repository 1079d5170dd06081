/** Ranks from 1, ties share their mean rank. */
function rank(values: Float32Array): Float64Array {
  const order = Uint32Array.from(values, (_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (let index = start; index <= end; index += 1) ranks[order[index] ?? 0] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return ranks;
}

/**
 * Spearman's rank correlation, ties by mean rank.
 *
 * @returns -1..1; 0 where one side is constant (it has no order to agree with)
 */
export function spearman(a: Float32Array, b: Float32Array): number {
  const left = rank(a);
  const right = rank(b);
  const mean = (a.length + 1) / 2;
  let both = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let index = 0; index < left.length; index += 1) {
    const x = (left[index] ?? 0) - mean;
    const y = (right[index] ?? 0) - mean;
    both += x * y;
    leftSquares += x * x;
    rightSquares += y * y;
  }
  return leftSquares === 0 || rightSquares === 0 ? 0 : both / Math.sqrt(leftSquares * rightSquares);
}
