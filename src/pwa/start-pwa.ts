import { watchInstall, type InstallListeners } from './install';
import { registerServiceWorker, type RegistrationListeners } from './registration';

/** Installable and offline, in a production build; in development a service worker would serve yesterday's code. */
export function startPwa(baseUrl: string, listeners: InstallListeners & RegistrationListeners): void {
  watchInstall(listeners);
  if (!import.meta.env.PROD) return;
  // Filling the cache competes with the first network for the connection: the page comes first.
  const register = (): void => { void registerServiceWorker(baseUrl, listeners); };
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}
