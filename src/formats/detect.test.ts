import { describe, expect, it } from 'vitest';
import { detectFormat } from './detect';

const bytesOf = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('format of a file', () => {
  it.each([
    ['model.json', text('{"format": "layers-model"}'), 'tfjs-json'], ['model.json', text('\ufeff \n{}'), 'tfjs-json'],
    ['anything.bin', bytesOf(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), 'keras-h5'], ['net.keras', bytesOf(0x50, 0x4b, 3, 4), 'keras-zip'],
    ['net.h5', bytesOf(0x50, 0x4b, 3, 4), 'keras-zip'], ['net.onnx', bytesOf(8, 7, 18), 'onnx'], ['net', bytesOf(8, 7, 18), 'onnx'],
    ['net.tflite', bytesOf(28, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), 'tflite'],
  ] as const)('%s %#', (name, bytes, expected) => {
    expect(detectFormat(name, bytes)).toBe(expected);
  });

  it.each([['a.onnx', bytesOf(), 'format-malformed'], ['a.png', bytesOf(0x89, 0x50, 0x4e, 0x47), 'format-unknown'], ['a.h5', text('hello'), 'format-malformed']] as const)('refuses %s', (name, bytes, code) => {
    expect(() => detectFormat(name, bytes)).toThrow(code);
  });

  it.each(['a.pt', 'a.PTH', 'saved_model.pb', 'a.safetensors', 'a.mlmodel', 'a.caffemodel', 'a.gguf', 'a.ort', 'yolo.weights'])('says what to do with %s', (name) => {
    expect(() => detectFormat(name, bytesOf(8, 1, 18, 3))).toThrow(/^format-foreign: .+ is .+/);
  });
  it('reads an ONNX file that is called .pb', () => {
    expect(detectFormat('model.pb', bytesOf(8, 7, 18))).toBe('onnx');
  });
});
