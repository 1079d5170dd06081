import { localisationOf } from '../../lessons/localisation';
import { makeMap } from '../../state/actions/explain-frame';
import { rankMethods, stopRanking } from '../../state/actions/rank-methods';
import { nameTarget } from '../../state/describe-map';
import { draft, methods } from '../../state/inspection';
import { ranking } from '../../state/ranking';
import { isOfOlderPicture } from '../../state/picture-seen';

/** Which of the quick methods is most faithful on this frame, by measurement. */
export function RankingTable() {
  const found = ranking.value;
  const running = found?.phase === 'running';
  const stale = found !== null && found.sequence !== null && isOfOlderPicture(found.sequence);
  const nameOf = (id: string): string => methods.value.find((method) => method.id === id)?.name ?? id;
  return (
    <section class="ranking" aria-label="Methods ranked on this frame">
      <h3>Which method is right about this picture?</h3>
      <p class="small muted">Makes every quick map and measures each by deletion and insertion. The order holds for this picture, network and target only.</p>
      {running
        ? <div class="map-progress"><span class="small">{nameOf(found.current ?? '')}, {found.left} to go</span><button type="button" class="button quiet" onClick={stopRanking}>Stop</button></div>
        : <button type="button" class="button" disabled={methods.value.length === 0 || draft.value.target.kind === 'unit'} onClick={() => void rankMethods(draft.peek().target)}>{found === null ? 'Rank the methods' : 'Rank again'}</button>}
      {draft.value.target.kind === 'unit' && <p class="small muted">The curves follow the probability of a class: choose one to rank the methods.</p>}
      {found?.phase === 'cancelled' && <p class="small muted">Stopped; these are the methods that were measured.</p>}
      {stale && <p class="small map-verdict">The picture has changed since this was measured.</p>}
      {found !== null && found.rows.length > 0 && (
        <div class="table-scroll">
          <table class="ranking-table small numbers">
            <caption class="small muted">For {nameTarget(found.target, found.targetIndex)}</caption>
            <thead><tr><th>Method</th><th>Insertion</th><th>Deletion</th><th>Pointing in general</th></tr></thead>
            <tbody>
              {found.rows.map((row) => (
                <tr key={row.method}>
                  <td><button type="button" class="link" onClick={() => void makeMap({ method: row.method, target: found.target, layer: null, parameters: {} })}>{nameOf(row.method)}</button></td>
                  <td>{row.insertion.toFixed(2)}</td><td>{row.deletion.toFixed(2)}</td>
                  <td>{localisationOf(row.method) === null ? 'not measured' : `${((localisationOf(row.method)?.mean ?? 0) * 100).toFixed(0)} %`}</td>
                </tr>
              ))}
              {found.random !== null && <tr class="muted"><td>A random order</td><td>{found.random.insertion.toFixed(2)}</td><td>{found.random.deletion.toFixed(2)}</td><td>25 %</td></tr>}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
