import { layers } from '../../state/worker-state';
import { describeUnitBounds, fitUnit, listUnitLayers, narrowUnit, type UnitTarget } from '../../state/unit-target';

/** A channel of any layer, or one unit of it by row and column. */
export function UnitField({ target, onChange }: { readonly target: UnitTarget; readonly onChange: (target: UnitTarget) => void }) {
  const choices = listUnitLayers(layers.value, target.layer);
  const info = choices.find(({ id }) => id === target.layer)?.info ?? null;
  const { y, x } = target;
  const single = y !== undefined && x !== undefined;
  const put = (part: Partial<UnitTarget>): UnitTarget => {
    const next = fitUnit({ ...target, ...part }, info);
    onChange(next);
    return next;
  };
  return (
    <div class="unit-field">
      <label class="field stacked">
        <span>Layer</span>
        <select class="select" aria-label="Layer of the channel" value={target.layer} onChange={(event) => onChange({ kind: 'unit', layer: event.currentTarget.value, channel: 0 })}>
          {choices.map((choice) => <option key={choice.id} value={choice.id}>{choice.info === null ? `${choice.id} (not on the rail now)` : `${choice.info.name}${choice.info.spatial ? '' : ' (without places)'}`}</option>)}
        </select>
      </label>
      <IndexField name="Channel" value={target.channel} count={info?.shape[2]} onChange={(channel) => put({ channel }).channel} />
      {(info?.spatial === true || single) && (
        <label class="field stacked unit-part">
          <span>Part</span>
          <select class="select" aria-label="Part of the channel" value={single ? 'unit' : 'channel'} onChange={(event) => onChange(narrowUnit(target, info, event.currentTarget.value === 'unit'))}>
            <option value="channel">the whole channel</option><option value="unit">one unit of it</option>
          </select>
        </label>
      )}
      {single && <IndexField name="Row" value={y} count={info?.shape[0]} onChange={(row) => put({ y: row }).y ?? 0} />}
      {single && <IndexField name="Column" value={x} count={info?.shape[1]} onChange={(column) => put({ x: column }).x ?? 0} />}
      {info !== null && <p class="small muted unit-part">{describeUnitBounds(info, single)}</p>}
    </div>
  );
}

interface IndexFieldProps {
  readonly name: string;
  readonly value: number;
  /** How many there are; undefined where that is not known. */
  readonly count: number | undefined;
  /** @returns the number that was taken, within its bounds */
  readonly onChange: (typed: number) => number;
}

function IndexField({ name, value, count, onChange }: IndexFieldProps) {
  return (
    <label class="field stacked">
      <span>{name}</span>
      <input class="text-input" type="number" aria-label={name} min={0} max={count === undefined ? undefined : count - 1} value={value}
        // Written back: where it was at its bound already, nothing is drawn anew and what was typed would stay.
        onChange={(event) => { event.currentTarget.value = String(onChange(event.currentTarget.valueAsNumber)); }} />
    </label>
  );
}
