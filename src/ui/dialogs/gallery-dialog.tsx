import { Film } from 'lucide-preact';
import { showGalleryEntry } from '../../state/actions/show-built-in';
import { getBaseUrl } from '../../state/base-url';
import { spec } from '../../state/choices';
import { shippedNetworks } from '../../state/networks';
import { currentPicture, gallery, playingClip, suits, type GalleryEntry } from '../../state/pictures';
import { Dialog } from './dialog';
import { closeDialog } from './open-dialog';

/** The pictures and clips that come with the app, rendered by its own script: first those for the network in use. */
export function GalleryDialog() {
  const { pictures, clips } = gallery.value;
  const { network } = spec.value;
  const others = shippedNetworks.filter(({ id }) => id !== network && pictures.some((entry) => entry.network === id && !suits(entry, network)));
  return (
    <Dialog title="Built-in pictures">
      <Entries clips={clips.filter((entry) => suits(entry, network))} pictures={pictures.filter((entry) => suits(entry, network))} />
      {others.map(({ id, name }) => (
        <section key={id} class="gallery-other">
          <h3>For the network “{name}”</h3>
          <Entries clips={clips.filter((entry) => entry.network === id)} pictures={pictures.filter((entry) => entry.network === id)} />
        </section>
      ))}
    </Dialog>
  );
}

function Entries({ clips, pictures }: { readonly clips: readonly GalleryEntry[]; readonly pictures: readonly GalleryEntry[] }) {
  const shown = currentPicture.value?.builtIn ?? playingClip.value;
  return (
    <ul class="gallery">
      {[...clips, ...pictures].map((entry) => (
        <li key={entry.file}>
          <button type="button" aria-current={shown === entry.file} onClick={() => { closeDialog(); void showGalleryEntry(entry); }}>
            <span class="gallery-picture">
              <img src={`${getBaseUrl()}gallery/${entry.poster ?? entry.file}`} alt="" loading="lazy" decoding="async" />
              {clips.includes(entry) && <Film size={18} aria-label="Clip" />}
            </span>
            <span>{entry.title}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
