import { view, spec } from '../../state/choices';
import { receptivePatch } from '../../state/crosshair';
import { fitPicture } from '../../state/picture-fit';
import { cameraMuted, pictureShape } from '../../state/source-state';
import { explanation, framesBehind, targetLabel } from '../../state/worker-state';
import { methodName } from '../../lessons/explanation-texts';
import { pixelRatio } from '../page/media';
import { useSize } from '../page/use-size';
import { Surface } from '../surface/surface';
import { PictureView } from './picture-view';
import './stage.css';

/** The overlay is smooth by nature: more pixels than this only cost time. */
const largestOverlayPx = 640;

/** The picture, the network's square on it, and the map that lies over the square. */
export function Stage() {
  const [element, size] = useSize<HTMLElement>();
  const shape = pictureShape.value;
  const fit = shape === null ? null : fitPicture(size, shape, shape.crop, shape.mirror);
  return (
    <section ref={element} class="stage area-stage" aria-label="Picture">
      <PictureView fit={fit} mirror={shape?.mirror ?? false} />
      {fit !== null && (
        <div class="stage-square" data-stale={framesBehind.value > 0 ? '' : undefined}
          style={{ left: fit.square.left, top: fit.square.top, width: fit.square.width, height: fit.square.height }}>
          <Overlay sizePx={fit.square.width} />
          <ReceptivePatch />
          <i class="corner" /><i class="corner" /><i class="corner" /><i class="corner" />
        </div>
      )}
      {shape === null && <p class="stage-empty">No picture yet. Start the camera, or open a picture.</p>}
      {cameraMuted.value && <p class="stage-empty">The camera is paused by the system.</p>}
    </section>
  );
}

function Overlay({ sizePx }: { readonly sizePx: number }) {
  const side = Math.max(16, Math.min(largestOverlayPx, Math.round(sizePx * pixelRatio.value)));
  const method = spec.value.explanation;
  const shown = method !== 'off' && explanation.value?.state !== 'unsupported';
  const label = `${methodName(method)}${targetLabel.value === null ? '' : ` for ${targetLabel.value}`}, over the picture`;
  return (
    <Surface purpose="overlay" class="stage-overlay" label={label}
      layout={{ widthPx: side, heightPx: side, tiles: [{ x: 0, y: 0, width: side, height: side, content: { kind: 'explanation' }, smooth: !view.value.crispOverlay }] }}
      style={{ opacity: shown ? view.value.overlayOpacity : 0 }} />
  );
}

/** What of the picture the unit under the crosshair looks at. */
function ReceptivePatch() {
  const patch = receptivePatch.value;
  if (patch === null) return null;
  const percent = (part: number): string => `${part * 100}%`;
  return <div class="receptive-patch" style={{ left: percent(patch.left), top: percent(patch.top), width: percent(patch.width), height: percent(patch.height) }} />;
}
