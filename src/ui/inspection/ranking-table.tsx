import { useRef } from 'preact/hooks';
import { describePointing, describePointingOf } from '../../lessons/localisation';
import { askForMap } from '../../state/actions/explain-frame';
import { rankMethods, rankSlowMethods, stopRanking } from '../../state/actions/rank-methods';
import { describeDuration, nameTarget } from '../../state/describe-map';
import { describeRankingWait } from '../../state/describe-wait';
import { draft, methods } from '../../state/inspection';
import { describeSpan } from '../../state/judge-curves';
import { estimateSeconds, findFlatSpan, quickRankingSeconds, ranking, slowMethods, type Ranking } from '../../state/ranking';
import { isOfOtherPicture } from '../../state/picture-seen';

const nameOf = (id: string): string => methods.value.find((method) => method.id === id)?.name ?? id;

/** Which of the methods is most faithful on this frame, by measurement. */
export function RankingTable() {
  const found = ranking.value;
  const act = useRef<HTMLButtonElement>(null);
  const running = found?.phase === 'running';
  const off = !running && (methods.value.length === 0 || draft.value.target.kind === 'unit');
  const stale = found !== null && found.sequence !== null && isOfOtherPicture(found.sequence);
  const flat = found === null ? null : findFlatSpan(found.rows);
  return (
    <section class="ranking" aria-label="Methods ranked on this frame">
      <h3>Which method is right about this picture?</h3>
      <p class="small muted">Makes every quick map with its usual settings and measures each by deletion and insertion, as the panel of a map does. The order holds for this picture, network and target only.</p>
      <div class={running ? 'map-progress' : 'ranking-start'}>
        {running && <RankingProgress key="progress" found={found} />}
        {/* One button, so that it keeps the focus when it becomes another. */}
        <button key="act" ref={act} type="button" class={running ? 'button quiet' : 'button'} aria-disabled={off} aria-label={running ? 'Stop the ranking' : undefined}
          onClick={running ? stopRanking : off ? undefined : () => void rankMethods(draft.peek().target)}>{running ? 'Stop' : found === null ? 'Rank the methods' : 'Rank again'}</button>
        {!running && methods.value.length > 0 && <span key="cost" class="small muted">Takes {describeDuration(quickRankingSeconds.value)} on this device.</span>}
      </div>
      {draft.value.target.kind === 'unit' && <p class="small muted">The curves follow the probability of a class: choose one to rank the methods.</p>}
      {found?.phase === 'cancelled' && <p class="small muted">Stopped; these are the methods that were measured.</p>}
      {stale && <p class="small map-verdict">The picture has changed since this was measured.</p>}
      {flat !== null && <p class="small map-verdict">{describeSpan(flat)}, whatever is taken away or brought back: these curves cannot tell which method is right. The rows stand in no order.</p>}
      {found !== null && found.rows.length > 0 && <RankedRows found={found} />}
      {found !== null && <Refused found={found} />}
      {found !== null && found.phase !== 'running' && !stale && slowMethods.value.length > 0 && <SlowMethods onStart={() => {
        // The button goes with what it offers.
        act.current?.focus();
        void rankSlowMethods();
      }} />}
    </section>
  );
}

function RankingProgress({ found }: { readonly found: Ranking }) {
  return (
    <>
      <div class="progress-bar" role="progressbar" aria-label="Ranking" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(found.fraction * 100)}><i style={{ transform: `scaleX(${found.fraction})` }} /></div>
      <span class="small">{describeRankingWait() || (found.current === null ? '' : `${nameOf(found.current)}, ${found.left} to go`)}</span>
    </>
  );
}

function RankedRows({ found }: { readonly found: Ranking }) {
  return (
    <div class="table-scroll">
      <table class="ranking-table small numbers">
        <caption class="small muted">For {nameTarget(found.target, found.targetIndex)}</caption>
        <thead><tr><th>Method</th><th>Insertion</th><th>Deletion</th><th>Pointing in general</th></tr></thead>
        <tbody>
          {found.rows.map((row) => (
            <tr key={row.method}>
              <td><button type="button" class="link" onClick={() => void askForMap({ method: row.method, target: found.target, layer: null, parameters: {} })}>{nameOf(row.method)}</button></td>
              <td>{row.insertion.toFixed(2)}</td><td>{row.deletion.toFixed(2)}</td>
              <td>{describePointing(row.method)}</td>
            </tr>
          ))}
          {found.random !== null && <tr class="muted"><td>A random order</td><td>{found.random.insertion.toFixed(2)}</td><td>{found.random.deletion.toFixed(2)}</td><td>25 %</td></tr>}
        </tbody>
      </table>
      <p class="small muted">{describePointingOf(found.rows.map(({ method }) => method))}</p>
    </div>
  );
}

/** The methods whose map could not be measured on this picture, each with the reason. */
function Refused({ found: { phase, rows, refused } }: { readonly found: Ranking }) {
  if (refused.length === 0) return null;
  return (
    <div class="small">
      {rows.length === 0 && phase === 'done' && <p class="map-verdict">None of the methods that were tried could be measured on this picture, so there is nothing to rank.</p>}
      <ul class="ranking-refused muted">{refused.map(({ method, reason }) => <li key={method}>{nameOf(method)}: {reason}</li>)}</ul>
    </div>
  );
}

/** What was not tried, and why. */
function SlowMethods({ onStart }: { readonly onStart: () => void }) {
  const slow = slowMethods.value.map((method) => ({ name: method.name, seconds: estimateSeconds(method) }));
  return (
    <>
      <p class="small muted">Not in the table, because they take longer: {slow.map(({ name, seconds }) => `${name} (${describeDuration(seconds)})`).join(', ')}. Together {describeDuration(slow.reduce((sum, { seconds }) => sum + seconds, 0))} on this device.</p>
      <button type="button" class="button" onClick={onStart}>Also the slow ones</button>
    </>
  );
}
