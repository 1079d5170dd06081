import type { InputSpec } from './card';

export type ShelfId = string;

export interface ShelfFile {
  /** Path beside the first file; the first file is the one that is read (`model.json`, `net.onnx`). */
  readonly path: string;
  /** Absolute public address. */
  readonly address: string;
  /** null: not known before it is fetched. */
  readonly bytes: number | null;
  /** Hexadecimal; null where nobody published one. */
  readonly sha256: string | null;
}

/** A public network that can be fetched with one tap; `public/models/shelf.json` is a list of these. */
export interface ShelfEntry {
  readonly id: ShelfId;
  readonly name: string;
  /** What it is good for, one sentence. */
  readonly goodFor: string;
  readonly format: string;
  readonly files: readonly ShelfFile[];
  /** For the list, before anything is fetched. */
  readonly bytes: number;
  readonly licence: string;
  /** Page that documents the network and its licence. */
  readonly documentation: string;
  readonly input: InputSpec;
  /** `imagenet`: ImageNet's 1000; `imagenet-background`: 1001 with `background` first; else the labels themselves. */
  readonly classes: 'imagenet' | 'imagenet-background' | readonly string[];
  /** As published, in percent, with where it is written; null where nobody says. */
  readonly accuracy: { readonly set: string; readonly top1: number; readonly top5: number | null; readonly source: string } | null;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly year: number;
}
