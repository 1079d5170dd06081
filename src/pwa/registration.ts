/** The parts of the browser that registration needs; a test gives its own. */
export interface RegistrationHost {
  readonly container: Pick<ServiceWorkerContainer, 'register' | 'addEventListener' | 'controller'>;
  readonly document: Pick<Document, 'addEventListener' | 'visibilityState'>;
  now(): number;
  reload(): void;
}

export interface RegistrationListeners {
  /** A new version waits. Calling `apply` loads it (and with it the page, whose state is in its address); nothing else does. */
  onUpdateReady(apply: () => void): void;
  /** Everything the app needs is on the device. */
  onOfflineReady(): void;
}

/** Between two looks for a new version while the page stays open. */
const updateIntervalMs = 60 * 60 * 1000;

/**
 * Registers the service worker of the folder at `baseUrl`. It never reloads by itself: not when a new version was found,
 * not when another tab applied one, and not on a first visit to a host without isolation headers (the next visit is isolated).
 *
 * @returns false where there can be none (not supported, or a certificate that the browser does not trust): the app then runs online only
 */
export async function registerServiceWorker(baseUrl: string, listeners: RegistrationListeners, host: RegistrationHost | null = browserHost()): Promise<boolean> {
  if (host === null) return false;
  let registration: ServiceWorkerRegistration;
  try {
    registration = await host.container.register(new URL('service-worker.js', baseUrl), { scope: baseUrl, updateViaCache: 'none' });
  } catch {
    // Private windows, storage that is full, self-signed certificates: no reason to bother the person.
    return false;
  }
  let applying = false;
  const offer = (): void => listeners.onUpdateReady(() => {
    applying = true;
    // No worker waits any more when another tab was quicker: the new version is one reload away.
    if (registration.waiting === null) host.reload();
    else registration.waiting.postMessage('apply-update');
  });

  if (registration.waiting !== null && registration.active !== null) offer();
  if (registration.active !== null) listeners.onOfflineReady();
  registration.addEventListener('updatefound', () => watchInstalling(registration, offer, listeners));
  // The first install may have begun before the listener was there.
  if (registration.installing !== null) watchInstalling(registration, offer, listeners);

  let controlled = host.container.controller !== null;
  host.container.addEventListener('controllerchange', () => {
    if (applying) host.reload();
    else if (controlled) offer();
    controlled = true;
  });

  let lookedAtMs = host.now();
  host.document.addEventListener('visibilitychange', () => {
    if (host.document.visibilityState !== 'visible' || host.now() - lookedAtMs < updateIntervalMs) return;
    lookedAtMs = host.now();
    // Fails without a network; the next look comes in an hour.
    registration.update().catch(() => undefined);
  });
  return true;
}

function watchInstalling(registration: ServiceWorkerRegistration, offer: () => void, listeners: RegistrationListeners): void {
  const worker = registration.installing;
  if (worker === null) return;
  const first = registration.active === null;
  worker.addEventListener('statechange', () => {
    if (worker.state === 'installed' && !first) offer();
    if (worker.state === 'activated' && first) listeners.onOfflineReady();
  });
}

function browserHost(): RegistrationHost | null {
  if (!('serviceWorker' in navigator)) return null;
  return { container: navigator.serviceWorker, document, now: () => Date.now(), reload: () => location.reload() };
}
