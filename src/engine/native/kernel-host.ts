import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { AppError } from '../../contract/errors';
import type { KernelExports } from './kernel-module';

const controlBytes = 512;
const jobAt = 256;
const scratchBytes = 4352;
/** Helpers beside the first thread for which there is room. */
export const mostHelpers = 3;
/** Multiply-adds below which sharing costs more than it saves: some 25 microseconds of work. */
const leastShared = 400_000;

/** tfjs's heap. Addresses are bytes from its start. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** @throws AppError 'out-of-memory' */
  allocate(bytes: number): number;
  free(address: number): void;
}

/** The heap of tfjs's WASM backend; null where this tfjs does not show it. */
export function borrowHeap(owner: BackendWasm): Heap | null {
  const module = owner.wasm as unknown as {
    readonly asm?: { readonly memory?: WebAssembly.Memory }; _malloc(bytes: number): number; _free(address: number): void;
  };
  const memory = module.asm?.memory;
  if (memory === undefined) return null;
  const allocate = (bytes: number): number => {
    const address = module._malloc(bytes) >>> 0;
    if (address === 0) throw new AppError('out-of-memory', `${bytes} bytes on tfjs's heap`, true);
    return address;
  };
  return { memory, allocate, free: (address) => module._free(address) };
}

/**
 * What our kernels need on tfjs's heap: the control block that they share with helper threads, scratch for each thread, room for
 * a padded map, and tensors to write to. All of it stays as long as the heap does.
 */
export abstract class KernelHost {
  /** Told when a helper did not come back from its work; none is asked again. */
  onHelperLost: (() => void) | null = null;
  /** Where the control block is; the job is in it. */
  readonly control: number;
  readonly #jobAddress: number;
  #helpers = 0;
  #helperLost = false;
  #words = new Int32Array(0);
  #numbers = new Float32Array(0);
  #padded = 0;
  #paddedBytes = 0;

  /**
   * @param module  what helper threads instantiate as well
   * @param fused   whether it multiplies and adds with one rounding
   * @throws AppError 'out-of-memory'
   */
  constructor(readonly owner: BackendWasm, readonly module: WebAssembly.Module, readonly fused: boolean, protected readonly exports: KernelExports, readonly heap: Heap) {
    const bytes = controlBytes + (1 + mostHelpers) * scratchBytes;
    this.control = Math.ceil(heap.allocate(bytes + 64) / 64) * 64;
    this.#jobAddress = this.control + jobAt;
    new Uint8Array(heap.memory.buffer, this.control, bytes).fill(0);
  }

  /** Helper threads that take part from now on; 0 for ever after one was lost. */
  get helpers(): number { return this.#helpers; }
  set helpers(count: number) { this.#helpers = this.#helperLost ? 0 : count; }

  /** Scratch of a thread: 0 is the first one. */
  scratchOf(thread: number): number {
    return this.control + controlBytes + thread * scratchBytes;
  }

  /** Blocks of work that helpers did since the start. */
  get helpedBlocks(): number {
    return Atomics.load(new Int32Array(this.heap.memory.buffer), (this.control + 192) / 4);
  }

  /** Threads for so many multiply-adds. */
  protected threadsFor(work: number): number {
    return work < leastShared ? 1 : 1 + this.#helpers;
  }

  /**
   * Does a job that is cut into blocks; returns when all are done.
   *
   * @param words  what the operation reads from the job, each 4 bytes
   * @param reals  likewise, behind the words
   */
  protected runBlocks(operation: number, blocks: number, threads: number, words: readonly number[], reals: readonly number[]): void {
    this.writeJob([operation, blocks, ...words]);
    this.#numbers.set(reals, (this.#jobAddress >> 2) + 2 + words.length);
    if (this.exports.run(this.control, this.scratchOf(0), threads - 1) === 1) return;
    // A helper died inside its block. What it left undone is done again, without helpers from now on.
    this.#helperLost = true;
    this.#helpers = 0;
    this.onHelperLost?.();
    this.exports.run(this.control, this.scratchOf(0), 0);
  }

  /** Writes a job for a kernel that runs by itself. @returns where it is */
  protected writeJob(words: readonly number[]): number {
    if (this.#words.buffer !== this.heap.memory.buffer) {
      this.#words = new Int32Array(this.heap.memory.buffer);
      this.#numbers = new Float32Array(this.heap.memory.buffer);
    }
    this.#words.set(words, this.#jobAddress >> 2);
    return this.#jobAddress;
  }

  /**
   * A map with zeros around it, until the next one is padded.
   *
   * @param map   `[n, h, w, c]` f32 · borrowed
   * @param size  [height, width] with the padding
   * @returns     its address, that of the map itself where nothing is added
   */
  protected padMap(map: Tensor, top: number, left: number, size: readonly [number, number]): number {
    const [n = 1, h = 1, w = 1, c = 1] = map.shape;
    const [height, width] = size;
    const from = this.addressOf(map);
    if (height === h && width === w) return from;
    const to = this.#roomForPadding(n * height * width * c * 4);
    this.exports.padMap(from, to, n, h, w, c * 4, top, left, height, width);
    return to;
  }

  #roomForPadding(bytes: number): number {
    if (bytes > this.#paddedBytes) {
      if (this.#padded !== 0) this.heap.free(this.#padded);
      this.#paddedBytes = 0;
      this.#padded = 0;
      this.#padded = this.heap.allocate(bytes);
      this.#paddedBytes = bytes;
    }
    return this.#padded;
  }

  protected addressOf(tensor: Tensor): number {
    return this.owner.getMemoryOffset(tensor.dataId);
  }

  /** @returns f32, its values whatever lay there · owned by the caller @throws AppError 'out-of-memory' */
  protected makeTensor(shape: readonly number[]): Tensor {
    const tensor = engine().makeTensorFromTensorInfo(this.owner.makeOutput([...shape], 'float32'), this.owner);
    if (tensor.size > 0 && this.addressOf(tensor) === 0) {
      // tfjs does not look at what its allocation answers; writing there would destroy its own data.
      tensor.dispose();
      throw new AppError('out-of-memory', `a tensor of shape [${shape.join(', ')}]`, true);
    }
    return tensor;
  }
}
