import type { NodeDescription } from '../contract/api';

/** Sums over some layers. */
export interface Totals {
  readonly layers: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** 2 for each multiply-add. */
  readonly flops: number;
  readonly weightBytes: number;
  /** All outputs together, as they would all be kept. */
  readonly activationBytes: number;
}

export function sumUp(nodes: readonly NodeDescription[]): Totals {
  const total = { layers: nodes.length, parameters: 0, multiplyAdds: 0, flops: 0, weightBytes: 0, activationBytes: 0 };
  for (const node of nodes) {
    total.parameters += node.parameters;
    total.multiplyAdds += node.multiplyAdds;
    total.flops += flopsOf(node);
    total.weightBytes += node.weightBytes;
    total.activationBytes += node.activationBytes;
  }
  return total;
}

/** A multiply-add is a multiplication and an addition: two floating-point operations. */
export const flopsOf = (node: Pick<NodeDescription, 'multiplyAdds'>): number => 2 * node.multiplyAdds;

export const tableColumns = ['order', 'name', 'op', 'shape', 'parameters', 'flops', 'memory', 'receptive-field'] as const;
export type TableColumn = (typeof tableColumns)[number];

export interface TableRow {
  /** Place in topological order, from 1. */
  readonly order: number;
  readonly node: NodeDescription;
}

/** Rows by one column; equal ones keep the order of the network. Shapes sort by how many values they hold. */
export function sortRows(nodes: readonly NodeDescription[], column: TableColumn, descending: boolean): readonly TableRow[] {
  const rows = nodes.map((node, index): TableRow => ({ order: index + 1, node }));
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => sign * compare(a, b, column) || a.order - b.order);
}

function compare(a: TableRow, b: TableRow, column: TableColumn): number {
  switch (column) {
    case 'order': return a.order - b.order;
    case 'name': return a.node.id.localeCompare(b.node.id, 'en', { numeric: true });
    case 'op': return a.node.op.localeCompare(b.node.op, 'en');
    case 'shape': return volume(a.node) - volume(b.node);
    case 'parameters': return a.node.parameters - b.node.parameters;
    case 'flops': return a.node.multiplyAdds - b.node.multiplyAdds;
    case 'memory': return memoryOf(a.node) - memoryOf(b.node);
    case 'receptive-field': return fieldOf(a.node) - fieldOf(b.node);
  }
}

const volume = ({ shape }: NodeDescription): number => shape[0] * shape[1] * shape[2];
const memoryOf = (node: NodeDescription): number => node.weightBytes + node.activationBytes;
/** What sees everything sees more than any patch. */
const fieldOf = (node: NodeDescription): number => node.receptiveField?.sizePx ?? Number.MAX_SAFE_INTEGER;

const csvHeader = [
  'order', 'name', 'operation', 'settings', 'inputs', 'height', 'width', 'channels', 'parameters', 'multiply_adds', 'flops', 'weight_bytes', 'activation_bytes',
  'receptive_field_px', 'receptive_field_stride_px',
];

/** The whole table as comma-separated values with a header (RFC 4180), one line for each layer in topological order. */
export function writeCsv(nodes: readonly NodeDescription[]): string {
  const lines = nodes.map((node, index) => [
    index + 1, node.id, node.op, node.settings, node.inputs.join(' '), ...node.shape, node.parameters, node.multiplyAdds, flopsOf(node), node.weightBytes,
    node.activationBytes, node.receptiveField?.sizePx ?? '', node.receptiveField?.stridePx ?? '',
  ]);
  return [csvHeader, ...lines].map((cells) => cells.map((cell) => quote(String(cell))).join(',')).join('\r\n').concat('\r\n');
}

function quote(cell: string): string {
  // A spreadsheet runs what begins like a formula; a leading apostrophe makes it text.
  const safe = /^[=+\-@\t]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** `64 × 64 × 32`, or `100 values` for a vector. */
export function writeShape([height, width, channels]: NodeDescription['shape']): string {
  return height * width === 1 ? `${channels} ${channels === 1 ? 'value' : 'values'}` : `${width} × ${height} × ${channels}`;
}

/** `1.88 M`, `7.2 k`, `512`: three significant digits. */
export function writeCount(count: number): string {
  for (const [size, unit] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const) if (count >= size) return `${shorten(count / size)} ${unit}`;
  return String(count);
}

/** `7.19 MiB`, `12 KiB`. */
export function writeBytes(bytes: number): string {
  for (const [size, unit] of [[2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB']] as const) if (bytes >= size) return `${shorten(bytes / size)} ${unit}`;
  return `${bytes} B`;
}

export function writeField(node: NodeDescription): string {
  return node.receptiveField === null ? 'everything' : `${node.receptiveField.sizePx} × ${node.receptiveField.sizePx} px`;
}

function shorten(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
