import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/contract/errors';
import { readNetwork } from '../../src/formats/read-network';
import { findShared } from '../shared-folder';

/* Files that are broken on purpose; they lie beside the project. Our own broken files are in src/formats/*.test.ts. */
const folder = findShared('vectors/malformed/', 'the shared broken files are not read');

interface Malformed { readonly file: string; readonly why_bad: string; readonly also_accepted?: string }
const files = folder === null ? [] : JSON.parse(readFileSync(`${folder}index.json`, 'utf8')) as readonly Malformed[];

describe.skipIf(folder === null)('broken files', () => {
  it.each(files.map((entry) => [entry.file, entry] as const))('%s is refused with a reason', async (name, entry) => {
    const path = `${folder}${name}`;
    expect(statSync(path).isFile()).toBe(true);
    const reading = readNetwork({ name: name.split('/').at(-1) ?? name, bytes: readFileSync(path), readBeside: async (beside) => readFileSync(`${dirname(path)}/${beside}`) });
    const outcome = await reading.then(() => 'read', (thrown: unknown) => (thrown instanceof AppError ? 'refused' : String(thrown)));
    expect(outcome).toBe(entry.also_accepted === undefined ? 'refused' : 'read');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
