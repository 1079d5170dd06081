import { X } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { closeDialog } from './open-dialog';
import './dialog.css';

/** A modal sheet: Escape, the cross and a tap beside it close it; the focus goes back to where it was. */
export function Dialog({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    // Once the sheet is gone: until then nothing behind it takes the focus.
    return () => queueMicrotask(() => { if (before instanceof HTMLElement && before.isConnected) before.focus(); });
  }, []);
  return (
    <dialog ref={element} class="dialog" aria-label={title} onClose={closeDialog}
      onClick={(event) => { if (event.target === element.current) closeDialog(); }}>
      <div class="dialog-body">
        <header class="dialog-header">
          <h2>{title}</h2>
          <button type="button" class="button icon quiet" aria-label="Close" onClick={closeDialog}><X size={20} /></button>
        </header>
        <div class="dialog-content">{children}</div>
      </div>
    </dialog>
  );
}
