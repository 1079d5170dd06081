import { computed, signal } from '@preact/signals-core';

/** A picture of the filmstrip: the person's own, or a built-in one. */
export interface PictureItem {
  readonly title: string;
  /** Address that an `<img>` can show; an object URL where `owned`. */
  readonly address: string;
  readonly owned: boolean;
  /** File name of a built-in picture, which makes it part of the link; else null. */
  readonly builtIn: string | null;
  readonly load: () => Promise<Blob>;
}

/** `public/gallery/index.json`; absent in a bare checkout. */
export interface Gallery {
  readonly pictures: readonly GalleryEntry[];
  readonly clips: readonly GalleryEntry[];
}

export interface GalleryEntry {
  readonly file: string;
  readonly title: string;
  /** Class of the everyday network that this shows; absent: it is there for another network. */
  readonly everydayLabel?: string;
}

export const emptyGallery: Gallery = { pictures: [], clips: [] };

export const gallery = signal<Gallery>(emptyGallery);
/** What is opened now, to flip through. */
export const filmstrip = signal<readonly PictureItem[]>([]);
export const filmstripIndex = signal(0);
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

/** The index `step` further, from either end to the other. */
export function stepIndex(index: number, step: number, count: number): number {
  return count === 0 ? 0 : (((index + step) % count) + count) % count;
}
