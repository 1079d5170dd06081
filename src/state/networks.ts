import type { NetworkId } from '../contract/ids';

export interface NetworkOption {
  readonly id: NetworkId;
  readonly name: string;
}

/** The networks that come with the app; their cards lie beside their weights. */
export const shippedNetworks: readonly NetworkOption[] = [
  { id: 'everyday', name: 'Everyday objects' },
  { id: 'digits', name: 'Handwritten digits' },
];
