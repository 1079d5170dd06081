import { signal } from '@preact/signals-core';

/** Set while the browser offers to install the app. */
export const installOffer = signal<(() => Promise<void>) | null>(null);
/** iOS has no offer; there a sentence says how. */
export const installHint = signal(false);
/** Set when a new version waits: calling it loads that version. Never called by itself. */
export const updateOffer = signal<(() => void) | null>(null);
/** Everything needed is on the device. */
export const offlineReady = signal(false);

/** What the service worker and the browser's install offer report to. */
export const pwaListeners = {
  onInstallable: (prompt: (() => Promise<void>) | null): void => { installOffer.value = prompt; },
  onInstallHint: (): void => { installHint.value = true; },
  onUpdateReady: (apply: () => void): void => { updateOffer.value = apply; },
  onOfflineReady: (): void => { offlineReady.value = true; },
};
