import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A folder of one's own, so that a build does not pull dist/ from under somebody else's tests.
const ownFolder = process.env['INNERVIEW_DIST'] ?? '';
const dist = ownFolder === '' ? join(root, 'dist') : resolve(root, ownFolder);
const serviceWorkerFolder = ownFolder === '' ? join(root, '.cache/service-worker') : `${dist}.service-worker`;

/** Upper bounds in KiB after gzip; raise one only with a reason in the commit. */
const budgetsKiB = { 'window JavaScript': 160, 'worker JavaScript': 480, 'Keras reader': 1150, style: 40, 'service worker': 16 };

// Vite's own notice about its next major version is of no use to who runs this.
process.env['VITE_CONFIG_NATIVE_IGNORE_WARNING'] = 'true';
// Vite's own server, in a process that asks for this build (the bench), leaves 'development' here: libraries would come with their checks.
process.env['NODE_ENV'] = 'production';
await build({ root, logLevel: 'warn', build: { outDir: dist, emptyOutDir: true } });
await buildServiceWorker();
listFilesForOffline();
reportSizes();

async function buildServiceWorker(): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      target: 'es2023',
      outDir: serviceWorkerFolder,
      emptyOutDir: true,
      // A classic script: Firefox has known module service workers only for a short time.
      rolldownOptions: { input: join(root, 'src/pwa/service-worker.ts'), output: { format: 'iife', entryFileNames: 'service-worker.js' } },
    },
  });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/**
 * Writes the list of everything the app is made of, with a hash of each file, into the service worker. Not workbox-build:
 * it leaves files above 2 MiB out with no more than a warning, and brings 300 packages for these lines.
 */
function listFilesForOffline(): void {
  const entries = filesIn(dist).filter((path) => !path.endsWith('.map') && !path.startsWith('.')).sort().map((url) => {
    // Names under assets/ carry a hash already; null tells workbox so.
    const hashed = /^assets\/.*-[\w-]{8}\.\w+$/.test(url);
    return { url, revision: hashed ? null : createHash('sha256').update(readFileSync(join(dist, url))).digest('hex').slice(0, 32) };
  });
  const code = readFileSync(join(serviceWorkerFolder, 'service-worker.js'), 'utf8');
  const parts = code.split('self.__WB_MANIFEST');
  if (parts.length !== 2) throw new Error(`src/pwa/service-worker.ts names self.__WB_MANIFEST ${parts.length - 1} times, not once.`);
  if (!entries.some(({ url }) => url === 'index.html')) throw new Error('The build has no index.html.');
  writeFileSync(join(dist, 'service-worker.js'), parts.join(JSON.stringify(entries)));
}

/** Prints what a first visit costs and fails the build over budget. */
function reportSizes(): void {
  const sizes = filesIn(dist).filter((path) => !path.endsWith('.map') && !path.startsWith('.')).map((path) => {
    const bytes = readFileSync(join(dist, path));
    return { path, kind: kindOf(path), rawKiB: bytes.length / 1024, gzipKiB: gzipSync(bytes).length / 1024 };
  });
  const kinds = [...new Set(sizes.map(({ kind }) => kind))].sort();
  const over: string[] = [];
  for (const kind of kinds) {
    const files = sizes.filter((size) => size.kind === kind);
    const rawKiB = files.reduce((sum, file) => sum + file.rawKiB, 0);
    const gzipKiB = files.reduce((sum, file) => sum + file.gzipKiB, 0);
    const budgetKiB: number | undefined = (budgetsKiB as Readonly<Record<string, number>>)[kind];
    const budget = budgetKiB === undefined ? '' : ` of ${budgetKiB}`;
    console.log(`${kind.padEnd(18)} ${String(files.length).padStart(3)} files ${rawKiB.toFixed(0).padStart(6)} KiB, gzip ${gzipKiB.toFixed(0)}${budget} KiB`);
    if (budgetKiB !== undefined && gzipKiB > budgetKiB) over.push(`${kind}: ${gzipKiB.toFixed(0)} KiB gzip, budget ${budgetKiB}`);
  }
  if (over.length > 0) throw new Error(`Over the size budget (tools/build.ts): ${over.join('; ')}`);
}

function kindOf(path: string): string {
  if (path === 'service-worker.js') return 'service worker';
  if (path.startsWith('models/')) return 'networks';
  if (path.startsWith('wasm/')) return 'WASM';
  // The HDF5 parser carries its own WASM; fetched when a Keras file is opened, and kept for offline use.
  if (/^assets\/keras-[\w-]{8}\.js$/.test(path)) return 'Keras reader';
  // Rolldown names the worker's entry after its folder's index.ts; what only it loads is named below assets/ as well.
  if (path.endsWith('.js')) return isWorkerScript(path) ? 'worker JavaScript' : 'window JavaScript';
  if (path.endsWith('.css')) return 'style';
  if (/\.woff2?$/.test(path)) return 'fonts';
  if (/\.(png|svg|jpe?g|webp|ico)$/.test(path)) return 'pictures';
  return 'other';
}

/** A script belongs to the worker when its source map names tfjs or a worker-side folder. */
function isWorkerScript(path: string): boolean {
  // Only the bundler's own runtime, shared by the window's chunks, has no source and so no map.
  if (!existsSync(join(dist, `${path}.map`))) return false;
  const map: unknown = JSON.parse(readFileSync(join(dist, `${path}.map`), 'utf8'));
  const sources = (map as { readonly sources?: readonly string[] }).sources ?? [];
  return sources.some((source) => /@tensorflow|\/src\/(worker|import-worker|side-worker|store|engine|render|explain|formats)\//.test(source));
}
