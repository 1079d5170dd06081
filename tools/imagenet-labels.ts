import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const path = 'labels/imagenet.json';

/**
 * ImageNet's 1000 names in their usual order, one for each class: the first synonym, with a second where two classes share it.
 *
 * @throws when the package has changed so that it has no such list
 */
export function listImagenetLabels(): readonly string[] {
  const loaded: unknown = createRequire(import.meta.url)('@tensorflow-models/mobilenet/dist/imagenet_classes.js');
  const classes = (loaded as { readonly IMAGENET_CLASSES?: Readonly<Record<number, string>> }).IMAGENET_CLASSES ?? {};
  const synonyms = Array.from({ length: 1000 }, (_, index) => (classes[index] ?? '').split(',').map((name) => name.trim()));
  const used = new Map<string, number>();
  for (const [name = ''] of synonyms) used.set(name, (used.get(name) ?? 0) + 1);
  const labels = synonyms.map((names, index) => {
    const [first = '', second] = names;
    if ((used.get(first) ?? 0) < 2) return first;
    // The crane that flies and the crane that lifts have one word in this list.
    return second ?? ({ 134: 'crane (bird)', 517: 'crane (machine)' } as Readonly<Record<number, string>>)[index] ?? first;
  });
  if (labels.includes('') || new Set(labels).size !== 1000) throw new Error('@tensorflow-models/mobilenet has changed: look again at its list of classes.');
  return labels;
}

/** Serves the list as `labels/imagenet.json` in dev and writes it in a build. The names come from a package under Apache-2.0. */
export function imagenetLabels(): Plugin {
  return {
    name: 'innerview:imagenet-labels',
    configureServer(server) {
      server.middlewares.use(`/${path}`, (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(listImagenetLabels()));
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: path, source: JSON.stringify(listImagenetLabels()) });
    },
  };
}
