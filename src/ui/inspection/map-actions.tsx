import { Download } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { reportFailure } from '../../state/failure';
import type { InspectedMap } from '../../state/inspection';
import { canShare, encodeMapArray, encodeMapJson, nameMap, renderMapPicture, saveFile, shareFile } from './save-map';

/** Takes a map out: as a picture with its caption, as numbers, through the system sheet. */
export function MapActions({ map, title }: { readonly map: InspectedMap; readonly title: string }) {
  const [open, setOpen] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const close = (event: Event): void => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !(element.current?.contains(event.target as Node) ?? false)) setOpen(false);
    };
    addEventListener('pointerdown', close);
    addEventListener('keydown', close);
    return () => { removeEventListener('pointerdown', close); removeEventListener('keydown', close); };
  }, [open]);
  const name = nameMap(map);
  const act = (work: () => void | Promise<void>): void => {
    setOpen(false);
    Promise.resolve().then(work).catch(reportFailure);
  };
  return (
    <div ref={element} class="map-menu">
      <button type="button" class="button icon quiet" aria-label={`Save ${title}`} title="Save" aria-expanded={open} aria-haspopup="menu" onClick={() => setOpen(!open)}><Download size={16} /></button>
      {open && (
        <div class="map-menu-list" role="menu" aria-label="Save">
          <button type="button" role="menuitem" class="button quiet" onClick={() => act(async () => saveFile(await renderMapPicture(map), `${name}.png`))}>Picture with caption (PNG)</button>
          <button type="button" role="menuitem" class="button quiet" onClick={() => act(() => saveFile(encodeMapArray(map), `${name}.npy`))}>Numbers (NPY)</button>
          <button type="button" role="menuitem" class="button quiet" onClick={() => act(() => saveFile(encodeMapJson(map), `${name}.json`))}>Everything (JSON)</button>
          {canShare() && <button type="button" role="menuitem" class="button quiet" onClick={() => act(async () => shareFile(await renderMapPicture(map), `${name}.png`))}>Share the picture</button>}
        </div>
      )}
    </div>
  );
}
