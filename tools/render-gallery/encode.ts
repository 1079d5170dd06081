import { spawn } from 'node:child_process';

/** Runs ffmpeg (Debian: `apt-get install ffmpeg`) with raw RGB on its standard input. Rejects with ffmpeg's own words when it fails. */
export function runFfmpeg(options: readonly string[], input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...options], { stdio: ['pipe', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('error', (error) => reject(new Error(`ffmpeg did not start (${error.message}); on Debian: apt-get install ffmpeg`)));
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg: ${complaint.trim()}`))));
    child.stdin.on('error', () => undefined);
    void feed(child.stdin, input).catch(reject);
  });
}

async function feed(stream: NodeJS.WritableStream, input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of input) {
    if (!stream.write(chunk)) await new Promise<void>((resolve) => stream.once('drain', resolve));
  }
  stream.end();
}

/** Writes a square RGB picture as lossy WebP. */
export async function writeWebp(path: string, pixels: Uint8Array, sizePx: number, quality: number): Promise<void> {
  await runFfmpeg(['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${sizePx}x${sizePx}`, '-i', '-', '-c:v', 'libwebp', '-quality', String(quality), '-compression_level', '6', path], [pixels]);
}
