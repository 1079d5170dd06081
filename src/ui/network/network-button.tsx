import { Workflow } from 'lucide-preact';
import { showNetworkPage } from '../../state/actions/show-network-page';
import { networkPageOpen } from '../../state/network-page';

/** Opens and closes the network page. */
export function NetworkButton() {
  const open = networkPageOpen.value;
  return (
    <button type="button" class="button network-button" aria-label="Network page" title="What this network is made of" aria-pressed={open} onClick={() => showNetworkPage(!open)}>
      <Workflow size={18} /><span class="network-button-word">Look inside</span>
    </button>
  );
}
