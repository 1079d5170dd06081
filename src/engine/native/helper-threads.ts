import type { HelperOrder } from './helper-thread';
import { mostHelpers } from './kernel-host';
import type { NativeKernels } from './native-kernels';

/** Helper threads that serve one set of kernels. Owned: `stop()` ends them. */
export interface HelperThreads {
  readonly count: number;
  /** Takes them out of use and ends them. Idempotent. */
  stop(): void;
}

const startLimitMs = 5000;

/** Resolves when the worker says that its kernels run; rejects when it fails or says nothing for some seconds. */
function whenReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer after ${startLimitMs / 1000} s`)), startLimitMs);
    worker.onmessage = () => {
      clearTimeout(timer);
      resolve();
    };
    worker.onerror = (event) => {
      clearTimeout(timer);
      reject(new Error(event.message === '' ? 'it did not load' : event.message));
    };
  });
}

/** Helpers that this machine has room for, beside the thread that asks: one core each, never more than three. */
export function countSpareCores(): number {
  return Math.max(0, Math.min(navigator.hardwareConcurrency - 1, mostHelpers));
}

/**
 * Starts helper threads for kernels on a shared heap. They are not in use yet: `kernels.helpers` says how many take part.
 *
 * @throws Error when one of them does not start; none is left running then
 */
export async function startHelpers(kernels: NativeKernels, count: number): Promise<HelperThreads> {
  const workers: Worker[] = [];
  const stop = (): void => {
    kernels.helpers = 0;
    for (const worker of workers.splice(0)) worker.terminate();
  };
  kernels.onHelperLost = stop;
  try {
    await Promise.all(Array.from({ length: count }, (_, index) => {
      const worker = new Worker(new URL('./helper-thread.ts', import.meta.url), { type: 'module', name: `innerview-helper-${index + 1}` });
      workers.push(worker);
      const ready = whenReady(worker);
      const order: HelperOrder = { module: kernels.module, memory: kernels.heap.memory, control: kernels.control, scratch: kernels.scratchOf(index + 1) };
      worker.postMessage(order);
      return ready;
    }));
  } catch (thrown) {
    stop();
    throw thrown;
  }
  return { count, stop };
}
