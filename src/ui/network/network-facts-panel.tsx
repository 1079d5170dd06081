import { Eye, X } from 'lucide-preact';
import { explainGroup, explainOperation, nameGroup, nameOperation } from '../../lessons/network-texts';
import { findRailLayer, openLayerLive } from '../../state/actions/show-network-page';
import { description, selected, selectedId } from '../../state/network-page';
import { flopsOf, sumUp, writeBytes, writeCount, writeField, writeShape, type Totals } from '../../state/network-page-facts';
import { mainNodeOf, nodesOf, type Item } from '../../state/network-page-groups';
import { bars, network } from '../../state/worker-state';

/** The whole network in a few numbers; always on screen. Where it is too small for them it scrolls, by key as well. */
export function NetworkSummary() {
  const shown = description.value;
  const total = shown === null ? null : sumUp(shown.nodes);
  const [best] = bars.value;
  return (
    <section class="network-summary" tabIndex={0} aria-label="The network in numbers">
      <h2>{network.value?.card.name ?? 'Network'}</h2>
      {best !== undefined && <p class="network-answer">sees <b>{best.label}</b> <span class="numbers">{Math.round(best.probability * 100)} %</span></p>}
      {total !== null && <TotalFacts total={total} />}
    </section>
  );
}

function TotalFacts({ total }: { readonly total: Totals }) {
  return (
    <dl class="facts numbers">
      <div><dt>Layers</dt><dd>{total.layers}</dd></div>
      <div><dt>Parameters</dt><dd>{writeCount(total.parameters)}</dd></div>
      <div><dt>FLOPs</dt><dd title="1 multiply-add = 2 FLOPs">{writeCount(total.flops)}</dd></div>
      <div><dt>Memory</dt><dd title={`${writeBytes(total.weightBytes)} weights and ${writeBytes(total.activationBytes)} activations`}>{writeBytes(total.weightBytes + total.activationBytes)}</dd></div>
    </dl>
  );
}

/** Facts of the layer or block that was chosen in the drawing or the table. */
export function NetworkFactsPanel() {
  const item = selected.value;
  return (
    <section class="network-facts-panel" aria-label="Facts" data-empty={item === null ? '' : undefined}>
      {item === null ? <p class="small muted">Choose a layer or a block to read what it does and what it costs. 1 multiply-add counts as 2 FLOPs; memory is weights and activations as 32-bit numbers.</p> : <ItemFacts item={item} />}
    </section>
  );
}

function ItemFacts({ item }: { readonly item: Item }) {
  const nodes = nodesOf(item);
  const last = nodes.at(-1);
  const rail = findRailLayer(item);
  if (last === undefined) return null;
  const total = sumUp(nodes);
  const isLayer = item.kind === 'layer';
  const main = mainNodeOf(item);
  const company = isLayer || main === null ? '' : nodes.filter((node) => node !== main).map((node) => nameOperation(node.op)).join(', ');
  return (
    <>
      <button type="button" class="button icon quiet facts-close" aria-label="Close the facts" onClick={() => { selectedId.value = null; }}><X size={18} /></button>
      <h3>{main === null ? nameGroup(item.kind === 'group' ? item.group : '') : nameOperation(main.op)} <span class="muted facts-id">{isLayer ? item.id : item.name}</span></h3>
      <p class="small">{main === null ? explainGroup(item.kind === 'group' ? item.group : '') : explainOperation(main.op, main.shape)}{company === '' ? '' : ` With ${company}.`}</p>
      {rail !== null && <button type="button" class="button" onClick={() => openLayerLive(rail)}><Eye size={18} />See it live</button>}
      <dl class="facts numbers">
        {main !== null && main.settings !== '' && <div class="facts-wide"><dt>Settings</dt><dd>{main.settings}</dd></div>}
        {!isLayer && <div><dt>Layers</dt><dd>{total.layers}</dd></div>}
        <div><dt>Shape</dt><dd>{writeShape(last.shape)}</dd></div>
        <div><dt>Sees</dt><dd>{writeField(last)}</dd></div>
        <div><dt>Parameters</dt><dd>{writeCount(total.parameters)}</dd></div>
        <div><dt>FLOPs</dt><dd>{writeCount(isLayer ? flopsOf(item.node) : total.flops)}</dd></div>
        <div><dt>Weights</dt><dd>{writeBytes(total.weightBytes)}</dd></div>
        <div><dt>Activations</dt><dd>{writeBytes(total.activationBytes)}</dd></div>
        {isLayer && item.node.inputs.length > 0 && (
          <div class="facts-wide"><dt>Reads</dt><dd>{item.node.inputs.map((input) => <button key={input} type="button" class="link-button" onClick={() => { selectedId.value = input; }}>{input}</button>)}</dd></div>
        )}
      </dl>
    </>
  );
}
