import { useEffect, useRef, useState } from 'preact/hooks';
import type { LayerInfo } from '../../contract/events';
import { captionName } from '../../state/layer-names';
import { openLayer as showLayer, toggleLayer } from '../../state/actions/open-layer';
import { openLayerId, view } from '../../state/choices';
import { layoutPool } from '../../state/surface-pool';
import { framesBehind, layers } from '../../state/worker-state';
import { isShort, isWide, pixelRatio } from '../page/media';
import { useSize } from '../page/use-size';
import { PoolSurfaces } from '../surface/pool-surfaces';
import './layer-rail.css';

/** Distances of one cell; the same numbers lay out the buttons and the canvases under them. */
const horizontal = { cellPx: 76, crossPx: 90, mapMainPx: 8, mapCrossPx: 6, mapSizePx: 60 } as const;
const small = { cellPx: 62, crossPx: 72, mapMainPx: 8, mapCrossPx: 5, mapSizePx: 46 } as const;
const vertical = { cellPx: 68, crossPx: 176, mapMainPx: 4, mapCrossPx: 8, mapSizePx: 60 } as const;

/** Every layer of the network, alive. */
export function LayerRail() {
  const wide = isWide.value;
  const shape = wide ? vertical : isShort.value ? small : horizontal;
  const [scroller, size] = useSize<HTMLElement>();
  const [scrollPx, setScrollPx] = useState(0);
  const list = layers.value;
  const opened = openLayerId.value;
  const pool = layoutPool({
    itemCount: list.length, across: 1, cellMainPx: shape.cellPx, cellCrossPx: shape.crossPx, mapMainPx: shape.mapMainPx, mapCrossPx: shape.mapCrossPx,
    mapSizePx: shape.mapSizePx, scrollPx, viewportPx: wide ? size.heightPx : size.widthPx, devicePixelRatio: pixelRatio.value,
  });
  useEffect(() => { scroller.current?.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }, [opened, wide, list.length]);
  const buttons = useRef<HTMLDivElement>(null);
  return (
    <nav ref={scroller} class={wide ? 'rail rail-vertical area-rail' : `rail rail-horizontal area-rail${isShort.value ? ' rail-small' : ''}`} aria-label="Layers" data-stale={framesBehind.value > 0 ? '' : undefined}
      onScroll={(event) => setScrollPx(wide ? event.currentTarget.scrollTop : event.currentTarget.scrollLeft)}>
      <div ref={buttons} class="rail-content" style={wide ? { height: pool.contentPx } : { width: pool.contentPx, height: shape.crossPx }}>
        <PoolSurfaces key={wide ? 'v' : 'h'} purpose="rail" pool={pool} axis={wide ? 'vertical' : 'horizontal'} smooth={view.value.smoothMaps}
          contentOf={(item) => ({ kind: 'mosaic', layer: list[item]?.id ?? '', side: mosaicSide(list[item]) })} />
        {list.map((layer, index) => (
          <button key={layer.id} type="button" class="rail-layer" aria-label={layer.name} aria-pressed={layer.id === opened} title={`${layer.name}: ${describeShape(layer)}`}
            style={wide ? { top: index * shape.cellPx, height: shape.cellPx } : { left: index * shape.cellPx, width: shape.cellPx, height: shape.crossPx }}
            onClick={() => toggleLayer(layer.id)} onKeyDown={(event) => moveFocus(event, index, list, buttons.current)}>
            <span class="rail-name">{captionName(layer.name)}</span>
            <span class="rail-shape numbers">{describeShape(layer)}</span>
          </button>
        ))}
      </div>
      {list.length === 0 && <p class="rail-empty small muted">Layers appear here once the network is loaded.</p>}
    </nav>
  );
}

function moveFocus(event: KeyboardEvent, index: number, list: readonly LayerInfo[], content: HTMLElement | null): void {
  const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
  const target = list[index + step];
  if (step === 0 || target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  content?.querySelectorAll<HTMLElement>('.rail-layer')[index + step]?.focus();
  if (openLayerId.peek() !== null) showLayer(target.id);
}

/** Few maps, each large enough to be recognised in a thumbnail. */
function mosaicSide(layer: LayerInfo | undefined): number {
  const channels = layer?.shape[2] ?? 1;
  return channels >= 9 ? 3 : channels >= 4 ? 2 : 1;
}

function describeShape({ shape: [height, width, channels], spatial }: LayerInfo): string {
  return spatial ? `${height}×${width}×${channels}` : String(channels);
}
