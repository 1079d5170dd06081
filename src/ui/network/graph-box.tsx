import { ChevronDown, ChevronRight } from 'lucide-preact';
import type { NodeDescription } from '../../contract/api';
import { nameGroup, nameOperation } from '../../lessons/network-texts';
import { shortName } from '../../state/layer-names';
import { mainNodeOf, nodesOf, type Item } from '../../state/network-page-groups';
import { writeShape } from '../../state/network-page-facts';
import type { Box } from './lay-out-graph';

interface GraphBoxProps {
  readonly box: Box;
  /** The one box that the tab key reaches. */
  readonly reachable: boolean;
  readonly selected: boolean;
  readonly onChoose: (box: Box) => void;
}

/** One layer or block of the drawing. */
export function GraphBox({ box, reachable, selected, onChoose }: GraphBoxProps) {
  const { item, open } = box;
  const { title, detail } = describeItem(item);
  const isGroup = item.kind === 'group';
  return (
    <button type="button" class="graph-box" data-box={item.id} data-kind={isGroup ? item.group : item.node.op} data-group={isGroup ? '' : undefined}
      aria-label={`${title}, ${detail}${describeCompany(item)}`} aria-current={selected ? 'true' : undefined} aria-expanded={isGroup ? open : undefined} tabIndex={reachable ? 0 : -1}
      title={isGroup ? `${title}: ${item.name}` : item.id} style={{ left: box.left, top: box.top, width: box.width, height: box.height }} onClick={() => onChoose(box)}>
      <i class="graph-glow" />
      <span class="graph-words"><span class="graph-title">{title}</span><span class="graph-detail numbers">{detail}</span></span>
      {isGroup && (open ? <ChevronDown size={16} /> : <ChevronRight size={16} />)}
    </button>
  );
}

/** What it is, and what comes out of it. The name comes last: it is what may be cut off. */
export function describeItem(item: Item): { readonly title: string; readonly detail: string } {
  const last = nodesOf(item).at(-1);
  const shape = last === undefined ? '' : writeShape(last.shape);
  if (item.kind === 'layer') return { title: titleOf(item.node), detail: `${shape} · ${shortName(item.id)}` };
  if (item.group !== 'step') return { title: `${nameGroup(item.group)} · ${shortName(item.name)}`, detail: `${shape} · ${item.nodes.length} layers` };
  const main = mainNodeOf(item);
  return { title: main === null ? '' : titleOf(main), detail: `${shape} · ${shortName(item.name)}` };
}

function titleOf(node: NodeDescription): string {
  const size = /^\d+ × \d+/.exec(node.settings)?.[0];
  return size === undefined ? nameOperation(node.op) : `${nameOperation(node.op)} ${size}`;
}

/** What belongs to a step besides its main layer: `with batch norm, ReLU`. */
function describeCompany(item: Item): string {
  if (item.kind === 'layer' || item.group !== 'step') return '';
  const main = mainNodeOf(item);
  const others = item.nodes.filter((node) => node !== main && !['identity', 'pad'].includes(node.op)).map((node) => nameOperation(node.op));
  return others.length === 0 ? '' : `, with ${others.join(', ')}`;
}
