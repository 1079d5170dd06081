/// <reference lib="webworker" />
import { clientsClaim } from 'workbox-core';
import type { PrecacheEntry } from 'workbox-precaching';
import { addPlugins, cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute, setDefaultHandler } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[] };

/** The same response with the headers that isolate the page, for hosts that cannot set them (docs/deploy.md). */
function isolateResponse(response: Response): Response {
  // An opaque or redirected answer cannot be rebuilt, a 304 or 0 has no body to carry over.
  if (response.type === 'opaque' || response.type === 'opaqueredirect' || response.status === 0 || response.redirected) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const bodyless = response.status === 204 || response.status === 205 || response.status === 304;
  return new Response(bodyless ? null : response.body, { status: response.status, statusText: response.statusText, headers });
}

addPlugins([{ handlerWillRespond: async ({ response }) => isolateResponse(response) }]);
precacheAndRoute([...self.__WB_MANIFEST]);
cleanupOutdatedCaches();

// The whole view is in the address, so every navigation in our folder is the same page.
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html')));
setDefaultHandler(async ({ request }) => {
  const response = await fetch(request);
  return new URL(request.url).origin === self.location.origin ? isolateResponse(response) : response;
});

// A new version waits until the person wants it (registration.ts asks); the very first one takes over at once.
self.addEventListener('message', (event) => {
  if (event.data === 'apply-update') void self.skipWaiting();
});
clientsClaim();
