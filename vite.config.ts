import { defineConfig } from 'vite';
import { imagenetLabels } from './tools/imagenet-labels';
import { isolationHeaders } from './tools/isolation-headers';
import { wasmFiles, withoutIdleThreads } from './tools/wasm-backend';

/*
 * Window and worker. The service worker is bundled apart, by tools/build.ts, because it lists what this build made.
 *
 * For the worker: tfjs's .wasm files lie in `wasm/`. Its threaded build starts no threads and is left out; threads are our own
 * (docs/adr/0002-threads-in-wasm.md).
 */
export default defineConfig({
  base: './',
  publicDir: 'public',
  plugins: [wasmFiles(), imagenetLabels(), withoutIdleThreads()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', plugins: () => [withoutIdleThreads()], rolldownOptions: { checks: { pluginTimings: false } } },
  optimizeDeps: {
    // The worker imports the backends late: found late, they would be bundled again under the feet of a running page.
    include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu', 'comlink'],
    // The optimizer bundles packages before our plugins see a file, so it needs this one of its own.
    rolldownOptions: { plugins: [withoutIdleThreads()] },
  },
  build: { target: 'es2023', sourcemap: true, outDir: 'dist', assetsInlineLimit: 0, chunkSizeWarningLimit: 4000, rolldownOptions: { checks: { pluginTimings: false } } },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
