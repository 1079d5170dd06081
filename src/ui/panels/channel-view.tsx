import { ChevronLeft, ChevronRight, X } from 'lucide-preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { LayerInfo } from '../../contract/events';
import { openChannel as showChannel, stepChannel } from '../../state/actions/open-channel';
import { watchPoint } from '../../state/actions/watch-point';
import { toggleUnit } from '../../state/actions/pin-target';
import { heldUnit, view } from '../../state/choices';
import { crosshair } from '../../state/crosshair';
import { formatValue } from '../../state/format-value';
import { point } from '../../state/worker-state';
import { isWide, pixelRatio } from '../page/media';
import { useSize } from '../page/use-size';
import { Surface } from '../surface/surface';
import { nameChannel } from './channel-names';
import { ColourBar } from './colour-bar';
import { Crosshair } from './crosshair';
import { growFromTap } from './grow';
import './channel-view.css';

/** One feature map, large, with the number under the crosshair and its patch of the picture. */
export function ChannelView({ layer, channel }: { readonly layer: LayerInfo; readonly channel: number }) {
  const [box, size] = useSize<HTMLDivElement>();
  const [height, width] = layer.shape;
  const side = Math.max(0, Math.floor(Math.min(size.widthPx, size.heightPx)));
  const device = Math.max(1, Math.round(side * pixelRatio.value));
  useEffect(() => {
    const middle = { y: Math.floor(height / 2), x: Math.floor(width / 2) };
    const before = crosshair.peek();
    crosshair.value = before !== null && before.y < height && before.x < width ? before : middle;
    return () => { crosshair.value = null; };
  }, [layer.id, height, width]);
  const at = crosshair.value;
  useEffect(() => {
    watchPoint(at === null ? null : { layer: layer.id, channel, ...at });
  }, [layer.id, channel, at?.y, at?.x]);
  useEffect(() => () => watchPoint(null), []);
  const map = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => { if (map.current !== null) growFromTap(map.current); }, [channel, side > 0]);
  const read = point.value;
  const known = read !== null && at !== null && read.layer === layer.id && read.channel === channel && read.y === at.y && read.x === at.x;
  return (
    <div class="channel-view" role="group" aria-label={`Channel ${channel} of ${layer.name}`}>
      <div class="channel-header">
        <button type="button" class="button icon" aria-label="Previous channel" onClick={() => stepChannel(-1)}><ChevronLeft size={18} /></button>
        <h3 class="numbers">{nameChannel(layer, channel)}</h3>
        <button type="button" class="button icon" aria-label="Next channel" onClick={() => stepChannel(1)}><ChevronRight size={18} /></button>
        {isWide.value && <button type="button" class="button icon quiet" aria-label="Close the channel" onClick={() => showChannel(null)}><X size={18} /></button>}
      </div>
      <div ref={box} class="channel-box">
        {side > 0 && (
          <div ref={map} class="channel-map" style={{ width: side, height: side }}>
            <Surface purpose="channel" style={{ width: side, height: side }}
              layout={{ widthPx: device, heightPx: device, tiles: [{ x: 0, y: 0, width: device, height: device, content: { kind: 'channel', layer: layer.id, channel }, smooth: view.value.smoothMaps }] }} />
            <Crosshair height={height} width={width} label={`Crosshair on channel ${channel}; arrow keys move it`} />
          </div>
        )}
      </div>
      <div class="channel-facts">
        <p class="channel-value numbers"><b>{known ? formatValue(read.value) : '–'}</b> <span class="muted small">{at === null ? '' : layer.spatial ? `at row ${at.y}, column ${at.x}` : 'for the whole picture'}</span></p>
        <ColourBar layer={layer} channel={channel} />
        <UnitSource layer={layer} channel={channel} at={at} />
        {layer.spatial && <p class="small muted">{layer.receptiveField === null ? 'This unit sees the whole picture.' : 'The frame on the picture is what this unit looks at.'}</p>}
      </div>
    </div>
  );
}

/** The backward view: which part of the picture excites this channel, or the one unit under the crosshair. */
function UnitSource({ layer, channel, at }: { readonly layer: LayerInfo; readonly channel: number; readonly at: { readonly y: number; readonly x: number } | null }) {
  const held = heldUnit.value;
  const mine = held !== null && held.layer === layer.id && held.channel === channel;
  const place = layer.spatial ? at : null;
  return (
    <div class="unit-source">
      <button type="button" class="button" aria-pressed={mine && held.y === undefined} title="Lay over the picture what excites this channel; it is held while you look at other layers"
        onClick={() => toggleUnit(layer.id, channel, null)}>Explain this channel</button>
      {place !== null && <button type="button" class="button" aria-pressed={mine && held.y === place.y && held.x === place.x} title="Only the unit under the crosshair"
        onClick={() => toggleUnit(layer.id, channel, place)}>Only this unit</button>}
    </div>
  );
}
