import type { FaithfulnessResult } from '../../contract/jobs';
import { judgeCurves, type JudgedCurve } from '../../state/judge-curves';

const width = 280;
const height = 120;

/** Probability of the target while pixels go (deletion) or come (insertion), beside a random order. */
export function Curves({ result }: { readonly result: FaithfulnessResult }) {
  const { areas } = result;
  const judged = judgeCurves(result);
  return (
    <div class="curves">
      <Curve title="Deletion: the most important pixels go first" judged={judged.deletion} map={result.deletion} random={result.randomDeletion} area={areas.deletion} randomArea={areas.randomDeletion} wanted="smaller" />
      <Curve title="Insertion: the most important pixels come first" judged={judged.insertion} map={result.insertion} random={result.randomInsertion} area={areas.insertion} randomArea={areas.randomInsertion} wanted="larger" />
      <p class="curve-legend small muted" aria-hidden="true"><span><i class="curve-line" />this map</span><span><i class="curve-line random" />a random order</span></p>
    </div>
  );
}

interface CurveProps {
  readonly title: string;
  readonly judged: JudgedCurve;
  readonly map: readonly number[];
  readonly random: readonly number[];
  readonly area: number;
  readonly randomArea: number;
  /** Which area is the better one. */
  readonly wanted: 'smaller' | 'larger';
}

function Curve({ title, judged: { verdict, words }, map, random, area, randomArea, wanted }: CurveProps) {
  const known = Number.isFinite(area) && Number.isFinite(randomArea);
  const areas = `area ${area.toFixed(2)}, random ${randomArea.toFixed(2)}; ${wanted} is better`;
  return (
    <figure class="curve">
      <figcaption class="small">{title}</figcaption>
      <svg viewBox={`-30 -6 ${width + 36} ${height + 26}`} role="img" aria-label={`${title}: ${known ? verdict === 'flat' ? words : areas : 'not a number'}`}>
        <path class="curve-frame" d={`M0 0V${height}H${width}`} />
        <text x={-6} y={6} class="curve-label" text-anchor="end">1</text>
        <text x={-6} y={height} class="curve-label" text-anchor="end">0</text>
        <text x={width} y={height + 15} class="curve-label" text-anchor="end">all pixels</text>
        <path class="curve-random" d={pathOf(random)} />
        <path class="curve-map" d={pathOf(map)} />
      </svg>
      {known ? <p class="small numbers"><span class={verdict === 'better' ? 'curve-better' : 'map-verdict'}>{words}</span>{verdict !== 'flat' && <span class="muted"> ({areas})</span>}</p>
        : <p class="small map-verdict">Some values are not numbers: the computation overflowed. The curve says nothing.</p>}
    </figure>
  );
}

function pathOf(values: readonly number[]): string {
  // A line has a gap where a value is no number.
  return values.map((value, index) => (!Number.isFinite(value) ? '' : `${Number.isFinite(values[index - 1] ?? Number.NaN) ? 'L' : 'M'}${((index / (values.length - 1)) * width).toFixed(1)} ${((1 - value) * height).toFixed(1)}`)).join('');
}
