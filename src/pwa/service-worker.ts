/// <reference lib="webworker" />
import { clientsClaim } from 'workbox-core';
import type { PrecacheEntry } from 'workbox-precaching';
import { addPlugins, cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute, setDefaultHandler } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[] };

/** The same response with the headers that isolate the page, for hosts that cannot set them (docs/deploy.md). */
function isolateResponse(response: Response): Response {
  // An opaque or redirected answer cannot be rebuilt.
  if (response.type === 'opaque' || response.type === 'opaqueredirect' || response.status === 0 || response.redirected) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const bodyless = response.status === 204 || response.status === 205 || response.status === 304;
  return new Response(bodyless ? null : response.body, { status: response.status, statusText: response.statusText, headers });
}

/** The part of a kept file that was asked for: Safari plays no video without it. */
async function cutRange(request: Request, response: Response): Promise<Response> {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('Range') ?? '');
  if (range === null || response.status !== 200) return response;
  const blob = await response.blob();
  const start = Number(range[1]);
  const last = range[2] === '' ? blob.size - 1 : Math.min(Number(range[2]), blob.size - 1);
  const headers = new Headers(response.headers);
  if (start > last) {
    headers.set('Content-Range', `bytes */${blob.size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set('Content-Range', `bytes ${start}-${last}/${blob.size}`);
  headers.set('Content-Length', String(last - start + 1));
  return new Response(blob.slice(start, last + 1), { status: 206, statusText: 'Partial Content', headers });
}

// A network that a person fetches from elsewhere: its progress, cancel and parts are the browser's business. Before workbox's own listener.
self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).origin !== self.location.origin) event.stopImmediatePropagation();
});

addPlugins([{ handlerWillRespond: async ({ request, response }) => isolateResponse(await cutRange(request, response)) }]);
precacheAndRoute([...self.__WB_MANIFEST]);
cleanupOutdatedCaches();

// The whole view is in the address, so every navigation in our folder is the same page.
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html')));
setDefaultHandler(async ({ request }) => isolateResponse(await fetch(request)));

// A new version waits until the person wants it (registration.ts asks); the very first one takes over at once.
self.addEventListener('message', (event) => {
  if (event.data === 'apply-update') void self.skipWaiting();
});
clientsClaim();
