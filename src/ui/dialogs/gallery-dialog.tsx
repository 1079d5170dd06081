import { Film } from 'lucide-preact';
import { openBuiltIn, playClip } from '../../state/actions/open-picture';
import { currentPicture, gallery } from '../../state/pictures';
import { getBaseUrl } from '../../state/base-url';
import { Dialog } from './dialog';
import { closeDialog } from './open-dialog';

/** The pictures and clips that come with the app, rendered by its own script. */
export function GalleryDialog() {
  const { pictures, clips } = gallery.value;
  return (
    <Dialog title="Built-in pictures">
      <ul class="gallery">
        {clips.map(({ file, title }) => (
          <li key={file}>
            <button type="button" onClick={() => { closeDialog(); void playClip(file, true); }}><div class="clip-mark"><Film size={28} /></div><span>{title}</span></button>
          </li>
        ))}
        {pictures.map(({ file, title }) => (
          <li key={file}>
            <button type="button" aria-current={currentPicture.value?.builtIn === file} onClick={() => { closeDialog(); void openBuiltIn(file); }}>
              <img src={`${getBaseUrl()}gallery/${file}`} alt="" loading="lazy" decoding="async" /><span>{title}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
