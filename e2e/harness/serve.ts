import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import { serveFolder } from '../../tools/static-server';

const root = join(import.meta.dirname, '../..');

/** What `npm run build` made: dist/, or the folder that INNERVIEW_DIST names to both. */
export const buildFolder = resolve(root, process.env['INNERVIEW_DIST'] || 'dist');

export interface Site {
  /** Address of the page; ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

export interface SiteOptions {
  /** Path under which the app appears, to prove that it deploys to any folder; starts and ends with a slash. */
  readonly basePath?: string;
  /** False: without isolation headers, like a plain host. */
  readonly isolated?: boolean;
  /** Served in place of dist/: a copy of it that a test changed. */
  readonly folder?: string;
}

/** Serves dist/ as `npm start` does, on a free port. @throws when there is no build */
export async function serveBuild({ basePath = '/', isolated = true, folder = buildFolder }: SiteOptions = {}): Promise<Site> {
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`There is no build in ${folder}: npm run build.`);
  const server = await serveFolder({ folder, host: 'localhost', port: 0, basePath, isolated });
  return { url: `http://localhost:${server.port}${basePath}`, close: () => server.close() };
}

export interface SourcesOptions {
  /** Packages that the page imports besides tfjs. */
  readonly packages?: readonly string[];
  /** Folder under .cache/ for the bundled packages; one for each set of packages. */
  readonly cache?: string;
}

/** Serves the sources through Vite, so that a page can import any module of src/ or test/ by its path; no file watching. */
export async function serveSources({ packages = [], cache = 'vite-tests' }: SourcesOptions = {}): Promise<Site> {
  process.env['VITE_CONFIG_NATIVE_IGNORE_WARNING'] = 'true';
  const server: ViteDevServer = await createServer({
    root,
    logLevel: 'error',
    cacheDir: join(root, '.cache', cache),
    server: { port: 0, host: 'localhost', hmr: false, watch: null },
    appType: 'mpa',
    // Found before the first page, or a package found late would reload it in the middle of a test.
    optimizeDeps: { include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-backend-wasm', 'fflate', 'flatbuffers', 'h5wasm', 'protobufjs/minimal.js', ...packages], entries: [] },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (address === null || address === undefined || typeof address === 'string') throw new Error('The Vite server has no port.');
  return { url: `http://localhost:${address.port}/`, close: () => server.close() };
}
