import type { NetworkId } from '../../contract/ids';
import { shippedNetworks } from '../networks';
import { changeSpec, spec } from '../choices';
import { clearFailure } from '../failure';
import { importNotice, inputBeingTried } from '../import-state';

/** Changes the network while everything else runs on. Layers and classes are its own, so those choices start anew. */
export function chooseNetwork(network: NetworkId): void {
  if (network === spec.peek().network) return;
  clearFailure();
  // A line about another network is no longer about what is on screen.
  importNotice.value = null;
  changeSpec({ network, input: inputBeingTried(network), openLayer: null, openChannel: null, explanationLayer: null, target: { kind: 'top' } });
}

export function chooseFirstNetwork(): void {
  const first = shippedNetworks[0];
  if (first !== undefined) chooseNetwork(first.id);
}
