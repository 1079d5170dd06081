import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from './npy';
import { readOptions } from './probe-options';
import { nameActivationFiles } from './safe-names';

const folder = mkdtempSync(join(tmpdir(), 'innerview-probe-'));
const root = fileURLToPath(new URL('..', import.meta.url));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function probe(...parameters: string[]): Promise<{ readonly code: number | null; readonly errors: string; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'tools/probe.mjs'), ...parameters], { cwd: root });
    let errors = '';
    let output = '';
    child.stderr.on('data', (chunk) => { errors += String(chunk); });
    child.stdout.on('data', (chunk) => { output += String(chunk); });
    child.on('close', (code) => resolve({ code, errors, output }));
  });
}

describe('.npy', () => {
  it.each([[[2, 3]], [[4]], [[1, 2, 2, 1]]])('survives writing and reading, shape %j', (shape) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => index / 3 - 1);
    const bytes = writeNpy(shape, values);
    expect((bytes.length - values.byteLength) % 64).toBe(0);
    expect(readNpy(bytes)).toEqual({ shape, values });
  });

  it('refuses what it cannot read', () => {
    const bytes = writeNpy([2], Float32Array.of(1, 2));
    expect(() => readNpy(new TextEncoder().encode('no array at all'))).toThrow('not a .npy');
    expect(() => readNpy(bytes.subarray(0, bytes.length - 4))).toThrow('bytes');
    expect(() => readNpy(Uint8Array.from(bytes, (byte, index) => (String.fromCharCode(byte) === 'f' && index < 40 ? 0x69 : byte)))).toThrow('its header cannot be read');
  });
});

describe('names of files', () => {
  it('stay inside the folder and apart', () => {
    const layers = ['../../etc/passwd', 'a/b', 'a_b', 'A_B', '', '..', 'x'.repeat(500), '__proto__'];
    const names = [...nameActivationFiles(layers).values()];
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(layers.length);
    for (const name of names) expect(name).toMatch(/^activations\/[\w-]{1,104}\.npy$/);
  });
});

describe('command line', () => {
  it('is checked before anything runs', () => {
    expect(() => readOptions([])).toThrow('usage');
    expect(() => readOptions(['net', '--out', 'd', '--method', 'gradient', '--input', 'x.npy'])).toThrow('--target');
    expect(() => readOptions(['net', '--out', 'd', '--method', 'gradient', '--target', '1'])).toThrow('--input');
    expect(() => readOptions(['net', '--out', 'd', '--input', 'x.npy', '--method', 'm', '--target', '1', '--params', '[]'])).toThrow('--params');
    const method = (...target: string[]): unknown => readOptions(['net', '--out', 'd', '--input', 'x.npy', '--method', 'm', ...target]).method?.target;
    expect(method('--target', '1')).toEqual({ kind: 'class', index: 1 });
    expect(method('--target', '1', '--against', '0')).toEqual({ kind: 'difference', index: 1, against: 0 });
    expect(method('--unit', 'a/b,c,7')).toEqual({ kind: 'unit', layer: 'a/b,c', channel: 7 });
    expect(method('--unit', 'conv,7,2,3')).toEqual({ kind: 'unit', layer: 'conv', channel: 7, y: 2, x: 3 });
    expect(() => method('--unit', 'conv')).toThrow('--unit');
    expect(() => method('--unit', 'conv,1', '--target', '1')).toThrow('--unit');
    expect(() => method('--target', '1', '--against', 'x')).toThrow('--against');
    expect(() => readOptions(['net', '--out', 'd', '--input', 'x.npy', '--target', '1'])).toThrow('--target needs --method');
    expect(readOptions(['net', '--out', 'd', '--input', 'x.npy', '--activations', 'a,b/c'])).toMatchObject({ activations: ['a', 'b/c'], method: null });
  });
});

describe('probe', () => {
  const digits = join(root, 'public/models/digits');
  const picture = (value: number): Float32Array => new Float32Array(1024).fill(0.5).fill(value, 7, 8);

  it('runs a network of ours and writes what it computed', async () => {
    const input = join(folder, 'x.npy');
    writeFileSync(input, writeNpy([1, 32, 32, 1], new Float32Array(1024).fill(0.5)));
    const out = join(folder, 'out');
    const run = await probe(join(root, 'public/models/digits'), '--input', input, '--activations', 'relu1,logits', '--method', 'grad-cam', '--target', '3', '--out', out);
    expect(run).toMatchObject({ code: 0, errors: '' });
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as { format: string; input: number[]; layers: { name: string; shape: number[] }[]; files: Record<string, string> };
    expect(report).toMatchObject({ format: 'tfjs-layers', input: [32, 32, 1], files: { logits: 'logits.npy', attribution: 'attribution.npy', relu1: 'activations/relu1.npy' } });
    const relu = readNpy(readFileSync(join(out, 'activations/relu1.npy')));
    expect(relu.shape).toEqual([1, ...report.layers.find((layer) => layer.name === 'relu1')?.shape ?? []]);
    expect(relu.values.every((value) => value >= 0)).toBe(true);
    expect(readNpy(readFileSync(join(out, 'logits.npy'))).shape).toEqual([1, 10]);
  });

  it('says which layer decided the map', async () => {
    const input = join(folder, 'x.npy');
    writeFileSync(input, writeNpy([1, 32, 32, 1], picture(1)));
    for (const [method, asked, layer] of [['guided-grad-cam', ['--layer', 'relu1'], 'relu1'], ['gradient', [], null]] as const) {
      const out = join(folder, `explained by ${method}`);
      expect(await probe(digits, '--input', input, '--method', method, '--target', '3', ...asked, '--out', out)).toMatchObject({ code: 0, errors: '' });
      const { explained } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as { explained: { scores: number[] } };
      expect(explained).toMatchObject({ method, layer, note: { steps: null } });
      expect(explained.scores).toHaveLength(1);
    }
  });

  it('ends with 2 and one line that names the error', async () => {
    writeFileSync(join(folder, 'broken.h5'), 'this is no network');
    const run = await probe(join(folder, 'broken.h5'), '--out', join(folder, 'broken'));
    expect(run.code).toBe(2);
    expect(run.errors).toMatch(/^format-malformed: .*\n$/);
    expect(run.output).toBe('');
  });

  it.each([
    ['a method that is none', [1, 32, 32, 1], 0, ['--method', 'nope', '--target', '1'], /^explain-unsupported: no method 'nope'/],
    ['a class out of range', [1, 32, 32, 1], 0, ['--method', 'gradient', '--target', '10'], /^explain-unsupported: There is no class 10 here: they are numbered 0 to 9/],
    ['a layer that is not there', [1, 32, 32, 1], 0, ['--activations', 'nope'], /^layer-unknown: 'nope'/],
    ['a setting that is none', [1, 32, 32, 1], 0, ['--method', 'gradient', '--target', '1', '--params', '{"x":1}'], /^usage: --params: no method has a setting 'x'/],
    ['a value that is no number', [1, 32, 32, 1], Number.NaN, [], /^input-mismatch: a value that is no number\.npy: value 7 is NaN/],
    ['no picture', [0, 32, 32, 1], 0, [], /^input-mismatch: no picture\.npy: shape \(0, 32, 32, 1\)/],
  ] as const)('leaves nothing behind after %s', async (what, shape, value, parameters, message) => {
    const input = join(folder, `${what}.npy`);
    writeFileSync(input, writeNpy([...shape], shape[0] === 0 ? new Float32Array(0) : picture(value)));
    const out = join(folder, what);
    const run = await probe(digits, '--input', input, ...parameters, '--out', out);
    expect(run).toMatchObject({ code: 2, output: '' });
    expect(run.errors).toMatch(message);
    expect(run.errors.split('\n')).toHaveLength(2);
    expect(existsSync(out)).toBe(false);
  });
});
