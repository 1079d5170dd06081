import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveUnreliably, type UnreliableServer } from './unreliable-server';

const root = fileURLToPath(new URL('../../', import.meta.url));
const model = { modelTopology: {}, weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'w', shape: [500_000], dtype: 'float32' }] }] };
const weights = Uint8Array.from({ length: 2_000_000 }, (_, index) => index >> 3);
const files = new Map<string, Uint8Array>([['a/model.json', new TextEncoder().encode(JSON.stringify(model))], ['a/w.bin', weights], ['b/net.onnx', Uint8Array.of(1, 2, 3)]]);

let folder: string;
let server: UnreliableServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'innerview-networks-'));
  server = await serveUnreliably(files);
  const common = { goodFor: 'tests', licence: 'MIT', documentation: 'https://example.org/', classes: ['a'], input: { height: 8, width: 8, channels: 1, mean: [0], std: [255] }, accuracy: null, parameters: 1, multiplyAdds: 1, year: 2026 };
  writeFileSync(join(folder, 'shelf.json'), JSON.stringify([
    { id: 'a', name: 'A', format: 'tfjs-layers', bytes: 2_000_000, files: [{ path: 'model.json', address: `${server.url}a/model.json`, bytes: null, sha256: null }], ...common },
    { id: 'b', name: 'B', format: 'onnx', bytes: 3, files: [{ path: 'net.onnx', address: `${server.url}b/net.onnx`, bytes: 3, sha256: '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81' }], ...common },
  ]));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function runTool(...parameters: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'tools/networks.ts', '--shelf', join(folder, 'shelf.json'), ...parameters], { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { output += text.toString(); });
    child.on('close', (code) => resolve({ code, output }));
  });
}
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'));

describe('npm run networks', () => {
  it('fetches into a folder the app can be served with, and no second time', async () => {
    const first = await runTool('--to', join(folder, 'to'));
    expect(first).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'to/a/w.bin')).equals(weights)).toBe(true);
    expect(readJson('to/mirror.json')).toMatchObject({ networks: [{ id: 'a', files: [{ path: 'model.json' }, { path: 'w.bin', bytes: 2_000_000 }] }, { id: 'b', files: [{ path: 'net.onnx', bytes: 3 }] }] });
    server.seen.length = 0;
    const second = await runTool('--to', join(folder, 'to'));
    expect(second.code).toBe(0);
    expect(second.output).toContain('a: is there');
    expect(server.seen).toEqual([]);
  });

  it('says what failed, keeps the rest, and goes on from there', async () => {
    server.plan('b/net.onnx', { status: 404 });
    const first = await runTool('--to', join(folder, 'to'));
    expect(first.code).toBe(1);
    expect(first.output).toContain('Missing: b');
    expect(readJson('to/mirror.json')).toMatchObject({ networks: [{ id: 'a' }] });
    server.plan('b/net.onnx', { alter: () => Buffer.of(9, 9, 9) });
    const altered = await runTool('--to', join(folder, 'to'), '--only', 'b');
    expect(altered.code).toBe(1);
    expect(altered.output).toContain('not what was published');
    server.plan('b/net.onnx', {});
    expect((await runTool('--to', join(folder, 'to'), '--only', 'b')).code).toBe(0);
    expect(readJson('to/mirror.json')).toMatchObject({ networks: [{ id: 'a' }, { id: 'b' }] });
  });

  it('fetches a spoilt copy again', async () => {
    await runTool('--to', join(folder, 'to'), '--only', 'b');
    writeFileSync(join(folder, 'to/b/net.onnx'), Uint8Array.of(7, 7, 7));
    expect((await runTool('--to', join(folder, 'to'), '--only', 'b')).code).toBe(0);
    expect([...readFileSync(join(folder, 'to/b/net.onnx'))]).toEqual([1, 2, 3]);
  });

  it.each([['no folder', []], ['a stranger', ['--to', 'x', '--only', 'nobody']], ['an unknown flag', ['--wrong']]])('refuses %s with code 2', async (_name, parameters) => {
    const { code, output } = await runTool(...parameters);
    expect(code).toBe(2);
    expect(output).toContain('usage:');
  });

  it('lists', async () => {
    const { code, output } = await runTool('--list');
    expect(code).toBe(0);
    expect(output.split('\n').filter((line) => /^[ab] /.test(line))).toHaveLength(2);
  });
});
