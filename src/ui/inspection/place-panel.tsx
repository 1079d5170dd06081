import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { captionName } from '../../state/layer-names';
import { explainedBy, nameTarget } from '../../state/describe-map';
import { formatMeasured, formatValue } from '../../state/format-value';
import { draft, isStale, maps, methodOf, planeOfMap, type InspectedMap, type LinkedPlace } from '../../state/inspection';
import { chooseUnit, followPlace, readPlace, restingPlace, unitsHere } from '../../state/place-report';
import { pictureShape, source } from '../../state/source-state';
import { drawPixel } from './draw-square';

/** What is at the place under the crosshair: its colour (of an array, its numbers), the evidence for and against in each map, and the units that see it. */
export function PlacePanel() {
  useEffect(() => followPlace(), []);
  const at = restingPlace.value;
  return (
    <section class="place-panel" aria-label="At this place">
      <h3>At this place</h3>
      {at === null ? <p class="small muted">Point at a place of the picture or of a map, or move the crosshair with the arrow keys.</p> : (
        <>
          {source.value?.valuesAt === undefined ? <ColourHere at={at} /> : <NumbersHere at={at} />}
          {maps.value.length > 0 && <EvidenceTable at={at} />}
          <UnitTable />
        </>
      )}
    </section>
  );
}

/** So many channels of an array are listed; more would fill the page. */
const mostChannels = 256;

/** What an array holds there: its own numbers. The colours it is shown in are made up for the eye. */
function NumbersHere({ at }: { readonly at: LinkedPlace }) {
  const shown = source.value;
  const values = shown?.valuesAt?.(at.y, at.x);
  const [height, width] = shown?.arrayShape ?? [1, 1];
  if (values === undefined) return null;
  const listed = [...values.subarray(0, mostChannels)];
  return (
    <div class="place-numbers small">
      <p class="numbers">Row {Math.floor(at.y * height)}, column {Math.floor(at.x * width)} of the array; {values.length === 1 ? 'its value' : `the values of its ${values.length} channels`}:</p>
      <ul class="numbers" tabIndex={0} aria-label="Values of the array here">
        {listed.map((value, channel) => <li key={channel}>{values.length > 1 && <b>{channel}</b>} {formatMeasured(value)}</li>)}
        {values.length > listed.length && <li class="muted">and {values.length - listed.length} more</li>}
      </ul>
    </div>
  );
}

function ColourHere({ at }: { readonly at: LinkedPlace }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [colour, setColour] = useState('');
  const shown = source.value;
  const shape = pictureShape.value;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d', { willReadFrequently: true }) ?? null;
    if (context !== null) setColour(drawPixel(context, at));
  }, [at, shown, shape]);
  return (
    <p class="place-colour small"><canvas ref={canvas} width={1} height={1} aria-hidden="true" />
      <span class="numbers">{Math.round(at.x * 100)} % from the left, {Math.round(at.y * 100)} % from the top{colour === '' ? '' : <>; red, green, blue {colour}</>}</span></p>
  );
}

function EvidenceTable({ at }: { readonly at: LinkedPlace }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Evidence at this place">
      <table class="place-table small numbers">
        <caption class="small muted">The value here and, where a map’s values are evidence, the part of all of it that lies within a small disc around this place</caption>
        <thead><tr><th scope="col">Map</th><th scope="col">Value</th><th scope="col">For</th><th scope="col">Against</th></tr></thead>
        <tbody>{maps.value.map((map) => <EvidenceRow key={map.id} map={map} at={at} />)}</tbody>
      </table>
    </div>
  );
}

function EvidenceRow({ map, at }: { readonly map: InspectedMap; readonly at: LinkedPlace }) {
  const plane = planeOfMap(map);
  const method = methodOf(map);
  if (plane === null || method === null) return null;
  const { value, name, evidence } = readPlace(plane, method, at, explainedBy(map));
  const percent = (share: number | null): string => (share === null ? 'none' : Number.isNaN(share) ? 'not a number' : share > 0 && share < 0.005 ? 'below 1 %' : `${Math.round(share * 100)} %`);
  return (
    <tr>
      <td>{method.name}{isStale(map) && <span class="muted"> of another picture</span>}</td><td class="place-value">{formatValue(value)}</td>
      {evidence === null ? <td colSpan={2} class="muted">{name}; neither for nor against</td>
        : <><td>{percent(evidence.positive)}</td><td>{evidence.negative === 'left-out' ? 'not shown' : percent(evidence.negative)}</td></>}
    </tr>
  );
}

function UnitTable() {
  const units = unitsHere.value;
  const { target } = draft.value;
  if (units === null) return <p class="small muted">Reading the units that see it…</p>;
  return (
    <div class="place-units table-scroll" tabIndex={0} role="region" aria-label="Units that see this place">
      <table class="place-table small numbers">
        <caption class="small muted">In each layer, the unit with this place in its middle: its strongest channels. Tap one to ask what excites it.</caption>
        <thead><tr><th scope="col">Layer</th><th scope="col">Channels and their values</th></tr></thead>
        <tbody>
          {units.map((unit) => (
            <tr key={unit.layer}>
              <td title={unit.layer}>{captionName(unit.layer)}<span class="muted"> row {unit.y}, column {unit.x}</span></td>
              <td class="place-channels">
                {unit.channels.map(({ channel, value }) => {
                  const chosen = target.kind === 'unit' && target.layer === unit.layer && target.channel === channel && target.y === unit.y && target.x === unit.x;
                  return <button key={channel} type="button" class="button quiet" aria-pressed={chosen} aria-label={`Explain ${nameTarget({ kind: 'unit', layer: unit.layer, channel, y: unit.y, x: unit.x }, null)}, value ${formatValue(value)}`}
                    onClick={() => chooseUnit(unit, channel)}><b>{channel}</b> {formatValue(value)}</button>;
                })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
