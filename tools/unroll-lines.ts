/** Pixels of one tile of the convolution: a line that names `$pixel` stands for so many of itself. */
const tilePixels = 6;

const repeat = (text: string, name: string, times: number): string =>
  Array.from({ length: times }, (_, index) => text.replaceAll(name, String(index))).join('');

/**
 * Writes out what stands once in a source of `assembly/` and runs several times in a row, because AssemblyScript has neither
 * arrays in registers nor unrolled loops. Between `// unroll $step: 4 times` and `// end` the lines are repeated as a block, with
 * 0, 1, 2, 3 for `$step`; after that a line with `$pixel` is repeated by itself.
 */
export function unrollLines(source: string): string {
  return source
    .replaceAll(/^ *\/\/ unroll \$step: (\d+) times\n([\s\S]*?)^ *\/\/ end\n/gm, (_, times: string, block: string) => repeat(block, '$step', Number(times)))
    .replaceAll(/^.*\$pixel.*\n/gm, (line) => repeat(line, '$pixel', tilePixels));
}
