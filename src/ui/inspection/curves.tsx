import type { FaithfulnessResult } from '../../contract/jobs';

const width = 280;
const height = 120;

/** Probability of the target while pixels go (deletion) or come (insertion), beside a random order. */
export function Curves({ result }: { readonly result: FaithfulnessResult }) {
  return (
    <div class="curves">
      <Curve title="Deletion: the most important pixels go first" map={result.deletion} random={result.randomDeletion}
        area={result.areas.deletion} randomArea={result.areas.randomDeletion} wanted="smaller" />
      <Curve title="Insertion: the most important pixels come first" map={result.insertion} random={result.randomInsertion}
        area={result.areas.insertion} randomArea={result.areas.randomInsertion} wanted="larger" />
      <p class="curve-legend small muted" aria-hidden="true"><span><i class="curve-line" />this map</span><span><i class="curve-line random" />a random order</span></p>
    </div>
  );
}

interface CurveProps {
  readonly title: string;
  readonly map: readonly number[];
  readonly random: readonly number[];
  readonly area: number;
  readonly randomArea: number;
  /** Which area is the better one. */
  readonly wanted: 'smaller' | 'larger';
}

function Curve({ title, map, random, area, randomArea, wanted }: CurveProps) {
  const verdict = `area ${area.toFixed(2)}, random ${randomArea.toFixed(2)}; ${wanted} is better`;
  const known = Number.isFinite(area) && Number.isFinite(randomArea);
  const better = wanted === 'smaller' ? area < randomArea : area > randomArea;
  return (
    <figure class="curve">
      <figcaption class="small">{title}</figcaption>
      <svg viewBox={`-30 -6 ${width + 36} ${height + 26}`} role="img" aria-label={`${title}: ${known ? verdict : 'not a number'}`}>
        <path class="curve-frame" d={`M0 0V${height}H${width}`} />
        <text x={-6} y={6} class="curve-label" text-anchor="end">1</text>
        <text x={-6} y={height} class="curve-label" text-anchor="end">0</text>
        <text x={width} y={height + 15} class="curve-label" text-anchor="end">all pixels</text>
        <path class="curve-random" d={pathOf(random)} />
        <path class="curve-map" d={pathOf(map)} />
      </svg>
      {!known && <p class="small map-verdict">Some values are not numbers: the computation overflowed. The curve says nothing.</p>}
      {known && <p class="small numbers"><span class={better ? 'curve-better' : 'map-verdict'}>{better ? 'Better than a random order' : 'No better than a random order'}</span> <span class="muted">({verdict})</span></p>}
    </figure>
  );
}

function pathOf(values: readonly number[]): string {
  // A line has a gap where a value is no number.
  return values.map((value, index) => (!Number.isFinite(value) ? '' : `${Number.isFinite(values[index - 1] ?? Number.NaN) ? 'L' : 'M'}${((index / (values.length - 1)) * width).toFixed(1)} ${((1 - value) * height).toFixed(1)}`)).join('');
}
