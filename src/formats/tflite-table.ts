import { ByteBuffer } from 'flatbuffers';
import { AppError } from '../contract/errors';

/** A FlatBuffers file with every access checked against its end: the library itself reads zeros, or garbage, past it. */
class CheckedBuffer {
  readonly #buffer: ByteBuffer;

  constructor(readonly bytes: Uint8Array) {
    this.#buffer = new ByteBuffer(bytes);
  }

  expect(offset: number, size: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + size > this.bytes.byteLength) {
      throw new AppError('format-malformed', `not a TFLite file, or cut short: it points to byte ${offset}, it has ${this.bytes.byteLength}`);
    }
  }

  at(offset: number, size: number): ByteBuffer {
    this.expect(offset, size);
    return this.#buffer;
  }
}

/** Longest list of small numbers (shapes, inputs of an operator, scales of channels). */
const maxNumbers = 2 ** 16;
const textDecoder = new TextDecoder();

/**
 * One table of a FlatBuffers file, read by the numbers of its fields (slots); what a table leaves out is the default.
 * Every method throws AppError 'format-malformed' where the file points outside itself.
 *
 * @see FlatBuffers, "Internals", for tables, vtables and vectors
 */
export class FlatTable {
  readonly #file: CheckedBuffer;
  readonly #start: number;
  readonly #vtable: number;
  readonly #vtableBytes: number;

  private constructor(file: CheckedBuffer, start: number) {
    this.#file = file;
    this.#start = start;
    this.#vtable = start - file.at(start, 4).readInt32(start);
    this.#vtableBytes = file.at(this.#vtable, 4).readUint16(this.#vtable);
    file.expect(this.#vtable, this.#vtableBytes);
  }

  /** The outermost table. @param bytes  the file; kept as long as the table */
  static root(bytes: Uint8Array): FlatTable {
    const file = new CheckedBuffer(bytes);
    return new FlatTable(file, file.at(0, 8).readUint32(0));
  }

  #field(slot: number): number | null {
    const entry = 4 + slot * 2;
    if (entry + 2 > this.#vtableBytes) return null;
    const offset = this.#file.at(this.#vtable + entry, 2).readUint16(this.#vtable + entry);
    return offset === 0 ? null : this.#start + offset;
  }

  #target(offset: number): number {
    return offset + this.#file.at(offset, 4).readUint32(offset);
  }

  #vector(slot: number, elementBytes: number, most: number): { readonly start: number; readonly length: number } | null {
    const field = this.#field(slot);
    if (field === null) return null;
    const at = this.#target(field);
    const length = this.#file.at(at, 4).readUint32(at);
    if (length > most) throw new AppError('format-too-large', `a list of ${length} in a TFLite file, ${most} are read`);
    this.#file.expect(at + 4, length * elementBytes);
    return { start: at + 4, length };
  }

  int(slot: number, missing: number): number {
    const at = this.#field(slot);
    return at === null ? missing : this.#file.at(at, 4).readInt32(at);
  }

  unsigned(slot: number, missing: number): number {
    return this.int(slot, missing) >>> 0;
  }

  byte(slot: number, missing: number): number {
    const at = this.#field(slot);
    return at === null ? missing : this.#file.at(at, 1).readInt8(at);
  }

  flag(slot: number): boolean {
    return this.byte(slot, 0) !== 0;
  }

  float(slot: number, missing: number): number {
    const at = this.#field(slot);
    return at === null ? missing : this.#file.at(at, 4).readFloat32(at);
  }

  text(slot: number): string {
    const vector = this.#vector(slot, 1, maxNumbers);
    return vector === null ? '' : textDecoder.decode(this.#file.bytes.subarray(vector.start, vector.start + vector.length));
  }

  /** A view of the file, not a copy. */
  bytes(slot: number): Uint8Array {
    const vector = this.#vector(slot, 1, 2 ** 31);
    return vector === null ? new Uint8Array() : this.#file.bytes.subarray(vector.start, vector.start + vector.length);
  }

  ints(slot: number): readonly number[] {
    const { start, length } = this.#vector(slot, 4, maxNumbers) ?? { start: 0, length: 0 };
    return Array.from({ length }, (_, index) => this.#file.at(start, 4).readInt32(start + index * 4));
  }

  floats(slot: number): readonly number[] {
    const { start, length } = this.#vector(slot, 4, maxNumbers) ?? { start: 0, length: 0 };
    return Array.from({ length }, (_, index) => this.#file.at(start, 4).readFloat32(start + index * 4));
  }

  longs(slot: number): readonly number[] {
    const { start, length } = this.#vector(slot, 8, maxNumbers) ?? { start: 0, length: 0 };
    return Array.from({ length }, (_, index) => Number(this.#file.at(start, 8).readInt64(start + index * 8)));
  }

  table(slot: number): FlatTable | null {
    const field = this.#field(slot);
    return field === null ? null : new FlatTable(this.#file, this.#target(field));
  }

  /** How many tables a list has. */
  count(slot: number): number {
    return this.#vector(slot, 4, maxNumbers)?.length ?? 0;
  }

  /** One table of a list, read when it is asked for. */
  item(slot: number, index: number): FlatTable {
    const vector = this.#vector(slot, 4, maxNumbers);
    if (vector === null || index < 0 || index >= vector.length) throw new AppError('format-malformed', `entry ${index} of a list of ${vector?.length ?? 0} in a TFLite file`);
    return new FlatTable(this.#file, this.#target(vector.start + index * 4));
  }
}
