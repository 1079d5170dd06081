import { Eye } from 'lucide-preact';
import type { ColourScale } from '../../state/colours-of-map';
import { mapStrength } from '../../state/inspection';
import { colourScale, comparing, crispMaps } from './inspection-view';

/** Held down by mouse, finger or key: the picture as it was. */
export function CompareButton() {
  const set = (on: boolean) => (): void => { comparing.value = on; };
  return (
    <button type="button" class="button compare-button" aria-pressed={comparing.value} title="Hold to see the picture as it was, without maps"
      onPointerDown={set(true)} onPointerUp={set(false)} onPointerLeave={set(false)} onPointerCancel={set(false)} onBlur={set(false)} onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => { if (event.key === ' ' || event.key === 'Enter') { comparing.value = true; event.preventDefault(); } }} onKeyUp={set(false)}>
      <Eye size={16} />Hold to compare
    </button>
  );
}

/** How all maps are drawn. */
export function ViewControls() {
  return (
    <div class="view-controls" role="group" aria-label="How maps are drawn">
      <label class="field"><span>Strength</span>
        <input type="range" class="slider" aria-label="Strength of the maps" min={0} max={100} step={5} value={Math.round(mapStrength.value * 100)} onInput={(event) => { mapStrength.value = event.currentTarget.valueAsNumber / 100; }} />
      </label>
      <label class="field expert"><span>Colours end</span>
        <select class="select" aria-label="Where the colours end" value={colourScale.value} onChange={(event) => { colourScale.value = event.currentTarget.value as ColourScale; }}>
          <option value="percentile">with the strongest 1 %</option><option value="largest">at the largest value</option>
        </select>
      </label>
      <label class="field expert"><input type="checkbox" checked={crispMaps.value} onChange={(event) => { crispMaps.value = event.currentTarget.checked; }} /><span>Crisp pixels</span></label>
    </div>
  );
}
