import { colourGradient } from '../../contract/colour-map';
import type { LayerInfo } from '../../contract/events';
import { spec } from '../../state/choices';
import { formatValue } from '../../state/format-value';
import { range } from '../../state/worker-state';

/** What the colours mean now: the numbers at both ends, and whose range it is. */
export function ColourBar({ layer, channel }: { readonly layer: LayerInfo; readonly channel: number | null }) {
  const { scale, colourMap } = spec.value;
  // A vector has one value per channel: only together do they make a scale.
  const together = scale === 'layer' || !layer.spatial;
  const found = range.value;
  const known = found !== null && found.layer === layer.id && (together || (channel !== null && found.channel === channel));
  const whose = together ? 'One scale for the whole layer' : channel === null ? 'Each channel has its own scale' : 'Scale of this channel';
  const low = known ? formatValue(layer.signed ? -largest(found) : found.min) : layer.signed ? 'negative' : 'lowest';
  const high = known ? formatValue(layer.signed ? largest(found) : found.max) : layer.signed ? 'positive' : 'highest';
  return (
    <div class="colour-bar">
      <span class="numbers">{low}</span>
      <i style={{ background: colourGradient(layer.signed ? 'diverging' : colourMap) }} />
      <span class="numbers">{high}</span>
      <em>{whose}{layer.signed ? '; zero is in the middle' : ''}</em>
    </div>
  );
}

/** Signed values are drawn around zero, so both ends are equally far from it. */
function largest(found: { readonly min: number; readonly max: number }): number {
  return Math.max(Math.abs(found.min), Math.abs(found.max));
}
