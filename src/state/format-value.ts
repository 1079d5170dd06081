/** A value with two or three significant digits, of nearly constant width: `1.23`, `−0.041`, `1.2e+5`. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return 'not a number';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 10_000 || size < 0.001)) return value.toExponential(1).replaceAll('-', '−');
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : size >= 0.01 ? 3 : 4).replace('-', '−');
}

/** A number that somebody measured, as it is to the sixth digit: `1034.25`, `−0.5`, `1.2e−7`. */
export function formatMeasured(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))).replaceAll('-', '−') : formatValue(value);
}
