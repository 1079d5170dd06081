import { Info } from 'lucide-preact';
import { colourGradient } from '../../contract/colour-map';
import { captionName } from '../../state/layer-names';
import { releaseTarget } from '../../state/actions/pin-target';
import { changeSpec, openChannel, spec } from '../../state/choices';
import { formatValue } from '../../state/format-value';
import { describeLiveSigns, liveCaption, liveMap, liveMethod, liveRangeEnd } from '../../state/live-caption';
import { describeMethod } from '../../lessons/method-texts';
import { showDialog } from '../dialogs/open-dialog';
import { isShort } from '../page/media';
import './live-caption.css';

/** Beside the live map: its colours with their numbers, its layer, what is true of it now, and the way to all else. */
export function LiveMapCaption() {
  const method = spec.value.explanation;
  return (
    <div class="live-caption small muted">
      {method !== 'off' && liveMap.value?.state !== 'unsupported' && <LiveScale />}
      <p class="caption"><CaptionText /></p>
      {method !== 'off' && (
        <button type="button" class="button icon quiet expert about-map" aria-label="About this map" title="About this map" aria-haspopup="dialog" onClick={() => showDialog('map')}><Info size={18} /></button>
      )}
    </div>
  );
}

/**
 * The same above an open layer on a phone, where the picture and its map stay in sight and a unit can be held. Where little height is left, beside a
 * large channel as well, only for what can be undone, and for a map that there is not: neither comes and goes with the frames, which would move the rest.
 */
export function SheetCaption() {
  const needed = (!isShort.value && openChannel.value === null) || liveMap.value?.state === 'unsupported' || (liveCaption.value?.action ?? null) !== null;
  return spec.value.explanation === 'off' || !needed ? null : <div class="sheet-caption"><LiveMapCaption /></div>;
}

/** The overlay's own colours: from 0, where the picture shows through, to the greatest value of the newest map. */
function LiveScale() {
  const end = liveRangeEnd.value;
  const layer = liveMap.value?.layer ?? null;
  const described = liveMethod.value;
  return (
    <div class="live-scale numbers" role="group" aria-label="Scale of the map" title={described === null ? undefined : describeLiveSigns(described)}>
      <span>0</span><i style={{ background: colourGradient(spec.value.colourMap) }} /><span class="live-end">{end === null ? '–' : formatValue(end)}</span>
      {layer !== null && <span class="live-layer expert" title={layer}>layer {captionName(layer)}</span>}
    </div>
  );
}

function CaptionText() {
  const caption = liveCaption.value;
  const method = spec.value.explanation;
  if (caption === null) return <>{method === 'off' ? 'Nothing lies over the picture.' : describeMethod(method).shows}</>;
  const { before, label, after, action } = caption;
  return (
    <>
      {before}<b>{label}</b>{after}
      {action === 'release-target' && <> <button type="button" class="link" onClick={releaseTarget}>Let go</button></>}
      {action === 'usual-layer' && <> <button type="button" class="link" onClick={() => changeSpec({ explanationLayer: null })}>Back to the last layer</button></>}
    </>
  );
}
