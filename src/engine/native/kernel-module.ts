import { plainKernels, relaxedKernels } from './kernel-bytes';
import { setMemoryShared } from './wasm-memory';

/** What the kernels of `assembly/` export; addresses are bytes in the memory they were given. */
export interface KernelExports {
  /** Does the job in the control block, with so many helpers. @returns 0 when a helper did not come back */
  run(control: number, scratch: number, helpers: number): number;
  /** A helper's endless loop. */
  serve(control: number, scratch: number): void;
  routeMaxima(job: number): void;
  padMap(
    from: number, to: number, images: number, height: number, width: number, pixelBytes: number,
    top: number, left: number, paddedHeight: number, paddedWidth: number,
  ): void;
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/**
 * Compiles our kernels for a memory: with fused multiply-add where the engine knows relaxed SIMD.
 *
 * @param shared   whether the memory is shared
 * @param relaxed  false: never fused, for a result that is the same everywhere
 * @returns        null where the engine lacks SIMD or atomics
 */
export async function compileKernels(shared: boolean, relaxed = true): Promise<{ readonly module: WebAssembly.Module; readonly fused: boolean } | null> {
  for (const base64 of relaxed ? [relaxedKernels, plainKernels] : [plainKernels]) {
    const bytes = setMemoryShared(decode(base64), shared);
    if (bytes !== null && WebAssembly.validate(bytes)) return { module: await WebAssembly.compile(bytes), fused: base64 === relaxedKernels };
  }
  return null;
}
