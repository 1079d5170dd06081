import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { openPlainFiles } from '../../state/actions/import-dropped';

let input: HTMLInputElement | null = null;

/** The browser's own file dialog, for pictures and arrays. */
export function choosePictures(): void {
  input?.click();
}

/** Not part of the tab order: the button opens it. */
export function FileInput() {
  return (
    <input ref={(element) => { input = element; }} type="file" accept="image/*,.heic,.heif,.npy,.npz" multiple hidden tabIndex={-1} aria-hidden="true"
      onChange={(event) => openPlainFiles(takeFiles(event.currentTarget))} />
  );
}

interface FileButtonProps {
  readonly class?: string;
  /** As the input's `accept`; absent: any file. */
  readonly accept?: string;
  readonly multiple?: boolean;
  /** A whole folder instead of files; not every phone offers it. */
  readonly folder?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ComponentChildren;
}

/** A button that opens the browser's file dialog. */
export function FileButton({ class: className = 'button', accept, multiple = false, folder = false, onFiles, children }: FileButtonProps) {
  const element = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={className} onClick={() => element.current?.click()}>{children}</button>
      <input ref={element} type="file" hidden tabIndex={-1} aria-hidden="true" multiple={multiple} {...(accept === undefined ? {} : { accept })}
        {...(folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          const files = takeFiles(event.currentTarget);
          if (files.length > 0) onFiles(files);
        }} />
    </>
  );
}

/** Empties the input, so that the same file can be chosen twice in a row. */
function takeFiles(from: HTMLInputElement): readonly File[] {
  const files = [...(from.files ?? [])];
  from.value = '';
  return files;
}
