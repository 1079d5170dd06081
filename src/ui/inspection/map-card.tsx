import { RotateCw, Square, Trash2 } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { colourGradient } from '../../contract/colour-map';
import { describeMethod } from '../../lessons/method-texts';
import { remakeMap, stopJob, takeMapOff } from '../../state/actions/explain-frame';
import { chosenMap, mapInFocus, shownOnRequest } from '../../state/chosen-map';
import { colourRangeOf, describeColourRange, type ColourRange } from '../../state/colours-of-map';
import { describeColours, describeFacts, describeNote, describeStop, describeVerdict } from '../../state/describe-map';
import { describeWait } from '../../state/describe-wait';
import { formatValue } from '../../state/format-value';
import { isOfShownNetwork, isStale, mapStrength, methodOf, place, planeOfMap, showsEarlierMap, valueAt, type InspectedMap } from '../../state/inspection';
import { nameNetworkOf, nameTargetOf } from '../../state/name-map';
import { errorTexts } from '../../state/error-texts';
import { MapActions } from './map-actions';
import { MapCanvas } from './map-canvas';
import { useLasting } from './use-lasting';
import { colourScale, crispMaps } from './inspection-view';

/** As long as stale maps wait before they are dimmed: a quick map that follows a stroke does not flash. */
const quickMs = 150;

/** One map: what it is, the picture with it, what its colours mean, how sure it is. */
export function MapCard({ map, comparing }: { readonly map: InspectedMap; readonly comparing: boolean }) {
  const method = methodOf(map);
  const plane = planeOfMap(map);
  const range = plane === null || method === null ? null : colourRangeOf(plane, method, colourScale.value);
  const target = nameTargetOf(map);
  const stale = isStale(map);
  const title = `${method?.name ?? map.request.method} for ${target}`;
  const chosen = mapInFocus.value?.id === map.id;
  const verdict = describeVerdict(map);
  const facts = describeFacts(map);
  // While a map is made again its card keeps every part in its place.
  const again = map.phase === 'running' && map.result !== null;
  const lasting = useLasting(again, quickMs);
  const progressing = map.phase === 'running' && (!again || lasting);
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (shownOnRequest.peek() !== map.id) return;
    shownOnRequest.value = null;
    // The button that brought it back may be gone.
    if (document.activeElement === document.body) element.current?.querySelector<HTMLElement>('.map-title')?.focus({ preventScroll: true });
    element.current?.scrollIntoView({ block: 'nearest', inline: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  }, [map.id]);
  return (
    <article ref={element} class="map-card" aria-label={title} data-chosen={chosen ? '' : undefined} data-phase={map.phase} data-stale={stale && !comparing ? '' : undefined}>
      <header class="map-card-header">
        <h3><button type="button" class="map-title" aria-pressed={chosen} onClick={() => { chosenMap.value = map.id; }}>{method?.name ?? map.request.method}<span class="muted"> for {target}</span></button></h3>
        <MapTools map={map} title={title} progressing={progressing} />
      </header>
      <div class="map-picture">
        <MapCanvas plane={plane} range={range} strength={comparing ? 0 : mapStrength.value} crisp={crispMaps.value} label={title} original={comparing} />
        {progressing && <ProgressBar map={map} title={title} />}
      </div>
      {map.phase === 'failed' && map.error !== null && <p class="map-error small" role="alert">{map.error.code === 'explain-unsupported' ? map.error.detail : errorTexts[map.error.code].sentence}</p>}
      {map.phase === 'cancelled' && <p class="small muted">{describeStop(map)}</p>}
      {map.phase === 'failed' && showsEarlierMap(map) && <p class="small muted">The map from before is shown.</p>}
      {range !== null && plane !== null && <Scale range={range} plane={plane} />}
      <MapWords map={map} progressing={progressing} />
      {verdict !== '' && <p class="map-verdict small">{verdict}</p>}
      {!isOfShownNetwork(map) && <p class="map-verdict small">Made by the network {nameNetworkOf(map)}, which is not on screen.</p>}
      {map.phase !== 'running' && stale && <p class="map-verdict small">The picture has changed since. {isOfShownNetwork(map) && <button type="button" class="link" onClick={() => {
        // This one goes with its sentence.
        element.current?.querySelector<HTMLElement>('.map-make')?.focus();
        void remakeMap(map.id, map.request);
      }}>Make this map again</button>}</p>}
      {plane !== null && method !== null && <p class="small muted">{describeColours(map)}</p>}
      {plane !== null && facts !== '' && <p class="small muted numbers">{facts}</p>}
    </article>
  );
}

interface PartProps {
  readonly map: InspectedMap;
  readonly title: string;
  /** It is being made, and that is shown. */
  readonly progressing: boolean;
}

function MapTools({ map, title, progressing }: PartProps) {
  return (
    <div class="map-tools">
      {/* One button, so that it keeps the focus when it becomes the other. */}
      <button type="button" class="button icon quiet map-make" aria-label={progressing ? `Stop ${title}` : `Make ${title} again`} title={progressing ? 'Stop' : 'Make again'} aria-disabled={!progressing && !isOfShownNetwork(map)}
        onClick={() => { if (progressing) stopJob(map.job); else void remakeMap(map.id, map.request); }}>{progressing ? <Square size={16} /> : <RotateCw size={16} />}</button>
      <MapActions map={map} title={title} />
      <button type="button" class="button icon quiet" aria-label={`Remove ${title}`} title="Remove" onClick={() => takeMapOff(map.id)}><Trash2 size={16} /></button>
    </div>
  );
}

/** Over the lower edge of the picture, where it takes no room. */
function ProgressBar({ map, title }: { readonly map: InspectedMap; readonly title: string }) {
  return <div class="progress-bar" role="progressbar" aria-label={`Making ${title}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(map.fraction * 100)}><i style={{ transform: `scaleX(${map.fraction})` }} /></div>;
}

/** What the map shows or, in the same place, how far it is: as high as the higher of the two. */
function MapWords({ map, progressing }: Omit<PartProps, 'title'>) {
  if (map.phase !== 'running' && map.phase !== 'done') return null;
  return (
    <div class="map-words small">
      <p class={progressing ? 'map-words-hidden' : undefined}>{describeMethod(map.request.method).shows}</p>
      {progressing && <p class="map-progress-words muted numbers">{describeWait(map) || describeNote(map) || `${Math.round(map.fraction * 100)} %`}{isStale(map) && !showsEarlierMap(map) && '. Of the picture before it was changed.'}{showsEarlierMap(map) && '. The map from before, until there is a new one.'}</p>}
    </div>
  );
}

function Scale({ range, plane }: { readonly range: ColourRange; readonly plane: NonNullable<ReturnType<typeof planeOfMap>> }) {
  const at = place.value;
  return (
    <div class="map-scale">
      <div class="colour-bar">
        <span class="numbers">{formatValue(range.low)}</span><i style={{ background: colourGradient(range.map) }} /><span class="numbers">{formatValue(range.high)}</span>
        <em>{describeColourRange(range)}</em>
      </div>
      <span class="small muted numbers map-value">{`here ${at === null ? '–' : formatValue(valueAt(plane, at))}`}</span>
    </div>
  );
}
