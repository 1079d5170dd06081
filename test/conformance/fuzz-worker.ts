import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { zipSync } from 'fflate';
import { AppError } from '../../src/contract/errors';
import { createRandom } from '../../src/explain/faithfulness';
import { readNumpyArrays } from '../../src/formats/numpy';
import { readNetwork } from '../../src/formats/read-network';
import { writeNpy } from '../../src/state/write-npy';
import { graphCases } from './tfjs-graph-cases';
import { writeGraphModel } from './tfjs-graph-model';
import { writeTflite } from './tflite-model';

/*
 * Reads broken files of one format, one after the other, in a thread of its own: `fuzz.test.ts` ends it when a file takes too
 * long, and Node when it takes too much memory. Says of each file how it ended.
 */
const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const vectors = join(project, 'test', 'fixtures', 'vectors');

/** A sound file and what lies beside it. */
interface Sound {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly beside: ReadonlyMap<string, Uint8Array>;
  readonly text: boolean;
}

export type FuzzFormat = 'onnx' | 'keras-h5' | 'keras-zip' | 'tfjs-layers' | 'tfjs-graph' | 'tflite' | 'npy' | 'npz';

function soundFile(format: FuzzFormat): Sound {
  const plain = (name: string, bytes: Uint8Array): Sound => ({ name, bytes, beside: new Map(), text: false });
  const vector = (folder: string, name: string): Sound => plain(name, readFileSync(join(vectors, folder, name)));
  switch (format) {
    case 'onnx': return vector('onnx-vgg', 'net.onnx');
    case 'keras-h5': return vector('keras-h5-nested', 'net.h5');
    case 'keras-zip': return vector('keras-v3-mobileish', 'net.keras');
    case 'tfjs-layers': {
      const folder = join(project, 'public', 'models', 'digits');
      return { name: 'model.json', bytes: readFileSync(join(folder, 'model.json')), beside: new Map([['weights.bin', readFileSync(join(folder, 'weights.bin'))]]), text: true };
    }
    case 'tfjs-graph': {
      const [draft] = Object.values(graphCases).filter((entry) => entry.nodes.length > 3);
      if (draft === undefined) throw new Error('no graph case');
      const { modelJson, shards } = writeGraphModel(draft);
      return { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(modelJson)), beside: shards, text: true };
    }
    case 'tflite': return plain('net.tflite', writeTflite({
      tensors: [
        { name: 'image', shape: [1, 8, 8, 3], type: 'float32' }, { name: 'kernel', shape: [4, 3, 3, 3], type: 'float32', data: Array.from({ length: 108 }, (_, index) => Math.sin(index)) },
        { name: 'bias', shape: [4], type: 'float32', data: [0, 1, 2, 3] }, { name: 'map', shape: [1, 8, 8, 4], type: 'float32' },
      ],
      operators: [{ code: 3, inputs: [0, 1, 2], outputs: [3], options: [[0, 'byte', 0], [1, 'int', 1], [2, 'int', 1]] }], outputs: [3],
    }));
    case 'npy': return plain('x.npy', writeNpy([4, 6, 5], Float32Array.from({ length: 120 }, (_, index) => index / 7)));
    case 'npz': return plain('x.npz', zipSync({ 'a.npy': writeNpy([6, 6], new Float32Array(36).fill(2)), 'b.npy': writeNpy([3, 4, 4], new Float32Array(48).fill(1)) }));
  }
}

const sizes = [0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff, 0x80000000];
const hostileTokens = ['-1', '1e308', '4294967296', '9007199254740993', 'null', '""', '[]', '{}', '[[[[[[[[]]]]]]]]', '"../../../../etc/passwd"', '"/etc/passwd"', '"..\\\\..\\\\x"', '"__proto__"', '1000000000'];

/** One broken copy. */
function breakBytes(bytes: Uint8Array, next: () => number): Uint8Array {
  const at = (size: number): number => Math.floor(next() * Math.max(1, size));
  // Structure lies at the beginning (protobuf, HDF5, JSON) and at the end (zip, flatbuffers' vtables): hit more often than weights.
  const place = (): number => (next() < 0.5 ? at(Math.min(bytes.length, 4096)) : next() < 0.5 ? bytes.length - 1 - at(Math.min(bytes.length, 4096)) : at(bytes.length));
  const broken = bytes.slice();
  switch (at(6)) {
    case 0: for (let count = 1 + at(8); count > 0; count -= 1) broken[place()] = at(256); return broken;
    case 1: return broken.subarray(0, at(bytes.length));
    case 2: { const from = place(); broken.copyWithin(place(), from, from + 1 + at(256)); return broken; }
    case 3: { const view = new DataView(broken.buffer, broken.byteOffset); if (bytes.length > 4) view.setUint32(Math.min(place(), bytes.length - 4), sizes[at(sizes.length)] ?? 0, next() < 0.7); return broken; }
    case 4: { const where = place(); return Uint8Array.from([...bytes.subarray(0, where), ...Array.from({ length: 1 + at(32) }, () => at(256)), ...bytes.subarray(where)].slice(0, bytes.length + 32)); }
    default: { const where = place(); const gone = 1 + at(64); const rest = new Uint8Array(Math.max(0, bytes.length - gone)); rest.set(bytes.subarray(0, Math.min(where, rest.length))); if (where + gone < bytes.length) rest.set(bytes.subarray(where + gone).subarray(0, rest.length - Math.min(where, rest.length)), Math.min(where, rest.length)); return rest; }
  }
}

/** One broken copy of a JSON text: a value replaced by a hostile one, a key renamed, a piece nested deeply. */
function breakText(bytes: Uint8Array, next: () => number): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const tokens = [...text.matchAll(/"[^"]*"|-?\d+(?:\.\d+)?|true|false|null/g)];
  const token = tokens[Math.floor(next() * tokens.length)];
  if (token === undefined || next() < 0.15) return breakBytes(bytes, next);
  const deep = next() < 0.03 ? `${'['.repeat(20_000)}${']'.repeat(20_000)}` : null;
  const isKey = text[token.index + token[0].length] === ':';
  const replacement = deep !== null && !isKey ? deep : isKey ? ['"__proto__"', '"constructor"', '"x"'][Math.floor(next() * 3)] ?? '"x"' : hostileTokens[Math.floor(next() * hostileTokens.length)] ?? '0';
  return new TextEncoder().encode(text.slice(0, token.index) + replacement + text.slice(token.index + token[0].length));
}

async function readOne(format: FuzzFormat, sound: Sound, bytes: Uint8Array, next: () => number): Promise<string> {
  try {
    if (format === 'npy' || format === 'npz') readNumpyArrays(sound.name, bytes);
    else {
      await readNetwork({
        name: sound.name, bytes,
        readBeside: async (path) => {
          const found = sound.beside.get(path);
          if (found === undefined) throw new AppError('network-missing', path);
          return next() < 0.1 ? breakBytes(found, next) : found;
        },
      });
    }
    return 'read';
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code;
    return `not an AppError: ${thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown)}`;
  }
}

const { format, from, count } = workerData as { readonly format: FuzzFormat; readonly from: number; readonly count: number };
const sound = soundFile(format);
// Loads the parsers, which takes its time on a busy machine.
await readOne(format, sound, sound.bytes, () => 1);
for (let seed = from; seed < from + count; seed += 1) {
  const next = createRandom(seed + 1);
  // Small seeds give similar first numbers.
  for (let skipped = 0; skipped < 5; skipped += 1) next();
  parentPort?.postMessage({ seed, outcome: null });
  const outcome = await readOne(format, sound, seed === from ? sound.bytes : sound.text ? breakText(sound.bytes, next) : breakBytes(sound.bytes, next), next);
  const polluted = ({} as { readonly polluted?: unknown; readonly x?: unknown }).polluted !== undefined || Object.keys(Object.prototype).length > 0;
  parentPort?.postMessage({ seed, outcome: polluted ? 'a prototype was changed' : outcome, bufferBytes: process.memoryUsage().arrayBuffers });
}
parentPort?.postMessage({ seed: from + count, outcome: 'end' });
