import { createReadStream, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const packageRoot = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules/@tensorflow/tfjs-backend-wasm');
const wasmNames = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];
const threadFactory = /tfjs-backend-wasm-threaded-simd\.js$/;

/**
 * Makes tfjs's thread script survive bundling. The backend starts each thread from the *text* of its factory function
 * (`wasmFactoryThreadedSimd.toString()`), so that function may use nothing of the scope around it. It uses one name,
 * `_scriptDir`, behind a `typeof` guard; a minifier renames the one and folds the other away, and every thread dies with
 * "e is not defined". In a module worker the name is always undefined, so we write that instead.
 *
 * @throws when the package has changed so that there is nothing to replace
 */
export function selfContainedThreadFactory(): Plugin {
  return {
    name: 'innerview:self-contained-thread-factory',
    transform: {
      filter: { id: threadFactory },
      handler(code) {
        const start = code.indexOf('function(WasmBackendModuleThreadedSimd)');
        const guard = 'typeof _scriptDir !== "undefined" && _scriptDir';
        if (start < 0 || !code.includes(guard, start)) {
          throw new Error('tfjs-backend-wasm has changed: look again at how it makes its threads (docs/adr/0002-threads-in-wasm.md).');
        }
        const factory = code.slice(start).replaceAll(guard, 'false').replaceAll(/\b_scriptDir\b/g, 'undefined');
        return { code: code.slice(0, start) + factory, map: null };
      },
    },
  };
}

/** Serves tfjs's three .wasm files under `wasm/` in dev and copies them to `dist/wasm/` in a build. */
export function wasmFiles(): Plugin {
  return {
    name: 'innerview:wasm-files',
    configureServer(server) {
      server.middlewares.use('/wasm', (request, response, next) => {
        const name = wasmNames.find((candidate) => request.url?.split('?')[0] === `/${candidate}`);
        if (name === undefined) return next();
        const path = join(packageRoot, 'dist', name);
        response.setHeader('Content-Type', 'application/wasm');
        response.setHeader('Content-Length', statSync(path).size);
        createReadStream(path).pipe(response);
      });
    },
    generateBundle() {
      for (const name of wasmNames) {
        this.emitFile({ type: 'asset', fileName: `wasm/${name}`, source: readFileSync(join(packageRoot, 'dist', name)) });
      }
    },
  };
}
