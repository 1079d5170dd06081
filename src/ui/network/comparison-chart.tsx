import { scaleLinear, scaleLog, scaleSqrt } from 'd3-scale';
import { chartSource } from '../../state/network-page-known';
import { listChartEntries, type ChartEntry } from '../../state/network-page-chart';
import { description, shippedCards } from '../../state/network-page';
import { sumUp, writeCount } from '../../state/network-page-facts';
import { network } from '../../state/worker-state';
import { useSize } from '../page/use-size';
import { placeLabels } from './place-labels';

const margin = { top: 16, right: 18, bottom: 44, left: 52 } as const;
const ticksOfSize = [1e6, 10e6, 100e6] as const;

/** This network among others: accuracy against operations, the area of a bubble is the number of parameters. */
export function ComparisonChart() {
  const [box, size] = useSize<HTMLDivElement>();
  const card = network.value?.card;
  const nodes = description.value?.nodes;
  if (card === undefined || nodes === undefined) return <p class="muted network-wait">The network is being read.</p>;
  const total = sumUp(nodes);
  const entries = listChartEntries(shippedCards.value, card, { flops: total.flops, parameters: total.parameters });
  const current = entries.at(-1);
  return (
    <div class="comparison">
      <div ref={box} class="comparison-box">{size.widthPx > 0 && <Bubbles entries={entries} width={size.widthPx} height={size.heightPx} />}</div>
      <ul class="comparison-legend small">
        <li><i class="bubble-key current" /> this network</li>
        <li><i class="bubble-key imagenet" /> ImageNet, 1000 classes: comparable with each other</li>
        <li><i class="bubble-key other" /> other pictures and classes: not comparable directly</li>
      </ul>
      <p class="small">{describePlace(current)}</p>
      <p class="small muted">Area of a bubble: parameters. 1 multiply-add counts as 2 FLOPs. Drawn as in <a href={chartSource.address} target="_blank" rel="noreferrer">{chartSource.title}</a>; published numbers, one crop of each validation picture.</p>
      <ComparisonTable entries={entries} />
    </div>
  );
}

function describePlace(entry: ChartEntry | undefined): string {
  if (entry === undefined) return '';
  if (entry.top1 === null) return `Nobody said how often ${entry.name} is right, so it is a line at its operations, without a height.`;
  if (entry.judgedOn === 'imagenet') return `${entry.name} was judged on ImageNet like the networks around it.`;
  return `${entry.name} was judged on ${entry.dataSet}. That is another task than ImageNet's 1000 classes, so its height cannot be compared directly.`;
}

function Bubbles({ entries, width, height }: { readonly entries: readonly ChartEntry[]; readonly width: number; readonly height: number }) {
  const flops = entries.map((entry) => entry.flops).filter((value) => value > 0);
  const accuracies = entries.flatMap(({ top1 }) => top1 ?? []);
  const x = scaleLog().domain([Math.min(...flops) / 1.8, Math.max(...flops) * 1.8]).range([margin.left, width - margin.right]);
  const y = scaleLinear().domain([Math.max(0, Math.min(...accuracies) - 0.05), Math.min(1.02, Math.max(...accuracies) + 0.04)]).range([height - margin.bottom, margin.top]);
  const radius = scaleSqrt().domain([0, 150e6]).range([0, Math.min(44, width / 14)]);
  const placed = entries.map((entry) => ({ entry, x: x(Math.max(entry.flops, 1)), y: entry.top1 === null ? null : y(entry.top1), radius: Math.max(entry.current ? 5 : 3, radius(entry.parameters)) }));
  const labels = placeLabels(placed.flatMap((mark) => (mark.y === null ? [] : [{ text: mark.entry.name, x: mark.x, y: mark.y, radius: mark.radius, important: mark.entry.current }])), width - margin.right);
  const decades = x.ticks().filter((tick) => Number.isInteger(Math.log10(tick) + 1e-9) || Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
  return (
    <svg class="comparison-chart" width={width} height={height} role="img" aria-label="Accuracy against operations; the table below holds the same numbers">
      {y.ticks(6).map((tick) => (
        <g key={tick}><line class="grid-line" x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} /><text class="tick" x={margin.left - 8} y={y(tick) + 4} text-anchor="end">{Math.round(tick * 100)} %</text></g>
      ))}
      {decades.map((tick) => (
        <g key={tick}><line class="grid-line" x1={x(tick)} x2={x(tick)} y1={margin.top} y2={height - margin.bottom} /><text class="tick" x={x(tick)} y={height - margin.bottom + 16} text-anchor="middle">{writeCount(tick).replace(/\.00|\.0(?= )/, '')}</text></g>
      ))}
      <text class="axis-name" x={(margin.left + width - margin.right) / 2} y={height - 6} text-anchor="middle">Operations for one picture, FLOPs</text>
      <text class="axis-name" transform={`translate(12 ${(margin.top + height - margin.bottom) / 2}) rotate(-90)`} text-anchor="middle">Right at first guess</text>
      {placed.map(({ entry, x: at, y: up, radius: size }) => (up === null
        ? <line key={`${entry.name} ${entry.current}`} class="bubble-line" x1={at} x2={at} y1={margin.top} y2={height - margin.bottom}><title>{describeEntry(entry)}</title></line>
        : <circle key={`${entry.name} ${entry.current}`} class={`bubble ${entry.judgedOn}${entry.current ? ' current' : ''}`} cx={at} cy={up} r={size}><title>{describeEntry(entry)}</title></circle>))}
      {labels.map((label) => <text key={`${label.text} ${label.important}`} class={label.important ? 'bubble-label current' : 'bubble-label'} x={label.x} y={label.y} text-anchor={label.anchor}>{label.text}</text>)}
      {placed.filter(({ y: up }) => up === null).map(({ entry, x: at }) => <text key={`${entry.name} ${entry.current}`} class="bubble-label current" x={Math.min(at + 6, width - 120)} y={margin.top + 12}>{entry.name}</text>)}
      <SizeKey radius={radius} x={width - margin.right} y={height - margin.bottom} />
    </svg>
  );
}

function SizeKey({ radius, x, y }: { readonly radius: (value: number) => number; readonly x: number; readonly y: number }) {
  const largest = radius(ticksOfSize[2]);
  return (
    <g class="size-key" transform={`translate(${x - largest - 46} ${y - 8})`} aria-hidden="true">
      {ticksOfSize.map((size) => <circle key={size} cx={0} cy={-radius(size)} r={radius(size)} />)}
      {ticksOfSize.slice(1).map((size) => <text key={size} class="tick" x={largest + 5} y={-2 * radius(size) + 8}>{writeCount(size).replace(/\.0+(?= )/, '')}</text>)}
    </g>
  );
}

function describeEntry(entry: ChartEntry): string {
  const accuracy = entry.top1 === null ? 'accuracy not known' : `${(entry.top1 * 100).toFixed(1)} % right at first guess`;
  return `${entry.name}: ${accuracy}, ${writeCount(entry.flops)} FLOPs, ${writeCount(entry.parameters)} parameters; ${entry.dataSet}`;
}

function ComparisonTable({ entries }: { readonly entries: readonly ChartEntry[] }) {
  const sorted = [...entries].sort((a, b) => a.flops - b.flops);
  return (
    <div class="table-scroller comparison-table" tabIndex={0} role="region" aria-label="The same numbers as a table">
      <table>
        <thead><tr><th scope="col">Network</th><th scope="col">Right at first guess</th><th scope="col">FLOPs</th><th scope="col">Parameters</th><th scope="col">Judged on</th><th scope="col">Source</th></tr></thead>
        <tbody class="numbers">
          {sorted.map((entry) => (
            <tr key={`${entry.name} ${entry.current}`} data-selected={entry.current ? '' : undefined}>
              <th scope="row">{entry.name}</th><td>{entry.top1 === null ? 'not known' : `${(entry.top1 * 100).toFixed(1)} %`}</td><td>{writeCount(entry.flops)}</td>
              <td>{writeCount(entry.parameters)}</td><td>{entry.dataSet}</td><td><Source text={entry.source} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Source({ text }: { readonly text: string | null }) {
  if (text === null) return null;
  const address = /^https?:\/\/[^\s,]+/.exec(text)?.[0];
  if (address === undefined) return <span>{text}</span>;
  return <a href={address} target="_blank" rel="noreferrer">{new URL(address).hostname.replace(/^www\./, '')}{text.slice(address.length)}</a>;
}
