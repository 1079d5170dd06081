import { useEffect } from 'preact/hooks';
import { openShelf } from '../../state/actions/fetch-from-shelf';
import { errorTexts } from '../../state/error-texts';
import { shelfFailure, shelfHereOnly, shelfOffers, shelfRows, shelfSearch, shelfSort, type ShelfSort } from '../../state/shelf';
import { ShelfItem } from './shelf-item';
import './shelf.css';

const sortNames: Readonly<Record<ShelfSort, string>> = {
  size: 'Smallest first', accuracy: 'Most accurate first', operations: 'Least work first', name: 'By name',
};

/** Networks to choose from: those that come with the app, then public ones that are fetched with one tap. */
export function Shelf() {
  useEffect(() => { void openShelf(); }, []);
  const failure = shelfFailure.value;
  const rows = shelfRows.value;
  if (failure !== null && shelfOffers.value === null) {
    return (
      <div class="shelf-empty" role="alert">
        <p>{errorTexts[failure.code].sentence}</p>
        <button type="button" class="button" onClick={() => void openShelf()}>Try again</button>
      </div>
    );
  }
  if (shelfOffers.value === null) return <p class="shelf-empty muted" role="status">Looking what there is.</p>;
  return (
    <div class="shelf">
      <div class="shelf-tools" role="group" aria-label="Order and search">
        <input type="search" class="text-input" aria-label="Search the shelf" placeholder="Search" value={shelfSearch.value}
          onInput={(event) => { shelfSearch.value = event.currentTarget.value; }} />
        <select class="select" aria-label="Order of the shelf" value={shelfSort.value} onChange={(event) => { shelfSort.value = event.currentTarget.value as ShelfSort; }}>
          {Object.entries(sortNames).map(([id, name]) => <option key={id} value={id}>{name}</option>)}
        </select>
        <label class="switch shelf-here"><input type="checkbox" role="switch" checked={shelfHereOnly.value} aria-checked={shelfHereOnly.value}
          onChange={(event) => { shelfHereOnly.value = event.currentTarget.checked; }} /><span>Only what is here already</span></label>
      </div>
      <ul class="shelf-list" aria-label="Networks on the shelf">{rows.map((row) => <ShelfItem key={row.id} row={row} />)}</ul>
      {rows.length === 0 && <p class="shelf-empty muted" role="status">Nothing on the shelf fits this search.</p>}
      <p class="small muted">Nothing is fetched before you tap. Then only the public address of that one network is asked; no picture is ever sent. Accuracy is as its publisher states it.</p>
    </div>
  );
}
