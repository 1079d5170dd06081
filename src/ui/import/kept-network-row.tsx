import { Download, Pencil, SlidersHorizontal, Trash2 } from 'lucide-preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { KeptNetwork } from '../../contract/importer';
import { chooseNetwork } from '../../state/actions/choose-network';
import { deleteKept, exportKept, renameKept, reopenQuestions } from '../../state/actions/manage-networks';
import { spec } from '../../state/choices';
import { exporting, formatBytes, nameFormat } from '../../state/kept-networks';
import { closeDialog } from '../dialogs/open-dialog';

/** One kept network: a tap looks at it, the buttons do the rest. */
export function KeptNetworkRow({ network }: { readonly network: KeptNetwork }) {
  const [renaming, setRenaming] = useState(false);
  const { id, name, format, bytes, importedAt } = network;
  return (
    <li class="kept-network">
      {renaming ? <RenameForm network={network} onDone={() => setRenaming(false)} /> : (
        <button type="button" class="kept-name" aria-current={spec.value.network === id} onClick={() => { closeDialog(); chooseNetwork(id); }}>
          <b>{name}</b>
          <span class="small muted numbers">{nameFormat(format)} · {formatBytes(bytes)} · {formatDate(importedAt)}</span>
        </button>
      )}
      <div class="kept-actions" role="group" aria-label={`What to do with ${name}`}>
        <button type="button" class="button icon quiet" aria-label={`Rename ${name}`} title="Rename" onClick={() => setRenaming(true)}><Pencil size={18} /></button>
        <button type="button" class="button icon quiet" aria-label={`Change answers of ${name}`} title="Change answers" onClick={() => { closeDialog(); void reopenQuestions(id); }}><SlidersHorizontal size={18} /></button>
        <button type="button" class="button icon quiet" aria-label={`Export ${name}`} title="Export: save its file" disabled={exporting.value === id} onClick={() => void exportKept(id)}><Download size={18} /></button>
        <button type="button" class="button icon quiet" aria-label={`Delete ${name}`} title="Delete" onClick={() => deleteKept(network)}><Trash2 size={18} /></button>
      </div>
    </li>
  );
}

function RenameForm({ network, onDone }: { readonly network: KeptNetwork; readonly onDone: () => void }) {
  const [text, setText] = useState(network.name);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <form class="rename-form" onSubmit={(event) => { event.preventDefault(); void renameKept(network.id, text); onDone(); }}>
      <input ref={field} class="text-input" aria-label={`New name of ${network.name}`} value={text} maxLength={80}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); onDone(); } }} />
      <button type="submit" class="button" disabled={text.trim() === ''}>Save</button>
    </form>
  );
}

function formatDate(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
}
