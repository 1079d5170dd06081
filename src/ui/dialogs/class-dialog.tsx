import { useState } from 'preact/hooks';
import { compareTarget, pinTarget } from '../../state/actions/pin-target';
import { filterClasses } from '../../state/filter-classes';
import { pinnedIndex, spec } from '../../state/choices';
import { classes } from '../../state/worker-state';
import { Dialog } from './dialog';
import { closeDialog } from './open-dialog';

/** Any class of the network can be the one that is explained; type to find it. */
export function ClassDialog() {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const found = filterClasses(classes.value, text);
  // The first entry gives the choice back to the network.
  const options: readonly (number | null)[] = text.trim() === '' ? [null, ...found] : found;
  const choose = (index: number | null | undefined): void => {
    if (index === undefined) return;
    pinTarget(index);
    closeDialog();
  };
  const move = (step: number): void => {
    const next = Math.min(options.length - 1, Math.max(0, active + step));
    setActive(next);
    document.getElementById(`class-option-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') choose(options[active]);
    else if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Class to explain">
      <input class="text-input" role="combobox" aria-expanded="true" aria-controls="class-options" aria-activedescendant={`class-option-${active}`} aria-label="Search the classes" placeholder="Search"
        value={text} autoFocus onInput={(event) => { setText(event.currentTarget.value); setActive(0); }} onKeyDown={handleKey} />
      <ul id="class-options" class="class-list" role="listbox" aria-label="Classes">
        {options.map((index, place) => (
          <li key={index ?? 'top'} id={`class-option-${place}`} role="option" aria-selected={index === pinnedIndex.value} data-active={place === active ? '' : undefined} onClick={() => choose(index)}>
            {index === null ? 'The top answer, whatever it is' : classes.value[index]}
          </li>
        ))}
      </ul>
      {pinnedIndex.value !== null && (
        <label class="field stacked"><span>Why {classes.value[pinnedIndex.value]} rather than</span>
          <select class="select" value={spec.value.target.kind === 'difference' ? String(spec.value.target.against) : ''}
            onChange={(event) => compareTarget(event.currentTarget.value === '' ? null : Number(event.currentTarget.value))}>
            <option value="">nothing in particular</option>
            {classes.value.map((label, index) => (index === pinnedIndex.value ? null : <option key={index} value={String(index)}>{label}</option>))}
          </select>
        </label>
      )}
      {options.length === 0 && <p class="muted">This network knows no such class.</p>}
    </Dialog>
  );
}
