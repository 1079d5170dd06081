import { Download } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { reportFailure } from '../../state/failure';
import type { InspectedMap } from '../../state/inspection';
import { encodeMapJson } from '../../state/map-export';
import { colourScale } from './inspection-view';
import { canShare, encodeMapArray, nameMap, renderMapPicture, saveFile, shareFile } from './save-map';

/** Takes a map out: as a picture with its caption, as numbers, through the system sheet. */
export function MapActions({ map, title }: { readonly map: InspectedMap; readonly title: string }) {
  const [open, setOpen] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const items = [...element.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? []];
    items[0]?.focus();
    const close = (event: Event): void => { if (!(element.current?.contains(event.target as Node) ?? false)) setOpen(false); };
    const handleKey = (event: KeyboardEvent): void => {
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step !== 0) items[(items.indexOf(document.activeElement as HTMLElement) + step + items.length) % items.length]?.focus();
      else if (event.key === 'Escape') {
        setOpen(false);
        button.current?.focus();
      } else if (event.key === 'Tab') {
        setOpen(false);
        return;
      } else return;
      // Escape would close the inspection as well.
      event.preventDefault();
    };
    addEventListener('pointerdown', close);
    addEventListener('keydown', handleKey, true);
    return () => { removeEventListener('pointerdown', close); removeEventListener('keydown', handleKey, true); };
  }, [open]);
  const unfinished = map.phase !== 'done';
  useEffect(() => {
    if (!unfinished) return;
    if (element.current?.contains(document.activeElement) === true) button.current?.focus();
    setOpen(false);
  }, [unfinished]);
  const name = nameMap(map);
  const act = (work: () => void | Promise<void>): void => {
    // The item goes with its menu.
    button.current?.focus();
    setOpen(false);
    Promise.resolve().then(work).catch(reportFailure);
  };
  return (
    <div ref={element} class="map-menu">
      <button ref={button} type="button" class="button icon quiet" aria-label={`Save ${title}`} title="Save" aria-expanded={open} aria-haspopup="menu" aria-disabled={unfinished} onClick={() => setOpen(!open && !unfinished)}><Download size={16} /></button>
      {open && (
        <div class="map-menu-list" role="menu" aria-label="Save">
          <button type="button" role="menuitem" class="button quiet" onClick={() => act(async () => saveFile(await renderMapPicture(map), `${name}.png`))}>Picture with caption (PNG)</button>
          <button type="button" role="menuitem" class="button quiet" onClick={() => act(() => saveFile(encodeMapArray(map), `${name}.npy`))}>Numbers (NPY)</button>
          <button type="button" role="menuitem" class="button quiet" onClick={() => act(async () => saveFile(await encodeMapJson(map, colourScale.peek()), `${name}.json`))}>Everything (JSON)</button>
          {canShare() && <button type="button" role="menuitem" class="button quiet" onClick={() => act(async () => shareFile(await renderMapPicture(map), `${name}.png`))}>Share the picture</button>}
        </div>
      )}
    </div>
  );
}
