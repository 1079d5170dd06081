import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LayerInfo } from '../../contract/events';
import { openChannel as showChannel } from '../../state/actions/open-channel';
import { openChannel, spec, view } from '../../state/choices';
import { holdGrid } from '../../state/receive-event';
import { fitColumns, layoutPool } from '../../state/surface-pool';
import { channelsInOrder, framesBehind } from '../../state/worker-state';
import { isWide, pixelRatio } from '../page/media';
import { useSize } from '../page/use-size';
import { PoolSurfaces } from '../surface/pool-surfaces';
import { labelChannel, nameChannel, namesClasses } from './channel-names';
import { rememberTap } from './grow';
import './channel-grid.css';

const gapPx = 6;
const labelPx = 16;

/** All channels of the open layer; a thousand scroll as easily as ten, because only what is near the view exists. */
export function ChannelGrid({ layer, children }: { readonly layer: LayerInfo; readonly children?: ComponentChildren }) {
  const [scroller, size] = useSize<HTMLDivElement>();
  const [head, headSize] = useSize<HTMLDivElement>();
  const [scrollPx, setScrollPx] = useState(0);
  const [focusedPlace, setFocusedPlace] = useState(0);
  const wantsFocus = useRef(false);
  // Keys may come faster than the page is drawn.
  const place = useRef(0);
  const channels = channelsInOrder.value;
  const smallest = !layer.spatial ? (namesClasses(layer) ? 72 : 44) : channels.length <= 16 ? 84 : 68;
  const { columns, cellPx } = fitColumns(size.widthPx, smallest, gapPx);
  // A single value needs no large square; its name needs the width.
  const mapPx = layer.spatial ? Math.min(cellPx, 140) : 40;
  const cellMainPx = mapPx + labelPx + gapPx;
  const pool = layoutPool({
    itemCount: size.widthPx > 0 ? channels.length : 0, across: columns, cellMainPx, cellCrossPx: cellPx + gapPx,
    mapMainPx: 0, mapCrossPx: 0, mapSizePx: mapPx, scrollPx, viewportPx: size.heightPx, devicePixelRatio: pixelRatio.value,
  });
  useEffect(() => { scroller.current?.scrollTo({ top: 0 }); place.current = 0; setFocusedPlace(0); }, [layer.id, spec.value.channelOrder]);
  useEffect(() => () => holdGrid(false), []);
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-place="${focusedPlace}"]`)?.focus({ preventScroll: true });
  });

  const followScroll = (topPx: number): void => setScrollPx(Math.max(0, topPx - headSize.heightPx));
  const moveTo = (next: number): void => {
    if (next < 0 || next >= channels.length || scroller.current === null) return;
    const top = headSize.heightPx + Math.floor(next / columns) * cellMainPx;
    // On wide screens the head stays in place and covers what scrolls under it.
    const coveredPx = isWide.peek() ? headSize.heightPx : 0;
    if (top - coveredPx < scroller.current.scrollTop) scroller.current.scrollTop = top - coveredPx;
    else if (top + cellMainPx > scroller.current.scrollTop + size.heightPx) scroller.current.scrollTop = top + cellMainPx - size.heightPx;
    wantsFocus.current = true;
    place.current = next;
    followScroll(scroller.current.scrollTop);
    setFocusedPlace(next);
  };
  const handleKey = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    moveTo(place.current + step);
  };

  const shownPlaces = pool.pages.flatMap((page) => page.cells.map((cell) => cell.item));
  const tabPlace = shownPlaces.includes(focusedPlace) ? focusedPlace : shownPlaces[0];
  return (
    <div ref={scroller} class="channel-grid" data-stale={framesBehind.value > 0 ? '' : undefined} onScroll={(event) => followScroll(event.currentTarget.scrollTop)}
      onPointerEnter={() => holdGrid(true)} onPointerLeave={() => holdGrid(false)} onFocusIn={() => holdGrid(true)} onFocusOut={() => holdGrid(false)} onKeyDown={handleKey}>
      <div ref={head} class="channel-head">{children}</div>
      <div class="channel-content" style={{ height: pool.contentPx }}>
        <PoolSurfaces purpose="channels" pool={pool} axis="vertical" smooth={view.value.smoothMaps} contentOf={(item) => ({ kind: 'channel', layer: layer.id, channel: channels[item] ?? 0 })} />
        {shownPlaces.map((shown) => {
          const channel = channels[shown] ?? 0;
          return (
            <button key={shown} type="button" class="channel-cell" data-place={shown} tabIndex={shown === tabPlace ? 0 : -1} aria-label={nameChannel(layer, channel)} aria-pressed={channel === openChannel.value}
              style={{ left: (shown % columns) * (cellPx + gapPx), top: Math.floor(shown / columns) * cellMainPx, width: layer.spatial ? mapPx : cellPx, height: mapPx + labelPx }}
              onClick={(event) => { rememberTap(event.currentTarget); showChannel(channel === openChannel.peek() ? null : channel); }} onFocus={() => { place.current = shown; setFocusedPlace(shown); }}>
              <span class="numbers">{labelChannel(layer, channel)}</span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
