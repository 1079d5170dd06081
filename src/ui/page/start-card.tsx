import { ShieldCheck } from 'lucide-preact';
import { gallery } from '../../state/pictures';
import { source } from '../../state/source-state';
import { StartCameraButton } from '../controls/toolbar';
import './start-card.css';

/** Before any permission is asked: what will happen, and that nothing is sent anywhere. */
export function StartCard() {
  return (
    <section class="start-card area-intro" aria-labelledby="start-title">
      <h2 id="start-title">Point your camera at something and watch a neural network see it</h2>
      <p class="start-words">Every layer lights up, with the part of the picture that decided. {source.value?.kind === 'clip' ? 'Until then a built-in clip plays.' : gallery.value.pictures.length > 0 ? 'Or look at a built-in picture first.' : ''}</p>
      <div class="start-row">
        <StartCameraButton />
        <p class="small muted"><ShieldCheck size={16} /> The browser will ask for the camera. Every picture stays on this device; nothing is sent anywhere.</p>
      </div>
    </section>
  );
}
