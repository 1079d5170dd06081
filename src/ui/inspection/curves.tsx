import type { FaithfulnessResult } from '../../contract/jobs';

const width = 280;
const height = 120;

/** Probability of the target while pixels go (deletion) or come (insertion), beside a random order. */
export function Curves({ result }: { readonly result: FaithfulnessResult }) {
  return (
    <div class="curves">
      <Curve title="Deletion: the most important pixels go first" map={result.deletion} random={result.randomDeletion}
        verdict={`area ${result.areas.deletion.toFixed(2)}, random ${result.areas.randomDeletion.toFixed(2)}; smaller is better`} better={result.areas.deletion < result.areas.randomDeletion} />
      <Curve title="Insertion: the most important pixels come first" map={result.insertion} random={result.randomInsertion}
        verdict={`area ${result.areas.insertion.toFixed(2)}, random ${result.areas.randomInsertion.toFixed(2)}; larger is better`} better={result.areas.insertion > result.areas.randomInsertion} />
      <p class="curve-legend small muted" aria-hidden="true"><span><i class="curve-line" />this map</span><span><i class="curve-line random" />a random order</span></p>
    </div>
  );
}

interface CurveProps {
  readonly title: string;
  readonly map: readonly number[];
  readonly random: readonly number[];
  readonly verdict: string;
  /** Than a random order. */
  readonly better: boolean;
}

function Curve({ title, map, random, verdict, better }: CurveProps) {
  return (
    <figure class="curve">
      <figcaption class="small">{title}</figcaption>
      <svg viewBox={`-30 -6 ${width + 36} ${height + 26}`} role="img" aria-label={`${title}: ${verdict}`}>
        <path class="curve-frame" d={`M0 0V${height}H${width}`} />
        <text x={-6} y={6} class="curve-label" text-anchor="end">1</text>
        <text x={-6} y={height} class="curve-label" text-anchor="end">0</text>
        <text x={width} y={height + 15} class="curve-label" text-anchor="end">all pixels</text>
        <path class="curve-random" d={pathOf(random)} />
        <path class="curve-map" d={pathOf(map)} />
      </svg>
      <p class="small numbers"><span class={better ? 'curve-better' : 'map-verdict'}>{better ? 'Better than a random order' : 'No better than a random order'}</span> <span class="muted">({verdict})</span></p>
    </figure>
  );
}

function pathOf(values: readonly number[]): string {
  return values.map((value, index) => `${index === 0 ? 'M' : 'L'}${((index / (values.length - 1)) * width).toFixed(1)} ${((1 - value) * height).toFixed(1)}`).join('');
}
