import { signal } from '@preact/signals';
import { ArrowLeft, SlidersHorizontal, X } from 'lucide-preact';
import type { LayerInfo } from '../../contract/events';
import { channelOrders, colourMaps, type ChannelOrder, type ColourMap, type MapScale } from '../../contract/session-spec';
import { methodName } from '../../lessons/explanation-texts';
import { methods } from '../../state/inspection';
import { liveMap, mappedLayer } from '../../state/live-caption';
import { describeLayer } from '../../lessons/layer-texts';
import { chooseOrder } from '../../state/actions/choose-order';
import { openChannel as showChannel } from '../../state/actions/open-channel';
import { openLayer as showLayer } from '../../state/actions/open-layer';
import { changeSpec, heldUnit, openChannel, spec } from '../../state/choices';
import { layers, network, openLayer, openLayerPosition, orderReplaced } from '../../state/worker-state';
import { isTall, isWide } from '../page/media';
import { ChannelGrid } from './channel-grid';
import { ChannelView } from './channel-view';
import { ColourBar } from './colour-bar';
import './layer-panel.css';

const orderNames: Readonly<Record<ChannelOrder, string>> = { index: 'Index', activity: 'Activity now', influence: 'Influence' };
const scaleNames: Readonly<Record<MapScale, string>> = { channel: 'Per channel', layer: 'Per layer' };
const colourNames: Readonly<Record<ColourMap, string>> = { viridis: 'Viridis', inferno: 'Inferno', cividis: 'Cividis', grey: 'Grey' };

/** The person's choice; null: what the height suggests. */
const choicesOpened = signal<boolean | null>(null);

/** One layer: what it is, all its channels, how they are sorted and coloured. */
export function LayerPanel() {
  const layer = openLayer.value;
  if (layer === null) {
    return isWide.value ? <div class="layer-panel area-channels"><p class="panel-empty muted">Choose a layer to see all its channels.</p></div> : null;
  }
  const channel = openChannel.value;
  const inputPx = network.value?.card.input.width ?? 1;
  // Where little height is left, the maps come first.
  const choicesShown = isWide.value || (choicesOpened.value ?? isTall.value);
  const large = channel !== null && !isWide.value;
  return (
    <section class="layer-panel area-channels" aria-label="Channels">
      <header class="layer-header">
        {large && <button type="button" class="button icon quiet" aria-label="All channels" onClick={() => showChannel(null)}><ArrowLeft size={18} /></button>}
        <h2>{layer.name}</h2>
        {!isWide.value && !large && (
          <button type="button" class="button icon quiet" aria-label="Order and colours" aria-expanded={choicesShown} onClick={() => { choicesOpened.value = !choicesShown; }}><SlidersHorizontal size={18} /></button>
        )}
        {!isWide.value && <button type="button" class="button icon quiet" aria-label="Close the layer" onClick={() => showLayer(null)}><X size={18} /></button>}
      </header>
      {large ? <ChannelView layer={layer} channel={channel} /> : (
        <ChannelGrid layer={layer}>
          <p class="layer-sentence small muted">{describeLayer(layer, openLayerPosition.value, layers.value.length, inputPx)}</p>
          <ExplainHere layer={layer} />
          {choicesShown && <div class="layer-choices">
            <Choice name="Sort" value={spec.value.channelOrder} options={channelOrders} names={orderNames} onChoose={chooseOrder} />
            <Choice name="Scale" expert value={spec.value.scale} options={['channel', 'layer']} names={scaleNames} onChoose={(scale) => changeSpec({ scale })} />
            <Choice name="Colours" expert value={spec.value.colourMap} options={colourMaps} names={colourNames} onChoose={(colourMap) => changeSpec({ colourMap })} />
          </div>}
          {orderReplaced.value && <p class="layer-sentence small order-note">{heldUnit.value === null
            ? 'Influence is not defined behind this point of the network; sorted by activity.'
            : 'Nothing in this layer has an influence on what you hold, which does not come after it; sorted by activity.'}</p>}
          {choicesShown && <ColourBar layer={layer} channel={null} />}
        </ChannelGrid>
      )}
    </section>
  );
}

/** Grad-CAM and its family can look at any layer with places; the last one is the usual choice, for a unit that is held the last one before it. */
function ExplainHere({ layer }: { readonly layer: LayerInfo }) {
  const { explanation: method, explanationLayer, target } = spec.value;
  if (!layer.spatial || !methods.value.some(({ id, choosesLayer }) => id === method && choosesLayer)) return null;
  const here = mappedLayer.value === layer.id;
  const usual = target.kind === 'unit' ? here && explanationLayer === null : network.value?.explanationLayer === layer.id;
  const name = methodName(method);
  const says = !here ? `Let ${name} look at this layer` : liveMap.value?.state === 'unsupported' ? `${name} is not defined at this layer` : `${name} looks at this layer`;
  return (
    <button type="button" class="button explain-here" aria-pressed={here} title={usual ? `The usual layer: the last with places, closest to ${target.kind === 'unit' ? 'what you hold' : 'the answer'}` : 'Make the map over the picture from this layer; earlier layers are finer and know less about classes'}
      onClick={() => changeSpec({ explanationLayer: here || usual ? null : layer.id })}>{says}</button>
  );
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  /** A class does not need it. */
  readonly expert?: boolean;
  readonly value: T;
  readonly options: readonly T[];
  readonly names: Readonly<Record<T, string>>;
  readonly onChoose: (value: T) => void;
}

function Choice<T extends string>({ name, expert = false, value, options, names, onChoose }: ChoiceProps<T>) {
  return (
    <label class={expert ? 'field choice expert' : 'field choice'}>
      <span>{name}</span>
      <select class="select" value={value} onChange={(event) => onChoose(event.currentTarget.value as T)}>
        {options.map((option) => <option key={option} value={option}>{names[option]}</option>)}
      </select>
    </label>
  );
}
