import { signal } from '@preact/signals';
import { File, FolderOpen, HardDrive } from 'lucide-preact';
import { openDropped, openPlainFiles } from '../../state/actions/import-dropped';
import { shownKept } from '../../state/kept-networks';
import { FileButton } from '../controls/file-input';
import { Dialog } from '../dialogs/dialog';
import { closeDialog, showDialog } from '../dialogs/open-dialog';
import { Shelf } from '../shelf/shelf';
import { AddressField } from './address-field';
import { readChosenFolder } from './read-drop';
import './import.css';

const tabs = [['device', 'From this device'], ['shelf', 'Shelf']] as const;
const openTab = signal<(typeof tabs)[number][0]>('device');

/** Where networks come from: files, a folder, an address, the shelf. */
export function OpenNetworkDialog() {
  const tab = openTab.value;
  const move = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    openTab.value = tab === 'device' ? 'shelf' : 'device';
    document.getElementById(`tab-${openTab.peek()}`)?.focus();
  };
  return (
    <Dialog title="Open network">
      <div class="tabs" role="tablist" aria-label="Where from" tabIndex={-1} onKeyDown={move}>
        {tabs.map(([id, name]) => (
          <button key={id} id={`tab-${id}`} type="button" role="tab" class="tab" aria-selected={tab === id} aria-controls={`panel-${id}`} tabIndex={tab === id ? 0 : -1}
            onClick={() => { openTab.value = id; }}>{name}</button>
        ))}
      </div>
      <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`}>{tab === 'device' ? <FromDevice /> : <Shelf />}</div>
      <footer class="dialog-footer">
        <button type="button" class="button" onClick={() => showDialog('kept-networks')}>
          <HardDrive size={18} />Networks on this device{shownKept.value.length > 0 && <span class="muted numbers">{shownKept.value.length}</span>}
        </button>
      </footer>
    </Dialog>
  );
}

function FromDevice() {
  return (
    <>
      <section>
        <p>Choose the files of a network, or the folder that holds them. You can also drop them anywhere on this page.</p>
        <div class="open-ways">
          <FileButton class="button primary" multiple onFiles={(files) => { closeDialog(); openPlainFiles(files); }}><File size={18} />Choose files</FileButton>
          <FileButton folder multiple onFiles={(files) => { closeDialog(); void openDropped(readChosenFolder(files)); }}><FolderOpen size={18} />Choose a folder</FileButton>
        </div>
        <p class="small muted">They are read on this device and stay on it; nothing is sent anywhere.</p>
      </section>
      <section><AddressField /></section>
      <section>
        <details class="known-formats">
          <summary>What can be read</summary>
          <dl class="words">
            <dt>ONNX</dt><dd>A <code>.onnx</code> file (PyTorch and many others write it); files with its weights come along if it has any.</dd>
            <dt>Keras</dt><dd>A whole model as <code>.h5</code> or <code>.keras</code>.</dd>
            <dt>TensorFlow.js</dt><dd><code>model.json</code> together with its weight files.</dd>
            <dt>TensorFlow Lite</dt><dd>A <code>.tflite</code> file; whole-number weights are turned into ordinary numbers.</dd>
            <dt>Zip</dt><dd>Any of these in a <code>.zip</code>, a list of labels beside it.</dd>
            <dt>Arrays</dt><dd><code>.npy</code> and <code>.npz</code> are looked at like pictures, with any number of channels.</dd>
          </dl>
        </details>
      </section>
    </>
  );
}
