import { openFiles } from '../../state/actions/open-picture';

let input: HTMLInputElement | null = null;

/** The browser's own file dialog. */
export function chooseFiles(): void {
  input?.click();
}

/** Not part of the tab order: the button opens it. */
export function FileInput() {
  return (
    <input ref={(element) => { input = element; }} type="file" accept="image/*,.heic,.heif" multiple hidden tabIndex={-1} aria-hidden="true"
      onChange={(event) => {
        const files = [...(event.currentTarget.files ?? [])];
        // The same file can be chosen twice in a row.
        event.currentTarget.value = '';
        void openFiles(files);
      }} />
  );
}
