import { useId } from 'preact/hooks';
import { describeMethod } from '../../lessons/method-texts';
import { describeDeparture, describePointing, describePointingOf, localisationOf, localisationRows } from '../../lessons/localisation';
import { captionName } from '../../state/layer-names';
import { checkFaithfulness, checkSanity, faithfulnessId, sanityId, stopJob } from '../../state/actions/explain-frame';
import { describeColours, describeExactness, describeHindrance, describeNote, describeScore, describeSettings, describeStop, describeValues, layerOf } from '../../state/describe-map';
import { describeWait } from '../../state/describe-wait';
import { errorTexts } from '../../state/error-texts';
import { formatValue } from '../../state/format-value';
import { isStale, methodOf, methods, planeOfMap, resultShown, showsEarlierMap, type InspectedMap, type TrustCheck } from '../../state/inspection';
import { nameTargetOf } from '../../state/name-map';
import { Curves } from './curves';

/** What a map shows, by which definition, how far it can be trusted on this very picture, and what it does not prove. */
export function TrustPanel({ map }: { readonly map: InspectedMap }) {
  const method = methodOf(map);
  if (method === null) return null;
  const words = describeMethod(method.id);
  const paper = method.paper.arxiv === null ? method.paper.doi === null ? null : `https://doi.org/${method.paper.doi}` : `https://arxiv.org/abs/${method.paper.arxiv}`;
  const place = localisationOf(method.id);
  return (
    <section class="trust" aria-label="How far to trust it">
      <h3>{method.name}</h3>
      <p>{words.shows}</p>
      <p class="trust-limits"><b>What it does not prove.</b> {words.limits}</p>
      <MapFacts map={map} />
      <details><summary>Exact definition</summary>
        <p class="definition">{method.definition}</p>
        <p class="small muted">{method.paper.authors} {method.paper.year}, {method.paper.title}, {method.paper.equation}. {paper !== null && <a href={paper} target="_blank" rel="noreferrer">Paper</a>}</p>
      </details>
      <h4>{isStale(map) ? 'On the picture it was made of' : 'On this very picture'}</h4>
      <p class="small muted">Takes away, and brings back, the pixels this map calls important, and watches the answer. A map that is right about them does better than a random order.{map.request.target.kind === 'difference' && ' The curves follow how likely the first class is where exactly one of the two is right.'}</p>
      <Check name="Deletion and insertion" check={map.faithfulness} wait={describeWait(map, 'faithfulness')} hindrance={describeHindrance(map, 'faithfulness')} onStart={() => void checkFaithfulness(map.job)} onStop={() => stopJob(faithfulnessId(map.job))} />
      {map.faithfulness?.result != null && <Curves result={map.faithfulness.result} />}
      <h4>Sanity check</h4>
      <p class="small muted">Lets the network forget what it learned, from the last layer down, and makes the map again. A map that stays the same does not show what the network learned.</p>
      <Check name="Randomise the network" check={map.sanity} wait={describeWait(map, 'sanity')} hindrance={describeHindrance(map, 'sanity')} onStart={() => void checkSanity(map.job)} onStop={() => stopJob(sanityId(map.job))} />
      {map.sanity?.result != null && (
        <>
          <p class={map.sanity.result.dependsOnWeights ? 'small' : 'small map-verdict'}>{map.sanity.result.dependsOnWeights
            ? 'The map changes when the network forgets: it depends on what was learned.'
            : 'The map hardly changes although the network forgot what its later layers had learned: it shows the picture more than the network.'}</p>
          <table class="sanity-table small numbers">
            <thead><tr><th>Forgotten from the end to</th><th>Agreement with the original</th></tr></thead>
            <tbody>{map.sanity.result.steps.map(({ layer, correlation }) => <tr key={layer}><td title={layer}>{captionName(layer)}</td><td>{Number.isFinite(correlation) ? <><meter min={0} max={1} value={Math.max(0, correlation)} aria-hidden="true" /> {correlation.toFixed(2)}</> : 'not a number'}</td></tr>)}</tbody>
          </table>
        </>
      )}
      <h4>Where it points, in general</h4>
      {place === null ? <p class="small muted">{localisationRows.length === 0 ? 'Not measured yet.' : 'Not measured for this method.'}</p>
        : <p class="small">On mosaics of four pictures, {(place.mean * 100).toFixed(0)} % of the positive part of its map for a class lay on that class’s own picture; chance is 25 %. <span class="muted">({place.maps} maps of the network “everyday”, ± {(place.error * 100).toFixed(1)} %) {describeDeparture(place, method.parameters)}</span></p>}
      {localisationRows.length > 0 && <LocalisationTable method={method.id} />}
    </section>
  );
}

/** What is known of the map on screen, also while it is made and after it was stopped. */
function MapFacts({ map }: { readonly map: InspectedMap }) {
  const drawn = planeOfMap(map) !== null;
  const earlier = showsEarlierMap(map);
  const shown = resultShown(map);
  const layer = layerOf(map);
  const note = describeNote(map);
  const settings = describeSettings(map);
  return (
    <dl class="facts">
      <dt>Explains</dt><dd>{nameTargetOf(map)}</dd>
      {map.phase !== 'done' && <><dt>State</dt><dd>{map.phase === 'failed' ? 'Failed.' : map.phase === 'cancelled' ? describeStop(map) : 'Being made.'}{map.phase === 'running' && !earlier && isStale(map) ? ' Of the picture before it was changed.' : ''}{map.phase === 'running' && earlier ? ' The map from before is shown.' : ''}</dd></>}
      {shown !== null && <><dt>Score</dt><dd class="numbers">{formatValue(shown.score)}{describeScore(map) !== '' && <span class="muted"> ({describeScore(map)})</span>}</dd></>}
      {layer !== null && <><dt>Layer</dt><dd>{layer}</dd></>}
      {settings.length > 0 && <><dt>Settings</dt><dd>{settings.join(', ')}</dd></>}
      {drawn && <><dt>Values</dt><dd class="numbers">{describeValues(map)}</dd></>}
      <dt>Colours</dt><dd>{describeColours(map)}</dd>
      {note !== '' && !earlier && <><dt>Steps</dt><dd class="numbers">{note}</dd></>}
      {!earlier && describeExactness(map).map((sentence) => <><dt>Exactness</dt><dd>{sentence}</dd></>)}
      {shown !== null && <><dt>Made in</dt><dd class="numbers">{(shown.durationMs / 1000).toFixed(1)} s</dd></>}
    </dl>
  );
}

/** The measured table, with this method's row marked; the same as docs/localisation.md of the sources. */
function LocalisationTable({ method }: { readonly method: string }) {
  return (
    <details><summary>All methods that were measured</summary>
      <p class="small muted">The grid pointing game: four pictures of four classes on one square, and for one of them the share of the map’s positive part in its own quarter. Four unrelated pictures are easy to tell apart: a good share does not show that a map is right within one picture.</p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Pointing, all methods">
        <table class="ranking-table small numbers">
          <thead><tr><th scope="col">Method</th><th scope="col">Share</th><th scope="col">Maps</th></tr></thead>
          <tbody>{[...localisationRows].sort((a, b) => b.mean - a.mean).map((row) => (
            <tr key={row.method} class={row.method === method ? 'marked-row' : undefined} aria-current={row.method === method ? 'true' : undefined}><td>{methods.value.find(({ id }) => id === row.method)?.name ?? row.method}</td><td>{describePointing(row.method, 1)}</td><td>{row.maps}</td></tr>
          ))}</tbody>
        </table>
      </div>
      <p class="small muted">{describePointingOf(localisationRows.map((row) => row.method))}</p>
    </details>
  );
}

interface CheckProps<Result> {
  readonly name: string;
  readonly check: TrustCheck<Result> | null;
  /** Why it cannot be done with this map; '' where it can. */
  readonly hindrance: string;
  /** What it waits for while it runs; '' where it is its turn. */
  readonly wait: string;
  readonly onStart: () => void;
  readonly onStop: () => void;
}

function Check<Result>({ name, check, hindrance, wait, onStart, onStop }: CheckProps<Result>) {
  const reason = useId();
  const running = check?.phase === 'running';
  const percent = Math.round((check?.fraction ?? 0) * 100);
  const off = !running && hindrance !== '';
  return (
    <>
      <div class="map-progress">
        {running && <div key="bar" class="progress-bar" role="progressbar" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}><i style={{ transform: `scaleX(${check.fraction})` }} /></div>}
        {/* One button that keeps the focus when it becomes another; so does one that cannot be used for a while. */}
        <button key="act" type="button" class={running ? 'button quiet' : 'button'} aria-disabled={off} aria-label={running ? `Stop: ${name}` : undefined} aria-describedby={!running && hindrance !== '' ? reason : undefined}
          onClick={running ? onStop : off ? undefined : onStart}>{running ? 'Stop' : check?.result == null ? name : `${name} again`}</button>
        {running && <span key="words" class="small muted numbers">{wait === '' ? `${percent} %` : wait}</span>}
      </div>
      {!running && hindrance !== '' && <p id={reason} class="small muted">{hindrance}</p>}
      {check?.phase === 'failed' && check.error !== null && <p class="map-error small" role="alert">{check.error.code === 'explain-unsupported' ? check.error.detail : errorTexts[check.error.code].sentence}</p>}
      {check?.phase === 'cancelled' && <p class="small muted">Stopped.</p>}
    </>
  );
}
