import { batch } from '@preact/signals-core';
import { AppError } from '../../contract/errors';
import { changeView } from '../choices';
import { clearFailure, reportFailure } from '../failure';
import { filmstrip, filmstripIndex, gallery, playingClip, stepIndex, type PictureItem } from '../pictures';
import { nameOfItem, namePicture } from '../picture-identity';
import { getRuntime } from '../runtime';
import { begun } from '../source-state';
import { closeCamera, showSource } from './show-source';

let wanted = 0;
/** What the person asked for and is still being loaded: nothing comes by itself meanwhile. */
let onTheWay = 0;

/** Opens the person's files (chosen, dropped or pasted); several become a filmstrip. */
export async function openFiles(files: readonly File[]): Promise<void> {
  if (files.length > 0) await openItems(pictureItems(files));
}

/** Files as pictures of the filmstrip; each address is given back with the filmstrip. */
export function pictureItems(files: readonly File[]): readonly PictureItem[] {
  return files.map((file) => ({
    title: file.name, address: URL.createObjectURL(file), owned: true, builtIn: null, load: () => Promise.resolve(file),
  }));
}

/** Pictures and arrays together, the first one on screen. */
export async function openItems(items: readonly PictureItem[]): Promise<void> {
  await openPictures(items, 0);
}

/** Opens the built-in pictures at one of them; `byPerson` false: only so that the page is not empty. */
export async function openBuiltIn(file: string, byPerson = true): Promise<void> {
  const chosen = gallery.peek().pictures.find((entry) => entry.file === file);
  if (chosen === undefined) return;
  const entries = gallery.peek().pictures.filter((entry) => entry.network === chosen.network);
  const index = entries.indexOf(chosen);
  await openPictures(entries.map((entry): PictureItem => {
    const address = `${getRuntime().page.baseUrl}gallery/${entry.file}`;
    return { title: entry.title, address, owned: false, builtIn: entry.file, load: () => fetchPicture(address) };
  }), index, byPerson);
}

/** Another picture of the filmstrip. */
export async function showPicture(index: number): Promise<void> {
  const item = filmstrip.peek()[index];
  if (item === undefined) return;
  filmstripIndex.value = index;
  await showItem(item);
}

export async function stepPicture(step: number): Promise<void> {
  await showPicture(stepIndex(filmstripIndex.peek(), step, filmstrip.peek().length));
}

/** Plays a built-in clip: live without a camera. @returns false when it cannot be played */
export async function playClip(file: string, byPerson: boolean): Promise<boolean> {
  const entry = gallery.peek().clips.find((clip) => clip.file === file);
  if (entry === undefined) return false;
  if (!byPerson && onTheWay > 0) return true;
  const mine = (wanted += 1);
  if (byPerson) onTheWay += 1;
  try {
    const clip = await getRuntime().sources.clipSource(`${getRuntime().page.baseUrl}gallery/${entry.file}`, entry.title);
    // A camera or a picture that came in the meantime is what the person wants.
    if (mine !== wanted || (!byPerson && begun.peek())) {
      clip.dispose();
      return true;
    }
    replaceFilmstrip([], 0);
    playingClip.value = entry.file;
    if (byPerson) begun.value = true;
    showSource(clip);
    closeCamera();
    // What comes by itself does not take the place of what a link names.
    if (byPerson) changeView({ picture: entry.file });
    return true;
  } catch (thrown) {
    if (byPerson) reportFailure(thrown);
    return false;
  } finally {
    if (byPerson) onTheWay -= 1;
  }
}

/** Something else than pictures and clips of the page comes on screen: none of them is the current one any more. */
export function leavePictures(): void {
  // What is still being loaded is no longer wanted.
  wanted += 1;
  replaceFilmstrip([], 0);
  playingClip.value = null;
}

/** Gives back what the browser keeps for the person's own files. */
export function releasePictures(items: readonly PictureItem[]): void {
  for (const item of items) if (item.owned) URL.revokeObjectURL(item.address);
}

async function openPictures(items: readonly PictureItem[], index: number, byPerson = true): Promise<void> {
  if (!byPerson && onTheWay > 0) return;
  replaceFilmstrip(items, index);
  const item = items[index];
  if (item !== undefined) await showItem(item, byPerson);
}

function replaceFilmstrip(items: readonly PictureItem[], index: number): void {
  releasePictures(filmstrip.peek());
  batch(() => {
    filmstrip.value = items;
    filmstripIndex.value = index;
  });
}

async function showItem(item: PictureItem, byPerson = true): Promise<void> {
  const mine = (wanted += 1);
  if (byPerson) onTheWay += 1;
  try {
    const { sources } = getRuntime();
    const made = item.array === undefined ? await sources.pictureSource(await item.load(), item.title) : await sources.arraySource(item.array);
    if (mine !== wanted) {
      made.dispose();
      return;
    }
    playingClip.value = null;
    namePicture(made, nameOfItem(item));
    showSource(made);
    closeCamera();
    if (!byPerson) return;
    begun.value = true;
    clearFailure();
    changeView({ picture: item.builtIn });
  } catch (thrown) {
    if (mine === wanted) reportFailure(thrown);
  } finally {
    if (byPerson) onTheWay -= 1;
  }
}

async function fetchPicture(address: string): Promise<Blob> {
  const answer = await fetch(address).catch((thrown: unknown) => {
    throw new AppError('picture-unreadable', `${address}: ${String(thrown)}`, true);
  });
  if (!answer.ok) throw new AppError('picture-unreadable', `${address}: ${answer.status}`, true);
  return answer.blob();
}
