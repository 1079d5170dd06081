/** Pages of 64 KiB that a shared memory may grow to: 2 GiB, because an engine reserves all of it at once. */
export const mostSharedPages = 32768;

const importSection = 2;
const memorySection = 5;
const limitedFlag = 1;
const sharedFlag = 3;

/** One unsigned LEB128 number. @returns the number and where the next byte is */
function readNumber(bytes: Uint8Array, at: number): readonly [value: number, next: number] {
  let value = 0;
  let shift = 0;
  for (let index = at; ; index += 1) {
    const byte = bytes[index] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, index + 1];
    shift += 7;
  }
}

/** Writes a number over another one of the same length. */
function writeNumber(bytes: Uint8Array, at: number, end: number, value: number): void {
  let rest = value;
  for (let index = at; index < end; index += 1) {
    bytes[index] = (rest % 128) + (index < end - 1 ? 128 : 0);
    rest = Math.floor(rest / 128);
  }
}

/** Where the flag of a module's memory stands: its own memory, or its first import when that is one. */
function findMemoryFlag(bytes: Uint8Array): number | null {
  for (let at = 8; at < bytes.length;) {
    const section = bytes[at];
    const [size, start] = readNumber(bytes, at + 1);
    const [count, first] = readNumber(bytes, start);
    if (section === memorySection && count === 1) return first;
    if (section === importSection && count === 1) {
      const [moduleLength, moduleAt] = readNumber(bytes, first);
      const [fieldLength, fieldAt] = readNumber(bytes, moduleAt + moduleLength);
      if (bytes[fieldAt + fieldLength] === 2) return fieldAt + fieldLength + 1;
    }
    at = start + size;
  }
  return null;
}

/**
 * A WebAssembly module with its memory made shared or unshared. What a module computes does not change by that: only who
 * else may hold its memory.
 *
 * @param bytes  a module with one memory that has an upper limit, its own or as its only import · borrowed
 * @returns      a copy; null when the module has no such memory
 */
export function setMemoryShared(bytes: Uint8Array, shared: boolean): Uint8Array<ArrayBuffer> | null {
  const flagAt = findMemoryFlag(bytes);
  if (flagAt === null || (bytes[flagAt] !== limitedFlag && bytes[flagAt] !== sharedFlag)) return null;
  const copy = new Uint8Array(bytes);
  copy[flagAt] = shared ? sharedFlag : limitedFlag;
  const [initial, maximumAt] = readNumber(copy, flagAt + 1);
  const [maximum, end] = readNumber(copy, maximumAt);
  // An imported memory states a bound; an own one is what gets reserved.
  if (shared && maximum > mostSharedPages && initial <= mostSharedPages) writeNumber(copy, maximumAt, end, mostSharedPages);
  return copy;
}
