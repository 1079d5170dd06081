import { Target } from 'lucide-preact';
import type { JSX } from 'preact';
import { explanationIds } from '../../contract/session-spec';
import { openInspection } from '../../state/actions/explain-frame';
import { methods } from '../../state/inspection';
import { reasonAgainst, refusal, refuseMethod } from '../../state/refused-method';
import { changeOverlayOpacity } from '../../state/actions/control-camera';
import { changeSpec, pinnedIndex, spec, view } from '../../state/choices';
import { classes } from '../../state/worker-state';
import { methodName } from '../../lessons/explanation-texts';
import { showDialog } from '../dialogs/open-dialog';
import { LiveMapCaption } from './live-caption';

/** Methods that follow the camera change the view; the others freeze the frame and open the inspection, where they are defined. */
function chooseMethod(event: JSX.TargetedEvent<HTMLSelectElement>): void {
  const { value } = event.currentTarget;
  const live = explanationIds.find((id) => id === value);
  if (live !== undefined) changeSpec({ explanation: live });
  else {
    event.currentTarget.value = spec.peek().explanation;
    if (reasonAgainst(value) !== null) refuseMethod(value);
    else void openInspection(value);
  }
}

/** Which map lies over the picture, for which class, how strong; and what is true of it. */
export function ExplanationControls() {
  const method = spec.value.explanation;
  const slower = methods.value.filter(({ id }) => !explanationIds.some((live) => live === id));
  const opacity = Math.round(view.value.overlayOpacity * 100);
  return (
    <div class="explanation-controls" role="group" aria-label="Map over the picture">
      <label class="field">
        <span>Explanation</span>
        <select class="select" aria-label="Explanation" value={method} title={reasonAgainst(method) ?? undefined} onChange={chooseMethod}>
          {explanationIds.map((id) => <MethodOption key={id} id={id} name={methodName(id)} />)}
          {slower.length > 0 && <optgroup label="On a frozen frame">{slower.map(({ id, name }) => <MethodOption key={id} id={id} name={name} />)}</optgroup>}
        </select>
      </label>
      <label class="field">
        <span>Strength</span>
        <input type="range" class="slider" aria-label="Strength of the map" min={0} max={100} step={5} value={opacity} aria-valuetext={`${opacity} %`}
          disabled={method === 'off'} onInput={(event) => changeOverlayOpacity(event.currentTarget.valueAsNumber / 100)} />
      </label>
      <button type="button" class="button target-button" disabled={classes.value.length === 0} aria-label="Choose the class to explain" title="Choose the class to explain" aria-pressed={pinnedIndex.value !== null}
        onClick={() => showDialog('classes')}><Target size={18} /></button>
      <LiveMapCaption />
      <p class="refusal small" role="status">{refusal.value}</p>
    </div>
  );
}

function MethodOption({ id, name }: { readonly id: string; readonly name: string }) {
  const reason = reasonAgainst(id);
  return <option value={id} title={reason ?? undefined}>{name}{reason === null ? '' : spec.value.target.kind === 'unit' ? ' (not for this unit)' : ' (not for this network)'}</option>;
}
