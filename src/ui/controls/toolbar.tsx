import { Camera, FolderOpen, Images, Pause, Play, ScanSearch, TrianglesCenterlineDashedVertical } from 'lucide-preact';
import { toggleMirror } from '../../state/actions/control-camera';
import { toggleFreeze } from '../../state/actions/freeze';
import { openInspection } from '../../state/actions/explain-frame';
import { startCamera } from '../../state/actions/start-camera';
import { gallery } from '../../state/pictures';
import { cameraOn, cameraOpening, canFreeze, canMirror, frozen, isLive, pictureShape } from '../../state/source-state';
import { network } from '../../state/worker-state';
import { showDialog } from '../dialogs/open-dialog';
import { CameraControls } from './camera-controls';
import { choosePictures } from './file-input';
import './toolbar.css';

/** Within a thumb's reach: everything that changes what is looked at. */
export function Toolbar({ offersCamera }: { readonly offersCamera: boolean }) {
  const showsFreeze = cameraOn.value || isLive.value || frozen.value;
  return (
    <div class="toolbar" role="group" aria-label="Picture controls">
      {!cameraOn.value && offersCamera && <StartCameraButton />}
      {showsFreeze && (
        <button type="button" class="button freeze" disabled={!canFreeze.value} title="Space" onClick={() => void toggleFreeze()}>
          {frozen.value ? <Play size={18} /> : <Pause size={18} />}<span>{frozen.value ? 'Resume' : 'Freeze'}</span>
        </button>
      )}
      <button type="button" class="button" aria-label="Inspect this frame" title="Inspect this frame: explain it with any method" disabled={pictureShape.value === null || network.value === null}
        onClick={() => void openInspection()}><ScanSearch size={18} /><span class="toolbar-word">Inspect</span></button>
      <button type="button" class="button" aria-label="Open picture" title="Open picture" onClick={choosePictures}>
        <FolderOpen size={18} /><span class="toolbar-word">Open picture</span>
      </button>
      {gallery.value.pictures.length > 0 && (
        <button type="button" class="button" aria-label="Gallery" title="Built-in pictures" onClick={() => showDialog('gallery')}>
          <Images size={18} /><span class="toolbar-word">Gallery</span>
        </button>
      )}
      <button type="button" class="button icon" aria-label="Mirror" title="Mirror left to right" aria-pressed={pictureShape.value?.mirror ?? false}
        disabled={!canMirror.value} onClick={toggleMirror}><TrianglesCenterlineDashedVertical size={18} /></button>
      <CameraControls />
    </div>
  );
}

export function StartCameraButton() {
  return (
    <button type="button" class="button primary" disabled={cameraOpening.value} onClick={() => void startCamera()}>
      <Camera size={18} />Start camera
    </button>
  );
}
