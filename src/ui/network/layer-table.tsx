import { ArrowDown, ArrowUp, Copy, Download } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { nameOperation } from '../../lessons/network-texts';
import { revealLayer } from '../../state/actions/show-network-page';
import { description, selectedId } from '../../state/network-page';
import { flopsOf, sortRows, sumUp, tableColumns, writeBytes, writeCount, writeCsv, writeField, writeShape, type TableColumn } from '../../state/network-page-facts';
import { reportFailure } from '../../state/failure';
import { network } from '../../state/worker-state';

const columnNames: Readonly<Record<TableColumn, string>> = {
  'order': 'No.', 'name': 'Layer', 'op': 'Operation', 'shape': 'Shape', 'parameters': 'Parameters', 'flops': 'FLOPs', 'memory': 'Memory', 'receptive-field': 'Sees',
};
const rowsAtFirst = 200;

/** Every layer as a row: the same as the drawing, in numbers, to sort and to take along. */
export function LayerTable() {
  const nodes = description.value?.nodes ?? [];
  const [sort, setSort] = useState<{ readonly column: TableColumn; readonly descending: boolean }>({ column: 'order', descending: false });
  const [all, setAll] = useState(false);
  const [said, setSaid] = useState('');
  const rows = sortRows(nodes, sort.column, sort.descending);
  const total = sumUp(nodes);
  const copy = (): void => {
    navigator.clipboard.writeText(writeCsv(nodes)).then(() => setSaid('Copied.'), reportFailure);
  };
  const choose = (column: TableColumn): void => setSort((before) => ({ column, descending: before.column === column ? !before.descending : !['order', 'name', 'op'].includes(column) }));
  return (
    <div class="layer-table">
      <div class="table-tools">
        <button type="button" class="button" onClick={copy}><Copy size={18} />Copy as CSV</button>
        <button type="button" class="button" onClick={() => saveText(`${network.peek()?.network ?? 'network'}-layers.csv`, writeCsv(nodes))}><Download size={18} />Save as CSV</button>
        <span class="small muted">1 multiply-add counts as 2 FLOPs; memory is weights and activations, 32 bits each.</span>
        <span class="small" role="status">{said}</span>
      </div>
      <div class="table-scroller" tabIndex={0} role="region" aria-label="Layers as a table">
        <table>
          <caption class="visually-hidden">Layers of the network. 1 multiply-add counts as 2 FLOPs.</caption>
          <thead>
            <tr>{tableColumns.map((column) => (
              <th key={column} scope="col" data-column={column} aria-sort={sort.column === column ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
                <button type="button" onClick={() => choose(column)}>{columnNames[column]}{sort.column === column && (sort.descending ? <ArrowDown size={14} /> : <ArrowUp size={14} />)}</button>
              </th>
            ))}</tr>
          </thead>
          <tbody class="numbers">
            {rows.slice(0, all ? undefined : rowsAtFirst).map(({ order, node }) => (
              <tr key={node.id} data-selected={node.id === selectedId.value ? '' : undefined}>
                <td>{order}</td>
                <th scope="row"><button type="button" class="link-button" title="Show it in the drawing" onClick={() => revealLayer(node.id)}>{node.id}</button></th>
                <td>{nameOperation(node.op)}{node.settings !== '' && <span class="muted table-settings">{node.settings}</span>}</td>
                <td>{writeShape(node.shape)}</td>
                <td>{node.parameters === 0 ? '' : writeCount(node.parameters)}</td>
                <td>{node.multiplyAdds === 0 ? '' : writeCount(flopsOf(node))}</td>
                <td>{writeBytes(node.weightBytes + node.activationBytes)}</td>
                <td>{writeField(node)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot class="numbers">
            <tr><th scope="row" colSpan={4}>Total</th><td>{writeCount(total.parameters)}</td><td>{writeCount(total.flops)}</td><td>{writeBytes(total.weightBytes + total.activationBytes)}</td><td>{total.layers} layers</td></tr>
          </tfoot>
        </table>
        {!all && rows.length > rowsAtFirst && <button type="button" class="button" onClick={() => setAll(true)}>Show all {rows.length} layers</button>}
      </div>
    </div>
  );
}

function saveText(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has its own reference by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
