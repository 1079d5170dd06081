/**
 * Entry of both workers, told apart by their names: one bundle, so that what reads network files (most of it an HDF5 parser)
 * is fetched and kept for offline use once.
 */
const early: MessageEvent[] = [];
const keep = (event: MessageEvent): void => {
  event.stopImmediatePropagation();
  early.push(event);
};
// Messages come as soon as this script has run, before the part that answers them is here.
addEventListener('message', keep);
if (self.name === 'innerview-import') await import('../import-worker/importer-root');
else await import('./visualizer-root');
removeEventListener('message', keep);
for (const { data } of early) dispatchEvent(new MessageEvent('message', { data }));

// Makes this file a module, which may wait at its top level.
// oxlint-disable-next-line unicorn/require-module-specifiers
export {};
