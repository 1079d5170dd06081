import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { putMapBack } from '../../state/actions/explain-frame';
import { holdRemoved } from '../../state/actions/offer-removed';
import { shownOnRequest } from '../../state/chosen-map';
import { nameInspectedMap, removedMaps, type RemovedMap } from '../../state/removed-maps';

/** Maps that were taken away, or made room, and can be put back; said to screen readers. The lines stay while somebody is at them. */
export function RemovedMaps() {
  const element = useRef<HTMLDivElement>(null);
  const hold = (): void => holdRemoved(element.current?.matches(':hover, :focus-within') ?? false);
  useEffect(() => () => holdRemoved(false), []);
  return (
    <div ref={element} class="removed-maps" role="status" onPointerEnter={hold} onPointerLeave={hold} onFocusIn={hold} onFocusOut={hold}>
      {removedMaps.value.map((removed) => <RemovedLine key={removed.map.id} removed={removed} />)}
    </div>
  );
}

function RemovedLine({ removed: { map } }: { readonly removed: RemovedMap }) {
  const button = useRef<HTMLButtonElement>(null);
  // The card that went may have had the focus; where another one comes instead, that one takes it.
  useLayoutEffect(() => { if (document.activeElement === document.body && shownOnRequest.peek() === null) button.current?.focus(); }, []);
  const name = nameInspectedMap(map);
  return (
    <div class="removed-map">
      <p class="small">Map removed: {name}.</p>
      <button ref={button} type="button" class="button" aria-label={`Undo: ${name}`} onClick={() => putMapBack(map.id)}>Undo</button>
    </div>
  );
}
