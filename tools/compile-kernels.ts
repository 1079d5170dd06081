import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { unrollLines } from './unroll-lines';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where the compiled kernels lie: 23 KB of text, committed, so that nothing has to be compiled to run, test or serve. */
export const kernelBytesPath = join(root, 'src/engine/native/kernel-bytes.ts');

/** The same for the sums that make a picture the network's input. */
export const pictureBytesPath = join(root, 'src/render/picture-bytes.ts');

function compileKernels(relaxed: boolean): Promise<string> {
  return compile('assembly/index.ts', [
    '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'threads', ...(relaxed ? ['--enable', 'relaxed-simd'] : []),
  ]);
}

function readSource(name: string, folder: string): string | null {
  const path = join(folder, name);
  return existsSync(path) ? unrollLines(readFileSync(path, 'utf8')) : null;
}

async function compile(source: string, more: readonly string[]): Promise<string> {
  const options = [
    source, '--baseDir', root, '--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub',
    '--enable', 'simd', '--enable', 'bulk-memory', '--disableWarning', ...more,
  ];
  let bytes: Uint8Array | null = null;
  const { error, stderr } = await asc.main(options, {
    readFile: readSource,
    writeFile: (_name, contents) => { if (typeof contents !== 'string') bytes = contents; },
  });
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  if (bytes === null) throw new Error('AssemblyScript wrote no module.');
  return Buffer.from(bytes).toString('base64');
}

const lines = (base64: string): string => (base64.match(/.{1,150}/g) ?? []).map((line) => `  '${line}',`).join('\n');

/** The text of src/render/picture-bytes.ts for assembly/picture.ts. */
export async function renderPictureBytes(): Promise<string> {
  return `// Written by \`npm run kernels\` from assembly/picture.ts; not to be edited.

/** A WebAssembly module with a memory of its own, base64. */
export const pictureModule = [
${lines(await compile('assembly/picture.ts', ['--initialMemory', '1']))}
].join('');
`;
}

/** The text of src/engine/native/kernel-bytes.ts for the sources in assembly/. */
export async function renderKernelBytes(): Promise<string> {
  return `// Written by \`npm run kernels\` from assembly/; not to be edited.

/** The kernels as a WebAssembly module, base64; its memory is shared and imported as \`env.memory\`. */
export const plainKernels = [
${lines(await compileKernels(false))}
].join('');

/** The same with fused multiply-add (relaxed SIMD), for engines that have it. */
export const relaxedKernels = [
${lines(await compileKernels(true))}
].join('');
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(kernelBytesPath, await renderKernelBytes());
  writeFileSync(pictureBytesPath, await renderPictureBytes());
}
