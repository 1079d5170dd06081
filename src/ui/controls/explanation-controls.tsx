import { computed } from '@preact/signals';
import { Target } from 'lucide-preact';
import type { JSX } from 'preact';
import { explanationIds, type ExplanationId } from '../../contract/session-spec';
import { openInspection } from '../../state/actions/explain-frame';
import { methods } from '../../state/inspection';
import { changeOverlayOpacity } from '../../state/actions/control-camera';
import { releaseTarget } from '../../state/actions/pin-target';
import { changeSpec, heldUnit, pinnedIndex, spec, view } from '../../state/choices';
import { classes, explanation, targetLabel } from '../../state/worker-state';
import { explainMethod, methodName } from '../../lessons/explanation-texts';
import { showDialog } from '../dialogs/open-dialog';

/** Methods that follow the camera change the view; the others freeze the frame and open the inspection. */
function chooseMethod(event: JSX.TargetedEvent<HTMLSelectElement>): void {
  const { value } = event.currentTarget;
  const live = explanationIds.find((id) => id === value);
  if (live !== undefined) changeSpec({ explanation: live });
  else {
    event.currentTarget.value = spec.peek().explanation;
    void openInspection(value);
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
        <select class="select" aria-label="Explanation" value={method} onChange={chooseMethod}>
          {explanationIds.map((id) => <option key={id} value={id}>{methodName(id)}</option>)}
          {slower.length > 0 && (
            <optgroup label="On a frozen frame">
              {slower.map(({ id, name, unsupported }) => <option key={id} value={id} disabled={unsupported !== null}>{name}</option>)}
            </optgroup>
          )}
        </select>
      </label>
      <label class="field">
        <span>Strength</span>
        <input type="range" class="slider" aria-label="Strength of the map" min={0} max={100} step={5} value={opacity} aria-valuetext={`${opacity} %`}
          disabled={method === 'off'} onInput={(event) => changeOverlayOpacity(event.currentTarget.valueAsNumber / 100)} />
      </label>
      <button type="button" class="button target-button" disabled={classes.value.length === 0} aria-label="Choose the class to explain" title="Choose the class to explain" aria-pressed={pinnedIndex.value !== null}
        onClick={() => showDialog('classes')}><Target size={18} /></button>
      <p class="caption small muted" data-notable={isNotable() ? '' : undefined} title={explainMethod(method).definition}>{describeExplanation(method)}</p>
    </div>
  );
}

/** A layer other than the usual one, where the person chose it. */
const otherLayer = computed(() => {
  const found = explanation.value?.layer ?? null;
  return spec.value.explanationLayer !== null && found === spec.value.explanationLayer ? found : null;
});

/** They say what would change, not what there is. */
const sensitivities: ReadonlySet<ExplanationId> = new Set(['gradient', 'guided-backprop', 'deconvnet']);

/** How many frames the map may be behind the picture: on a machine that is slower than its camera not every frame is explained. */
const mapLagFrames = (): number => (explanation.value?.everyFrames ?? 1) - 1;

/** Worth its line even on a small screen. */
function isNotable(): boolean {
  const state = explanation.value?.state;
  return heldUnit.value !== null || spec.value.explanation !== 'off' && (state === 'no-positive-evidence' || state === 'unsupported' || mapLagFrames() > 2);
}

function describeExplanation(method: ExplanationId) {
  if (method === 'off') return explainMethod(method).plain;
  const label = targetLabel.value;
  const found = explanation.value;
  if (found?.state === 'unsupported') return `Not defined for this network${found.reason === undefined ? '.' : `, because ${found.reason}.`}`;
  if (label === null) return explainMethod(method).plain;
  if (heldUnit.value !== null) return <>What excites <b>{label}</b>, which you hold. <button type="button" class="link" onClick={releaseTarget}>Let go</button></>;
  if (found?.state === 'no-positive-evidence') return <>No positive evidence for <b>{label}</b> in this layer.</>;
  const lag = mapLagFrames();
  // First, because a long caption is cut at its end.
  const behind = lag === 0 ? '' : `Up to ${lag} ${lag === 1 ? 'frame' : 'frames'} behind. `;
  return <>{behind}{sensitivities.has(method) ? 'What would change' : 'What spoke for'} <b>{label}</b>{classes.value.length < 2 ? '' : pinnedIndex.value === null ? ', the top answer' : ', which you pinned'}{otherLayer.value === null ? '' : <>, in {otherLayer.value}. <button type="button" class="link" onClick={() => changeSpec({ explanationLayer: null })}>Back to the last layer</button></>}</>;
}
