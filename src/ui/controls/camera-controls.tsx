import { Flashlight, FlashlightOff, SwitchCamera } from 'lucide-preact';
import { changeZoom, toggleTorch } from '../../state/actions/control-camera';
import { startCamera, switchCamera } from '../../state/actions/start-camera';
import { camera, cameraAbilities, cameras, frozen, torchOn, zoom } from '../../state/source-state';

/** What this camera can do; nothing is shown that it cannot. */
export function CameraControls() {
  const open = camera.value;
  if (open === null) return null;
  const abilities = cameraAbilities.value;
  const list = cameras.value;
  return (
    <>
      {list.length === 2 && (
        <button type="button" class="button icon" aria-label="Switch camera" title="Switch camera" disabled={frozen.value} onClick={() => void switchCamera()}>
          <SwitchCamera size={18} />
        </button>
      )}
      {list.length > 2 && (
        <label class="field">
          <span class="visually-hidden">Camera</span>
          <select class="select" value={open.device.deviceId} disabled={frozen.value} onChange={(event) => void startCamera(event.currentTarget.value)}>
            {list.map(({ deviceId, label }, index) => <option key={deviceId} value={deviceId}>{label === '' ? `Camera ${index + 1}` : label}</option>)}
          </select>
        </label>
      )}
      {abilities?.torch === true && (
        <button type="button" class="button icon" aria-label="Light" title="Light" aria-pressed={torchOn.value} onClick={() => void toggleTorch()}>
          {torchOn.value ? <Flashlight size={18} /> : <FlashlightOff size={18} />}
        </button>
      )}
      {abilities?.zoom != null && (
        <label class="field zoom">
          <span>Zoom</span>
          <input type="range" class="slider" min={abilities.zoom.min} max={abilities.zoom.max} step={abilities.zoom.step}
            value={zoom.value ?? abilities.zoom.value} onInput={(event) => void changeZoom(event.currentTarget.valueAsNumber)} />
        </label>
      )}
    </>
  );
}
