import type { PageAround } from '../../state/runtime';
import { readLink } from '../../state/url-state';
import { isWide } from './media';

/** The browser's page, as the state sees it. */
export const browserPage: PageAround = {
  search: location.search,
  debug: readLink(location.search, '').debug,
  baseUrl: new URL('.', location.href).href,
  readHash: () => location.hash,
  writeHash: (hash) => history.replaceState(null, '', `${location.pathname}${location.search}${hash}`),
  onHashChange: (listener) => addEventListener('hashchange', listener),
  isWide: () => isWide.peek(),
  prefersStillness: () => matchMedia('(prefers-reduced-motion: reduce)').matches,
  canPlay: (type) => document.createElement('video').canPlayType(type) !== '',
  readStored: (key) => withStorage((storage) => storage.getItem(key)),
  store: (key, text) => { withStorage((storage) => { storage.setItem(key, text); return null; }); },
  reload: () => location.reload(),
  saveFile: (name, file) => {
    const address = URL.createObjectURL(file);
    const link = Object.assign(document.createElement('a'), { href: address, download: name });
    link.click();
    // The browser reads the file after the click; a minute is more than it takes to begin.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  },
  nowMs: () => performance.timeOrigin + performance.now(),
};

/** Some private windows forbid storage; then nothing is remembered, which harms nobody. */
function withStorage(use: (storage: Storage) => string | null): string | null {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}
