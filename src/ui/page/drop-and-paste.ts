import { signal } from '@preact/signals';
import { openFiles } from '../../state/actions/open-picture';

/** True while files hang over the page. */
export const dropping = signal(false);

/** Pictures can be dropped anywhere and pasted. @returns what stops it */
export function listenForPictures(): () => void {
  const control = new AbortController();
  const { signal: stop } = control;
  const bringsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragover', (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    dropping.value = true;
  }, { signal: stop });
  addEventListener('dragleave', (event) => { if (event.relatedTarget === null) dropping.value = false; }, { signal: stop });
  addEventListener('drop', (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    dropping.value = false;
    void openFiles([...(event.dataTransfer?.files ?? [])]);
  }, { signal: stop });
  addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) void openFiles(files);
  }, { signal: stop });
  return () => control.abort();
}
