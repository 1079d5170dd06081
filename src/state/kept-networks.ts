import { computed, signal } from '@preact/signals-core';
import type { KeptNetwork, StorageReport } from '../contract/importer';
import type { NetworkId } from '../contract/ids';

/** A deletion that can still be undone; the network is untouched until then. */
export interface PendingDeletion {
  readonly network: KeptNetwork;
  /** It was on screen, and comes back there when the deletion is undone. */
  readonly wasShown: boolean;
}

/** As the import worker lists them, drafts included; null: not asked yet. */
export const keptNetworks = signal<readonly KeptNetwork[] | null>(null);
export const storageReport = signal<StorageReport | null>(null);
export const deletions = signal<readonly PendingDeletion[]>([]);
/** Being written to a file for the person. */
export const exporting = signal<NetworkId | null>(null);

const pendingIds = computed(() => new Set(deletions.value.map(({ network }) => network.id)));

/** What the person kept and did not delete, newest first. */
export const shownKept = computed(() => (keptNetworks.value ?? [])
  .filter(({ id, confirmed }) => confirmed && !pendingIds.value.has(id))
  .sort((a, b) => b.importedAt.localeCompare(a.importedAt)));

/** `14.2 MB`: thousands, as storage is sold and shown. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 && power > 1 ? 1 : 0)} ${units[power - 1] ?? 'kB'}`;
}

const formatNames: Readonly<Record<string, string>> = {
  'tfjs-layers': 'TensorFlow.js layers', 'tfjs-graph': 'TensorFlow.js graph', keras: 'Keras', onnx: 'ONNX', tflite: 'TensorFlow Lite',
};

/** A format's name as people know it. */
export function nameFormat(format: string): string {
  return formatNames[format] ?? format;
}
