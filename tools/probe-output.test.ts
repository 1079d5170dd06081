import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpy } from './npy';
import { ProbeOutput } from './probe-output';

const folder = mkdtempSync(join(tmpdir(), 'innerview-probe-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const array = (values: readonly number[]): { shape: readonly number[]; data: () => Promise<readonly number[]> } => ({ shape: [values.length], data: () => Promise.resolve(values) });

describe('files of a run', () => {
  it('are all there at the end, and none before', async () => {
    const out = join(folder, 'a/b');
    const output = await ProbeOutput.open(out);
    await output.array('__proto__', 'activations/_.npy', array([1, 2]));
    await output.array('logits', 'logits.npy', array([3]));
    output.alias('short', '__proto__');
    expect(readdirSync(out).filter((name) => !name.startsWith('.'))).toEqual([]);
    await output.finish({ format: 'onnx' });
    expect(readdirSync(out).sort()).toEqual(['activations', 'logits.npy', 'report.json']);
    const report = readFileSync(join(out, 'report.json'), 'utf8');
    expect(report).toContain('"__proto__": "activations/_.npy"');
    expect(report).toContain('"short": "activations/_.npy"');
    expect([...readNpy(readFileSync(join(out, 'activations/_.npy'))).values]).toEqual([1, 2]);
  });

  it('are taken back when the run fails, with the folders that were made for them', async () => {
    const output = await ProbeOutput.open(join(folder, 'c/d'));
    await output.array('logits', 'logits.npy', array([3]));
    await output.discard();
    expect(existsSync(join(folder, 'c'))).toBe(false);
  });

  it('leave what was there before as it was', async () => {
    const out = join(folder, 'kept');
    mkdirSync(out);
    writeFileSync(join(out, 'logits.npy'), 'of a run before');
    const output = await ProbeOutput.open(out);
    await output.array('logits', 'logits.npy', array([3]));
    await output.discard();
    expect(readdirSync(out)).toEqual(['logits.npy']);
    expect(readFileSync(join(out, 'logits.npy'), 'utf8')).toBe('of a run before');
  });

  it.each([['a file', 'file'], ['below a file', 'file/x/y'], ['where the system makes none', '/proc/no/such/folder']])('are refused %s', async (_, path) => {
    writeFileSync(join(folder, 'file'), '');
    const out = path.startsWith('/') ? path : join(folder, path);
    await expect(ProbeOutput.open(out)).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});
