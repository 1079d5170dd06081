import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/contract/errors';
import { readNumpyArrays } from '../../src/formats/numpy';
import { readNetwork } from '../../src/formats/read-network';
import { writeNpy } from '../../src/state/write-npy';
import { writeModel } from './onnx-model';
import { writeTflite } from './tflite-model';

/* Small files that say that they are enormous: refused before the memory is asked for. */

/** What a read asks for at most, in bytes, while it refuses. */
const mostGrownBytes = 400 * 2 ** 20;

async function refusal(read: () => unknown): Promise<{ readonly code: string; readonly grownBytes: number }> {
  const before = process.memoryUsage().arrayBuffers;
  try {
    await read();
    return { code: 'read', grownBytes: 0 };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return { code: thrown.code, grownBytes: process.memoryUsage().arrayBuffers - before };
  }
}

const network = (name: string, bytes: Uint8Array): (() => Promise<unknown>) =>
  () => readNetwork({ name, bytes, readBeside: () => Promise.reject(new AppError('network-missing', name)) });

/** A zip whose entry claims another size than it has, in its own header and in the list at the end. */
function lyingZip(name: string, data: Uint8Array, claimed: number): Uint8Array {
  const zip = zipSync({ [name]: data });
  const view = new DataView(zip.buffer, zip.byteOffset);
  for (let at = 0; at + 46 < zip.byteLength; at += 1) {
    const signature = view.getUint32(at, true);
    if (signature === 0x04034b50) view.setUint32(at + 22, claimed, true);
    else if (signature === 0x02014b50) view.setUint32(at + 24, claimed, true);
  }
  return zip;
}

const zeros = new Uint8Array(120 * 2 ** 20);

const cases: Readonly<Record<string, () => unknown>> = {
  'a .keras whose weights claim 4 GB': network('net.keras', lyingZip('model.weights.h5', strToU8('x'), 0xfffffff0)),
  'a .keras whose config unpacks to 120 MB': network('net.keras', zipSync({ 'config.json': zeros, 'metadata.json': strToU8('{}'), 'model.weights.h5': strToU8('x') })),
  'a .npz that claims 4 GB': () => readNumpyArrays('x.npz', lyingZip('a.npy', writeNpy([2, 2], new Float32Array(4)), 0xfffffff0)),
  'a .npy of a billion values': () => readNumpyArrays('x.npy', claimShape(writeNpy([2, 2], new Float32Array(4)), '(99999, 99999)')),
  'an ONNX weight of 10^12 values': network('net.onnx', writeModel({
    opset: 13, input: [1, 3, 8, 8], constants: { kernel: { dims: [1_000_000, 1_000_000, 1, 1], values: [1], how: 'raw' } }, nodes: [{ op: 'Conv', inputs: ['x', 'kernel'], outputs: ['y'] }],
  })),
  'a TFLite map of 10^10 values': network('net.tflite', writeTflite({
    tensors: [
      { name: 'image', shape: [1, 100_000, 100_000, 3], type: 'float32' }, { name: 'kernel', shape: [1, 1, 1, 3], type: 'float32', data: [1, 1, 1] },
      { name: 'bias', shape: [1], type: 'float32', data: [0] }, { name: 'map', shape: [1, 100_000, 100_000, 1], type: 'float32' },
    ],
    operators: [{ code: 3, inputs: [0, 1, 2], outputs: [3], options: [[0, 'byte', 0], [1, 'int', 1], [2, 'int', 1]] }], outputs: [3],
  })),
  'a tfjs weight of 10^10 values': network('model.json', strToU8(JSON.stringify({
    format: 'layers-model', modelTopology: { keras_version: '2.15.0', backend: 'tensorflow', model_config: { class_name: 'Sequential', config: { name: 'n', layers: [
      { class_name: 'Dense', config: { name: 'd', units: 100_000, batch_input_shape: [null, 100_000], activation: 'linear', use_bias: false } }] } } },
    weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [100_000, 100_000], dtype: 'float32' }] }],
  }))),
};

function claimShape(npy: Uint8Array, shape: string): Uint8Array {
  const text = new TextDecoder('latin1').decode(npy).replace(/\(2, 2\), } */, (found) => `${shape}, }`.padEnd(found.length));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0)).slice(0, npy.byteLength);
}

describe('files that claim to be enormous', () => {
  it.each(Object.entries(cases))('%s', async (_, read) => {
    const { code, grownBytes } = await refusal(read);
    expect(['format-too-large', 'format-malformed', 'input-unsupported', 'network-missing', 'graph-unsupported']).toContain(code);
    expect(grownBytes).toBeLessThan(mostGrownBytes);
  });
});
