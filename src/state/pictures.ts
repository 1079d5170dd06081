import { computed, signal } from '@preact/signals-core';
import type { InputArray } from '../contract/importer';
import type { NetworkId } from '../contract/ids';
import { shippedNetworks } from './networks';

/** A picture of the filmstrip: the person's own, or a built-in one. */
export interface PictureItem {
  readonly title: string;
  /** Address that an `<img>` can show; an object URL where `owned`. */
  readonly address: string;
  readonly owned: boolean;
  /** File name of a built-in picture, which makes it part of the link; else null. */
  readonly builtIn: string | null;
  readonly load: () => Promise<Blob>;
  /** An array of a `.npy` or `.npz`: shown as it is, any number of channels; `address` is empty then. */
  readonly array?: InputArray;
}

/** `public/gallery/index.json`; absent in a bare checkout. */
export interface Gallery {
  readonly pictures: readonly GalleryEntry[];
  readonly clips: readonly GalleryEntry[];
}

export interface GalleryEntry {
  readonly file: string;
  readonly title: string;
  /** The network it was made for; absent: any. */
  readonly network?: NetworkId;
  /** The class of that network that it shows. */
  readonly label?: string;
  /** A clip's media type; the same clip may come in several. */
  readonly type?: string;
  /** A clip's first picture. */
  readonly poster?: string;
}

export const emptyGallery: Gallery = { pictures: [], clips: [] };

export const gallery = signal<Gallery>(emptyGallery);
/** What is opened now, to flip through. */
export const filmstrip = signal<readonly PictureItem[]>([]);
export const filmstripIndex = signal(0);
/** The built-in clip that plays; null: none does. */
export const playingClip = signal<string | null>(null);
export const currentPicture = computed(() => filmstrip.value[filmstripIndex.value] ?? null);

/** Reads the gallery's index; anything that is not one is an empty gallery, because the app lives without it. */
export function parseGallery(value: unknown): Gallery {
  if (typeof value !== 'object' || value === null) return emptyGallery;
  const { pictures, clips } = value as { readonly pictures?: unknown; readonly clips?: unknown };
  return { pictures: parseEntries(pictures), clips: parseEntries(clips) };
}

function parseEntries(value: unknown): readonly GalleryEntry[] {
  if (!Array.isArray(value)) return [];
  return value.filter((entry: unknown): entry is GalleryEntry => {
    if (typeof entry !== 'object' || entry === null) return false;
    const { file, title } = entry as Partial<GalleryEntry>;
    return typeof file === 'string' && typeof title === 'string' && !file.includes('..');
  });
}

/** Each clip once, in the first of its formats that can be played here. */
export function choosePlayable(gallery: Gallery, canPlay: (type: string) => boolean): Gallery {
  const playable = gallery.clips.filter(({ type }) => type === undefined || canPlay(type));
  return { ...gallery, clips: playable.filter((clip, index) => playable.findIndex(({ title }) => title === clip.title) === index) };
}

/** Whether an entry is for this network. A person's own network has no pictures of its own: it may look at all of them. */
export function suits(entry: GalleryEntry, network: NetworkId): boolean {
  return entry.network === undefined || entry.network === network || !shippedNetworks.some(({ id }) => id === network);
}

/** The index `step` further, from either end to the other. */
export function stepIndex(index: number, step: number, count: number): number {
  return count === 0 ? 0 : (((index + step) % count) + count) % count;
}
