import { defineConfig } from 'vite';
import { isolationHeaders } from './tools/isolation-headers';
import { selfContainedThreadFactory, wasmFiles } from './tools/wasm-threads';

/*
 * Window and worker. The service worker is bundled apart, by tools/build.ts, because it lists what this build made.
 *
 * For the worker: threads of tfjs's WASM backend work minified because of `selfContainedThreadFactory`
 * (docs/adr/0002-threads-in-wasm.md). All it takes in the worker is
 *   setWasmPaths(`${options.baseUrl}wasm/`); setThreadsCount(n);   // before the backend is made
 * `self.crossOriginIsolated` says whether threads can be had; tfjs falls back to the SIMD build by itself.
 */
export default defineConfig({
  base: './',
  publicDir: 'public',
  plugins: [wasmFiles(), selfContainedThreadFactory()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', plugins: () => [selfContainedThreadFactory()] },
  optimizeDeps: {
    // The optimizer runs before our plugins see a file, so it needs this one of its own.
    rolldownOptions: { plugins: [selfContainedThreadFactory()] },
  },
  build: { target: 'es2023', sourcemap: true, outDir: 'dist', assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
