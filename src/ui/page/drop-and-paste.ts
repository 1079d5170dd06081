import { signal } from '@preact/signals';
import { isNetworkAddress, openAddress, openDropped, openPlainFiles } from '../../state/actions/import-dropped';
import { readAddress } from '../../state/import-files';
import { closeDialog, openDialog, showDialog } from '../dialogs/open-dialog';
import { typedAddress } from '../import/address-field';
import { bringsFiles, readDrop } from '../import/read-drop';

/** True while files hang over the page. */
export const dropping = signal(false);

/** Pictures, arrays, networks and folders can be dropped anywhere and pasted; so can the address of a network. @returns what stops it */
export function listenForDrops(): () => void {
  const control = new AbortController();
  const { signal: stop } = control;
  addEventListener('dragover', (event) => {
    if (!bringsFiles(event.dataTransfer)) return;
    event.preventDefault();
    dropping.value = true;
  }, { signal: stop });
  addEventListener('dragleave', (event) => { if (event.relatedTarget === null) dropping.value = false; }, { signal: stop });
  addEventListener('drop', (event) => {
    if (!bringsFiles(event.dataTransfer)) return;
    event.preventDefault();
    dropping.value = false;
    if (openDialog.peek() === 'open-network') closeDialog();
    void readDrop(event.dataTransfer).then(openDropped);
  }, { signal: stop });
  addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) {
      openPlainFiles(files);
      return;
    }
    if (event.target instanceof HTMLElement && event.target.closest('input, textarea') !== null) return;
    takePastedText(event.clipboardData?.getData('text') ?? '');
  }, { signal: stop });
  return () => control.abort();
}

/** The address of a network is opened; any other one is put into the field, so that nothing is fetched by mistake. */
function takePastedText(text: string): void {
  if (isNetworkAddress(text)) {
    closeDialog();
    openAddress(text);
  } else if (/^https?:\/\//i.test(text.trim()) && readAddress(text) !== null) {
    typedAddress.value = text.trim();
    showDialog('open-network');
  }
}
