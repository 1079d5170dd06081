import { openChannel } from '../../state/choices';
import { openLayer } from '../../state/worker-state';
import { ChannelView } from './channel-view';
import { NetworkFacts } from './network-facts';
import './inspector.css';

/** On wide screens: the open channel, else what this network is. */
export function Inspector() {
  const layer = openLayer.value;
  const channel = openChannel.value;
  const showsChannel = layer !== null && channel !== null;
  return (
    // Without a channel there is nothing in it to focus, so it is itself what the keyboard scrolls.
    <section class="inspector area-inspector" aria-label="Inspector" tabIndex={showsChannel ? -1 : 0}>
      {showsChannel ? <ChannelView layer={layer} channel={channel} /> : <NetworkFacts />}
    </section>
  );
}
