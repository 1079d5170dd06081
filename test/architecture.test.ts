import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The table of ARCHITECTURE.md. A layer may import itself, these layers and these packages (a `/` at the end: all of a scope). */
const table: Readonly<Record<string, { readonly layers: readonly string[]; readonly packages: readonly string[] }>> = {
  contract: { layers: [], packages: ['comlink'] },
  graph: { layers: ['contract'], packages: [] },
  formats: { layers: ['graph', 'contract'], packages: ['h5wasm', 'protobufjs/', 'flatbuffers', 'fflate', 'zod'] },
  engine: { layers: ['graph', 'contract'], packages: ['@tensorflow/'] },
  explain: { layers: ['graph', 'contract', 'engine/executor.interface'], packages: ['@tensorflow/tfjs-core'] },
  render: { layers: ['graph', 'contract'], packages: [] },
  store: { layers: ['contract'], packages: ['idb'] },
  worker: { layers: ['contract', 'graph', 'formats', 'engine', 'explain', 'render', 'store'], packages: ['comlink'] },
  'import-worker': { layers: ['contract', 'graph', 'formats', 'store'], packages: ['@noble/hashes/', 'comlink', 'fflate'] },
  'side-worker': { layers: ['contract'], packages: ['comlink'] },
  camera: { layers: ['contract'], packages: [] },
  client: { layers: ['contract'], packages: ['comlink'] },
  state: { layers: ['contract', 'graph', 'client', 'camera', 'pwa'], packages: ['@preact/signals-core', 'fflate'] },
  lessons: { layers: ['contract'], packages: [] },
  ui: { layers: ['state', 'contract', 'lessons'], packages: ['preact', 'preact/', '@preact/signals', 'lucide-preact', 'uqr', '@fontsource-variable/', '@dagrejs/dagre', 'd3-scale', 'd3-shape'] },
  pwa: { layers: ['contract'], packages: ['workbox-core', 'workbox-precaching', 'workbox-routing', 'workbox-strategies', 'workbox-expiration'] },
};
/** Single arrows that the table does not have, each with its reason. */
const exceptions: readonly (readonly [from: string, to: string])[] = [
  ['client/connection', 'worker/index'], // Its address only: `new URL(…, import.meta.url)`.
  ['client/importer-connection', 'worker/index'], // Likewise.
  ['client/side', 'side-worker/index'], // Likewise.
  ['engine/native/helper-threads', 'engine/native/helper-thread'], // Likewise.
  ['worker/index', 'import-worker/importer-root'], // One bundle for both workers.
];

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(^|\/)(\.|node_modules|__pycache__)/.test(path));
}
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = filesIn('src').filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path));
const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

/** Every import of a source text: static, dynamic, re-export, worker URL. */
function importsOf(text: string): readonly { readonly specifier: string; readonly typeOnly: boolean }[] {
  const pattern = /\b(import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|new URL\(\s*['"]([^'"]+)['"],\s*import\.meta\.url/g;
  return [...withoutComments(text).matchAll(pattern)].map((match) => ({ specifier: match[3] ?? match[4] ?? match[5] ?? '', typeOnly: match[2] !== undefined }));
}

/** The forbidden arrow of one import, in words, or null. */
function findFault(path: string, specifier: string, typeOnly: boolean): string | null {
  const from = path.slice('src/'.length).replace(/\.tsx?$/, '');
  const layer = from.split('/')[0] ?? '';
  const rule = table[layer];
  if (rule === undefined) return from === 'main' ? null : `src/${from} is in no layer of the table`;
  const arrow = `${from} -> ${specifier}`;
  if (!specifier.startsWith('.')) {
    return rule.packages.some((name) => specifier === name || (name.endsWith('/') && specifier.startsWith(name))) ? null : arrow;
  }
  if (/\.[jt]sx?$/.test(specifier) && !specifier.includes('?')) {
    if (!exceptions.some(([a]) => a === from)) return `${arrow} (no file extension)`;
  }
  const target = posix.join(posix.dirname(from), specifier).replace(/\.tsx?$/, '');
  const targetLayer = target.split('/')[0] ?? '';
  if (targetLayer === layer || exceptions.some(([a, b]) => a === from && b === target)) return null;
  if (!rule.layers.some((allowed) => allowed === targetLayer || allowed === target)) return arrow;
  return layer === 'state' && targetLayer === 'graph' && !typeOnly ? `${arrow} (types only)` : null;
}

describe('the house', () => {
  it('recognises a forbidden arrow', () => {
    expect(importsOf("import type { A } from './a';\nexport { b } from \"../b\";\nconst c = await import('c');\nimport 'd';")
      .map(({ specifier, typeOnly }) => [specifier, typeOnly])).toEqual([['./a', true], ['../b', false], ['c', false], ['d', false]]);
    expect(findFault('src/render/x.ts', '../engine/backend', true)).toBe('render/x -> ../engine/backend');
    expect(findFault('src/ui/deep/x.tsx', '../../camera/camera', true)).not.toBeNull();
    expect(findFault('src/graph/x.ts', '@tensorflow/tfjs-core', true)).not.toBeNull();
    expect(findFault('src/state/x.ts', '../graph/card', false)).toContain('types only');
    expect(findFault('src/explain/x.ts', '../engine/executor.interface', true)).toBeNull();
  });

  it('has only the arrows of the table', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap((path) => importsOf(read(path)).flatMap(({ specifier, typeOnly }) => findFault(path, specifier, typeOnly) ?? []))).toEqual([]);
  });

  it('has no file past 400 lines', () => {
    const code = ['assembly', 'src', 'tools', 'test', 'e2e', 'training'].flatMap(filesIn).filter((path) => /\.(tsx?|mjs|css|wgsl|py)$/.test(path));
    expect(code.map((path) => `${path}: ${read(path).split('\n').length}`).filter((line) => Number(line.split(': ')[1]) > 401)).toEqual([]);
  });

  it('has no any, no enum, and reads nothing back but in engine/readback.ts', () => {
    const faults = sources.flatMap((path) => {
      const code = withoutComments(read(path)).replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''");
      const found = [...code.matchAll(/(?:[:<|(,]|\bas)\s*any\b(?!\s*\()|^\s*(?:export\s+)?(?:const\s+)?enum\s/gm)];
      const readback = path === 'src/engine/readback.ts' ? [] : [...code.matchAll(/\.(?:dataSync|arraySync|bytesSync)\(|\btf\.print\(/g)];
      return [...found, ...readback].map((match) => `${path}: ${match[0].trim()}`);
    });
    expect(faults).toEqual([]);
  });

  it('has no em-dash in what a person reads', () => {
    const texts = [...filesIn('src/ui'), ...filesIn('src/lessons'), ...filesIn('src/state'), 'index.html', 'public/manifest.webmanifest'];
    expect(texts.filter((path) => /\.(tsx?|html|webmanifest|md)$/.test(path) && !path.includes('.test.') && read(path).includes('\u2014'))).toEqual([]);
  });

  it('names no package registry', () => {
    const listed = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
    const tracked = listed.status === 0 ? listed.stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path))) : ['package.json', 'package-lock.json', ...filesIn('docs'), ...filesIn('src')];
    // Put together here, so that this file passes as well.
    const hosts = [['registry', 'npmjs'], ['registry', 'yarnpkg'], ['pypi', 'org'], ['pythonhosted', 'org']].map((parts) => parts.join('.'));
    const texts = tracked.filter((path) => /\.(tsx?|m?js|json|md|toml|txt|cfg|py|ya?ml|css|html)$|(^|\/)(\.[\w.]+rc|\.ci\/run)$/.test(path));
    const faults = texts.filter((path) => { const text = read(path); return hosts.some((host) => text.includes(host)); });
    expect([...faults, ...tracked.filter((path) => /(^|\/)\.(npmrc|yarnrc)/.test(path))]).toEqual([]);
    expect(read('package-lock.json')).not.toContain('"resolved": "http');
  });
});
