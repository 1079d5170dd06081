import type { NetworkId } from '../../contract/ids';
import { spec } from '../choices';
import { currentPicture, gallery, playingClip, suits, type GalleryEntry } from '../pictures';
import { getRuntime } from '../runtime';
import { chooseNetwork } from './choose-network';
import { openBuiltIn, playClip } from './open-picture';
import { begun } from '../source-state';

/** What a person picked from the gallery; a picture made for another network brings that network along. */
export async function showGalleryEntry(entry: GalleryEntry): Promise<void> {
  if (entry.network !== undefined && !suits(entry, spec.peek().network)) chooseNetwork(entry.network);
  if (gallery.peek().clips.includes(entry)) await playClip(entry.file, true);
  else await openBuiltIn(entry.file);
}

/** The person's change of network; a built-in picture gives way to one that the new network can name. */
export async function switchNetwork(network: NetworkId): Promise<void> {
  chooseNetwork(network);
  const { pictures, clips } = gallery.peek();
  const file = currentPicture.peek()?.builtIn ?? playingClip.peek();
  const shown = [...pictures, ...clips].find((entry) => entry.file === file);
  if (shown === undefined || suits(shown, network)) return;
  await showFirstBuiltIn(begun.peek());
}

/** Something living for the network in use: its clip, else (or where motion is not wanted) its first picture. */
export async function showFirstBuiltIn(byPerson: boolean): Promise<void> {
  const { network } = spec.peek();
  const clip = gallery.peek().clips.find((entry) => suits(entry, network));
  const picture = gallery.peek().pictures.find((entry) => suits(entry, network));
  if (clip !== undefined && !getRuntime().page.prefersStillness() && await playClip(clip.file, byPerson)) return;
  if (picture !== undefined && (byPerson || !begun.peek())) await openBuiltIn(picture.file, byPerson);
}
