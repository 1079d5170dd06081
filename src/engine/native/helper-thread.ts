/** A helper thread: the kernels on the heap of the worker that started it, in their endless loop. */
import type { KernelExports } from './kernel-module';

/** What a helper is told, once. */
export interface HelperOrder {
  readonly module: WebAssembly.Module;
  /** Shared. */
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  readonly scratch: number;
}

addEventListener('message', (event: MessageEvent<HelperOrder>) => {
  const { module, memory, control, scratch } = event.data;
  void WebAssembly.instantiate(module, { env: { memory } }).then((instance) => {
    postMessage('ready');
    // Never returns: no message and no promise is served after this.
    (instance.exports as unknown as KernelExports).serve(control, scratch);
  });
}, { once: true });
