import { Check, Download, Eye, File, Server, X } from 'lucide-preact';
import { chooseNetwork } from '../../state/actions/choose-network';
import { fetchFromShelf } from '../../state/actions/fetch-from-shelf';
import { openPlainFiles } from '../../state/actions/import-dropped';
import { cancelImport } from '../../state/actions/import-network';
import { spec } from '../../state/choices';
import { errorTexts } from '../../state/error-texts';
import { formatBytes } from '../../state/kept-networks';
import type { ShelfPlace, ShelfRow } from '../../state/shelf';
import { FileButton } from '../controls/file-input';
import { closeDialog } from '../dialogs/open-dialog';

/** One network of the shelf: what it is, where it is, and the one thing to do with it. */
export function ShelfItem({ row }: { readonly row: ShelfRow }) {
  const { name, place } = row;
  const titleId = `shelf-${row.id}`;
  return (
    <li class="shelf-item" aria-labelledby={titleId} data-place={place.kind}>
      <div class="shelf-head">
        <h3 id={titleId}>{name}</h3>
        <PlaceMark place={place} />
      </div>
      <p class="shelf-good">{row.goodFor}</p>
      <Facts row={row} />
      {place.kind === 'fetching' && <Progress name={name} place={place} />}
      {row.error !== null && place.kind !== 'fetching' && <Failure row={row} />}
      <div class="shelf-actions">
        <MainButton row={row} />
        <details class="shelf-more">
          <summary aria-label={`More about ${name}`}>More</summary>
          <More row={row} />
        </details>
      </div>
    </li>
  );
}

function PlaceMark({ place }: { readonly place: ShelfPlace }) {
  switch (place.kind) {
    case 'shipped': return <span class="shelf-place" data-here><Check size={14} />Comes with Innerview</span>;
    case 'device': return <span class="shelf-place" data-here><Check size={14} />On this device</span>;
    case 'server': return <span class="shelf-place"><Server size={14} />On this server</span>;
    case 'fetching': return <span class="shelf-place numbers">{place.words}{place.share === null ? '' : ` ${Math.floor(place.share * 100)} %`}</span>;
    case 'away': return <span class="shelf-place muted">Not here yet</span>;
  }
}

function Facts({ row }: { readonly row: ShelfRow }) {
  const { accuracy, bytes, exactBytes, licence } = row;
  return (
    <dl class="shelf-facts numbers">
      <div><dt>Size</dt><dd>{exactBytes ? '' : 'about '}{formatBytes(bytes)}</dd></div>
      <div><dt>Right first time</dt><dd>{accuracy === null ? 'not stated' : `${accuracy.top1.toFixed(1)} %`}</dd></div>
      {licence !== null && <div><dt>Licence</dt><dd>{licence}</dd></div>}
    </dl>
  );
}

function Progress({ name, place }: { readonly name: string; readonly place: Extract<ShelfPlace, { readonly kind: 'fetching' }> }) {
  const { share, doneBytes, totalBytes, words } = place;
  const bytes = doneBytes > 0 && totalBytes > 0 ? `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}` : '';
  return (
    <div class="shelf-progress">
      <div class="import-bar" role="progressbar" aria-label={`Fetching ${name}`} aria-valuemin={0} aria-valuemax={100}
        {...(share === null ? {} : { 'aria-valuenow': Math.round(share * 100) })} aria-valuetext={bytes === '' ? words : `${words}, ${bytes}`}>
        <i data-unknown={share === null ? '' : undefined} style={share === null ? undefined : { transform: `scaleX(${share})` }} />
      </div>
      <span class="small muted numbers">{bytes}</span>
    </div>
  );
}

function Failure({ row }: { readonly row: ShelfRow }) {
  if (row.error === null) return null;
  return (
    <div class="shelf-failure" role="alert" title={row.error.detail}>
      <p>{errorTexts[row.error.code].sentence}</p>
      {row.documentation !== null && <p class="small"><a href={row.documentation} target="_blank" rel="noreferrer noopener">Where it is published</a></p>}
      <FileButton multiple onFiles={(files) => { closeDialog(); openPlainFiles(files); }}><File size={18} />Choose files</FileButton>
    </div>
  );
}

function MainButton({ row }: { readonly row: ShelfRow }) {
  const { id, name, place, error } = row;
  switch (place.kind) {
    case 'fetching': return <button type="button" class="button" aria-label={`Cancel fetching ${name}`} onClick={cancelImport}><X size={18} />Cancel</button>;
    case 'shipped':
    case 'device': {
      const shown = spec.value.network === place.network;
      return (
        <button type="button" class="button" aria-label={`Look into ${name}`} aria-current={shown} onClick={() => { closeDialog(); chooseNetwork(place.network); }}>
          <Eye size={18} />{shown ? 'On screen' : 'Look into it'}
        </button>
      );
    }
    default: return (
      <button type="button" class="button primary" aria-label={`Fetch ${name}`} onClick={() => void fetchFromShelf(id).then((done) => { if (done) closeDialog(); })}>
        <Download size={18} />{error === null ? 'Fetch' : 'Try again'}
      </button>
    );
  }
}

function More({ row }: { readonly row: ShelfRow }) {
  const [height, width, channels] = row.inputPx;
  const { accuracy, hosts } = row;
  return (
    <dl class="shelf-details small numbers">
      <dt>Looks at</dt><dd>{width} × {height} pixels, {channels === 1 ? 'grey' : 'colour'}</dd>
      <dt>Answers</dt><dd>{row.classCount}</dd>
      <dt>Numbers learned</dt><dd>{formatCount(row.parameters)}</dd>
      <dt>Work for one picture</dt><dd>{formatCount(row.multiplyAdds)} multiplications</dd>
      {accuracy !== null && <><dt>Right</dt><dd>{accuracy.top1.toFixed(1)} % first time{accuracy.top5 === null ? '' : `, ${accuracy.top5.toFixed(1)} % within five`} ({accuracy.set})
        {accuracy.source !== null && <> <a href={accuracy.source} target="_blank" rel="noreferrer noopener">as stated here</a></>}</dd></>}
      <dt>Year</dt><dd>{row.year}</dd>
      {hosts.length > 0 && <><dt>Fetched from</dt><dd>{hosts.join(', ')}</dd></>}
      {row.documentation !== null && <><dt>Published at</dt><dd><a href={row.documentation} target="_blank" rel="noreferrer noopener">{new URL(row.documentation).host}</a></dd></>}
    </dl>
  );
}

/** `41 million`. */
function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} billion`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} million`;
  return count.toLocaleString('en');
}
