import type { DroppedFile } from '../../state/import-files';

/** More than any network or set of pictures has; a dropped home folder ends here. */
const mostFiles = 4000;

/** True: the drag brings files or folders, not text of the page. */
export function bringsFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false;
}

/** Everything that was dropped, folders walked through, each file with its path. The list must be taken while the event lasts. */
export function readDrop(transfer: DataTransfer | null): Promise<readonly DroppedFile[]> {
  const items = [...(transfer?.items ?? [])].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  return collect(entries);
}

/** Files of a folder that was chosen in the file dialog. */
export function readChosenFolder(files: readonly File[]): readonly DroppedFile[] {
  return files.slice(0, mostFiles).map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }));
}

async function collect(entries: readonly { readonly entry: FileSystemEntry | null; readonly file: File | null }[]): Promise<readonly DroppedFile[]> {
  const found: DroppedFile[] = [];
  for (const { entry, file } of entries) {
    if (entry === null || entry.isFile) {
      if (file !== null) found.push({ path: file.name, file });
    } else await walk(entry as FileSystemDirectoryEntry, `${entry.name}/`, found);
  }
  return found;
}

async function walk(folder: FileSystemDirectoryEntry, path: string, found: DroppedFile[]): Promise<void> {
  const reader = folder.createReader();
  // Chromium hands out a hundred at a time, and an empty list at the end.
  for (;;) {
    const part = await new Promise<readonly FileSystemEntry[]>((resolve) => { reader.readEntries(resolve, () => resolve([])); });
    if (part.length === 0) return;
    for (const entry of part) {
      if (found.length >= mostFiles) return;
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, `${path}${entry.name}/`, found);
      else {
        // One that vanished in between is left out; what needs it names it as missing.
        const file = await new Promise<File | null>((resolve) => { (entry as FileSystemFileEntry).file(resolve, () => resolve(null)); });
        if (file !== null) found.push({ path: `${path}${entry.name}`, file });
      }
    }
  }
}
