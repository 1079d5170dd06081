import { openChannel } from '../../state/choices';
import { openLayer } from '../../state/worker-state';
import { ChannelView } from './channel-view';
import { NetworkFacts } from './network-facts';
import './inspector.css';

/** On wide screens: the open channel, else what this network is. */
export function Inspector() {
  const layer = openLayer.value;
  const channel = openChannel.value;
  return (
    <aside class="inspector area-inspector" aria-label="Inspector">
      {layer !== null && channel !== null ? <ChannelView layer={layer} channel={channel} /> : <NetworkFacts />}
    </aside>
  );
}
