import { createReadStream, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const wasmFolder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
const wasmNames = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];
const flags = /tfjs-backend-wasm[\\/]dist[\\/]flags_wasm\.js$/;
const threads = /tfjs-backend-wasm-threaded-simd(\.worker)?\.js$/;

/**
 * Leaves tfjs's threaded WASM build out, because it starts no thread: its binary carries the single-threaded stand-in for
 * the thread pool, in every release tried (docs/adr/0002-threads-in-wasm.md), and costs eight idle workers at start-up.
 *
 * @throws when the package has changed so that there is nothing to switch off
 */
export function withoutIdleThreads(): Plugin {
  return {
    name: 'innerview:without-idle-threads',
    load: {
      filter: { id: [flags, threads] },
      handler(id) {
        if (threads.test(id)) return 'export const wasmWorkerContents = ""; export default function noThreads() { throw new Error("threads are left out"); }';
        const code = readFileSync(id, 'utf8');
        if (!code.includes("ENV.registerFlag('WASM_HAS_MULTITHREAD_SUPPORT'")) {
          throw new Error('tfjs-backend-wasm has changed: look again at its threads (docs/adr/0002-threads-in-wasm.md).');
        }
        return `${code}\nENV.registerFlag('WASM_HAS_MULTITHREAD_SUPPORT', async () => false);\n`;
      },
    },
  };
}

/** Serves tfjs's .wasm files under `wasm/` in dev and copies them to `dist/wasm/` in a build. */
export function wasmFiles(): Plugin {
  return {
    name: 'innerview:wasm-files',
    configureServer(server) {
      server.middlewares.use('/wasm', (request, response, next) => {
        const name = wasmNames.find((candidate) => request.url?.split('?')[0] === `/${candidate}`);
        if (name === undefined) return next();
        const path = join(wasmFolder, name);
        response.setHeader('Content-Type', 'application/wasm');
        response.setHeader('Content-Length', statSync(path).size);
        createReadStream(path).pipe(response);
      });
    },
    generateBundle() {
      for (const name of wasmNames) {
        this.emitFile({ type: 'asset', fileName: `wasm/${name}`, source: readFileSync(join(wasmFolder, name)) });
      }
    },
  };
}
