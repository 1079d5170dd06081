import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startBackend } from '../../src/engine/backend';

/** Folder of tfjs's .wasm files in node_modules, with a slash at its end. */
export function wasmFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/');
}

/** tfjs on WASM, as the conformance tests and `probe` use it. */
export async function startWasm(): Promise<void> {
  await startBackend({ choice: 'wasm', wasmPath: wasmFolder() });
}
