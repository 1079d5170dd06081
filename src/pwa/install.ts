/** Chromium's event; in no standard, so not in TypeScript's library. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

export interface InstallListeners {
  /** The browser would install the app: `prompt` asks the person, and works once. null: not any more. */
  onInstallable(prompt: (() => Promise<void>) | null): void;
  /** The browser installs through its own menu only (iOS: Share, Add to Home Screen). */
  onInstallHint(): void;
}

/** Keeps the browser's install offer for a button of ours; asks for lasting storage once the app is installed. */
export function watchInstall(listeners: InstallListeners, host: Window = window): void {
  if (host.matchMedia('(display-mode: standalone)').matches) {
    requestLastingStorage(host);
    return;
  }
  host.addEventListener('beforeinstallprompt', (event) => {
    // Without this Chrome shows its own bar over the picture.
    event.preventDefault();
    listeners.onInstallable(async () => {
      listeners.onInstallable(null);
      await (event as BeforeInstallPromptEvent).prompt();
    });
  });
  host.addEventListener('appinstalled', () => {
    listeners.onInstallable(null);
    requestLastingStorage(host);
  });
  if (installsByMenuOnly(host)) listeners.onInstallHint();
}

/** True on iOS and iPadOS: `navigator.standalone` is known there (false: not opened from the home screen), the offer is not. */
function installsByMenuOnly(host: Window): boolean {
  const { navigator } = host;
  return 'standalone' in navigator && navigator.standalone === false && navigator.maxTouchPoints > 1 && !('onbeforeinstallprompt' in host);
}

function requestLastingStorage(host: Window): void {
  // A refusal changes nothing: the browser may then clear our caches when the device is full, and the next visit fills them.
  const { storage } = host.navigator as { readonly storage?: StorageManager };
  storage?.persist().catch(() => false);
}
