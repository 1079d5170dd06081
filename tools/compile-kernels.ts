import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where the compiled kernels lie: 12 KB of text, committed, so that nothing has to be compiled to run, test or serve. */
export const kernelBytesPath = join(root, 'src/engine/native/kernel-bytes.ts');

async function compile(relaxed: boolean): Promise<string> {
  const options = [
    'assembly/index.ts', '--baseDir', root, '--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub',
    '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536',
    '--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory', '--disableWarning', ...(relaxed ? ['--enable', 'relaxed-simd'] : []),
  ];
  let bytes: Uint8Array | null = null;
  const { error, stderr } = await asc.main(options, { writeFile: (_name, contents) => { if (typeof contents !== 'string') bytes = contents; } });
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  if (bytes === null) throw new Error('AssemblyScript wrote no module.');
  return Buffer.from(bytes).toString('base64');
}

/** The text of src/engine/native/kernel-bytes.ts for the sources in assembly/. */
export async function renderKernelBytes(): Promise<string> {
  const lines = (base64: string): string => (base64.match(/.{1,150}/g) ?? []).map((line) => `  '${line}',`).join('\n');
  return `// Written by \`npm run kernels\` from assembly/; not to be edited.

/** The kernels as a WebAssembly module, base64; its memory is shared and imported as \`env.memory\`. */
export const plainKernels = [
${lines(await compile(false))}
].join('');

/** The same with fused multiply-add (relaxed SIMD), for engines that have it. */
export const relaxedKernels = [
${lines(await compile(true))}
].join('');
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(kernelBytesPath, await renderKernelBytes());
