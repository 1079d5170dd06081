import { useEffect, useRef, useState } from 'preact/hooks';
import type { NumberParameter, ParameterDescription } from '../../contract/explanations';
import type { ExplanationTarget } from '../../contract/session-spec';
import { describeMethod } from '../../lessons/method-texts';
import { askForMap } from '../../state/actions/explain-frame';
import { describeCost, nameTarget } from '../../state/describe-map';
import { draftCost, followDraftCost } from '../../state/draft-cost';
import { draft, draftMethod, methodsFor, openingMaps, spatialLayers, type MapRequest } from '../../state/inspection';
import { nameInspectedMap, nextToGo } from '../../state/removed-maps';
import { chooseFirstUnit } from '../../state/unit-target';
import { answers, classes, layers, network, rate, targetIndex } from '../../state/worker-state';
import { UnitField } from './unit-field';

/** What the next map shall show: method, target, layer, settings. */
export function MethodForm() {
  useEffect(() => followDraftCost(), []);
  const method = draftMethod.value;
  const request = draft.value;
  const goes = nextToGo.value;
  const change = (part: Partial<MapRequest>): void => { draft.value = { ...draft.peek(), ...part }; };
  return (
    <form class="method-form" aria-label="New map" onSubmit={(event) => {
      event.preventDefault();
      void askForMap(draft.peek());
    }}>
      <label class="field stacked">
        <span>Method</span>
        <select class="select" aria-label="Method" value={request.method} onChange={(event) => change({ method: event.currentTarget.value, parameters: {} })}>
          {methodsFor(request.target).map(({ id, name, unsupported }) => <option key={id} value={id}>{name}{unsupported === null ? '' : request.target.kind === 'unit' ? ' (not for this unit)' : ' (not for this network)'}</option>)}
        </select>
      </label>
      {method !== null && <p class="small muted">{describeMethod(method.id).shows}</p>}
      <TargetField target={request.target} onChange={(target) => change({ target })} />
      {method?.choosesLayer === true && <LayerField ofUnit={request.target.kind === 'unit'} layer={request.layer} onChange={(layer) => change({ layer })} />}
      {method !== null && method.parameters.length > 0 && (
        <details class="settings expert"><summary>Settings</summary>
          {method.parameters.map((parameter) => <ParameterField key={`${method.id} ${parameter.name}`} parameter={parameter} />)}
        </details>
      )}
      {method?.unsupported != null && <p class="map-verdict small">Not defined for this {request.target.kind === 'unit' ? 'unit' : 'network'}: {method.unsupported}</p>}
      <button type="submit" class="button primary" disabled={method === null || method.unsupported !== null || openingMaps.value !== null}>Explain</button>
      {method !== null && method.unsupported === null && <p class="small muted">{describeCost(draftCost.value ?? method.cost, rate.value?.forwardMs ?? 20)} on this device.{goes !== null && <> Takes the place of {nameInspectedMap(goes)}.</>}</p>}
    </form>
  );
}

interface TargetFieldProps {
  readonly target: ExplanationTarget;
  readonly onChange: (target: ExplanationTarget) => void;
}

/** The top answer, any class, one class rather than another, or the unit that was held. */
function TargetField({ target, onChange }: TargetFieldProps) {
  const top = targetIndex.value ?? 0;
  // A yes or no: there is no other class to ask for.
  const only = classes.value.length === 1;
  const choose = (kind: string): void => {
    if (kind === 'top') onChange({ kind: 'top' });
    else if (kind === 'class') onChange({ kind: 'class', index: target.kind === 'difference' || target.kind === 'class' ? target.index : top });
    else if (kind === 'difference') onChange({ kind: 'difference', index: target.kind === 'class' ? target.index : top, against: secondBest(top) });
    else if (kind === 'unit') onChange(target.kind === 'unit' ? target : chooseFirstUnit(layers.peek()));
  };
  return (
    <fieldset class="target-field">
      <label class="field stacked">
        <span>Why</span>
        <select class="select" aria-label="Target" value={target.kind} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="top">{only ? 'its one answer' : 'the top answer'} ({nameTarget({ kind: 'top' }, targetIndex.value)})</option>
          {(!only || target.kind === 'class') && <option value="class">any class</option>}
          {(!only || target.kind === 'difference') && <option value="difference">one class rather than another</option>}
          <option value="unit">a channel of a layer</option>
        </select>
      </label>
      {(target.kind === 'class' || target.kind === 'difference') && <ClassField name="Class" index={target.index} onChange={(index) => onChange({ ...target, index })} />}
      {target.kind === 'difference' && <ClassField name="Rather than" index={target.against} onChange={(against) => onChange({ ...target, against })} />}
      {target.kind === 'unit' && <UnitField target={target} onChange={onChange} />}
    </fieldset>
  );
}

function secondBest(top: number): number {
  return answers.peek().find(({ index }) => index !== top)?.index ?? (top === 0 ? 1 : 0);
}

function ClassField({ name, index, onChange }: { readonly name: string; readonly index: number; readonly onChange: (index: number) => void }) {
  return (
    <label class="field stacked">
      <span>{name}</span>
      <select class="select" aria-label={name} value={String(index)} onChange={(event) => onChange(Number(event.currentTarget.value))}>
        {classes.value.map((label, at) => <option key={at} value={String(at)}>{label}</option>)}
      </select>
    </label>
  );
}

/** The layer a CAM method looks at, with the reason of the default and one tap back to it. */
function LayerField({ ofUnit, layer, onChange }: { readonly ofUnit: boolean; readonly layer: string | null; readonly onChange: (layer: string | null) => void }) {
  const select = useRef<HTMLSelectElement>(null);
  // Before a unit another layer is the last one; the worker finds it.
  const standard = ofUnit ? null : network.value?.explanationLayer ?? null;
  return (
    <div>
      <label class="field stacked">
        <span>Layer</span>
        <select ref={select} class="select" aria-label="Layer to explain" value={layer ?? ''} onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}>
          <option value="">{standard === null ? 'the last one with a place in the picture' : `${standard} (the last one with a place in the picture)`}</option>
          {spatialLayers.value.map(({ id, name, shape }) => <option key={id} value={id}>{name}, {shape[0]} × {shape[1]}</option>)}
        </select>
      </label>
      <p class="small muted">{layer === null ? 'The last layer that still has places is chosen: its maps stand closest to the answer.' : <>Earlier layers are finer and know less about classes. <button type="button" class="link" onClick={() => { select.current?.focus(); onChange(null); }}>Back to the usual one</button></>}</p>
    </div>
  );
}

function ParameterField({ parameter }: { readonly parameter: ParameterDescription }) {
  const value = draft.value.parameters[parameter.name];
  const put = (next: number | string | boolean | undefined): void => {
    const { [parameter.name]: _, ...others } = draft.peek().parameters;
    draft.value = { ...draft.peek(), parameters: next === undefined ? others : { ...others, [parameter.name]: next } };
  };
  return (
    <label class="field stacked parameter" data-name={parameter.name} title={parameter.plain}>
      <span>{parameter.label}</span>
      {parameter.kind === 'number' && <NumberInput parameter={parameter} value={typeof value === 'number' ? value : null} onChange={put} />}
      {parameter.kind === 'choice' && (
        <select class="select" value={typeof value === 'string' ? value : parameter.default} onChange={(event) => put(event.currentTarget.value)}>
          {parameter.choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.label}</option>)}
        </select>
      )}
      {parameter.kind === 'flag' && <input type="checkbox" checked={typeof value === 'boolean' ? value : parameter.default} onChange={(event) => put(event.currentTarget.checked)} />}
      <small class="muted">{parameter.plain}</small>
    </label>
  );
}

interface NumberInputProps {
  readonly parameter: NumberParameter;
  readonly value: number | null;
  /** undefined: the usual value. */
  readonly onChange: (value: number | undefined) => void;
}

/** A number that counts while it is typed, as soon as it is one that can be; what cannot be is put right once the field is left. */
function NumberInput({ parameter: { integer, min, max, default: usual }, value, onChange }: NumberInputProps) {
  // What stands in the field while it is typed: `0.` or `007` must not turn into another text under the fingers.
  const [text, setText] = useState<string | null>(null);
  const nearest = (typed: number): number => Math.min(max, Math.max(min, integer ? Math.round(typed) : typed));
  return (
    <input class="text-input" type="number" step={integer ? 1 : 'any'} min={min} max={max} placeholder={usual === null ? 'from the picture' : String(usual)}
      value={text ?? (value === null ? '' : String(value))}
      onInput={({ currentTarget: field }) => {
        setText(field.value);
        const typed = field.valueAsNumber;
        if (Number.isNaN(typed)) {
          // Half a number, as a minus alone, is not yet nothing.
          if (!field.validity.badInput) onChange(undefined);
        } else if (typed === nearest(typed)) onChange(typed);
      }}
      onChange={({ currentTarget: field }) => {
        setText(null);
        const typed = field.valueAsNumber;
        onChange(Number.isNaN(typed) ? undefined : nearest(typed));
      }} />
  );
}
