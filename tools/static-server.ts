import { createReadStream, statSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { isolationHeaders } from './isolation-headers';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json', '.map': 'application/json', '.webmanifest': 'application/manifest+json', '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream', '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg', '.webp': 'image/webp',
  '.woff2': 'font/woff2', '.mp4': 'video/mp4', '.webm': 'video/webm', '.txt': 'text/plain; charset=utf-8',
};

export interface ServeOptions {
  readonly folder: string;
  /** `localhost` (both of its addresses) or one address. */
  readonly host: string;
  /** The first one tried; 0 lets the system choose. */
  readonly port: number;
  /** Path under which the folder appears; starts and ends with a slash. */
  readonly basePath?: string;
  /** PEM texts; with them the server speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** False: leaves the isolation headers out, as a plain host would (the service worker has to add them). */
  readonly isolated?: boolean;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a folder of static files; takes the next port when one is in use, 50 times. */
export async function serveFolder(options: ServeOptions): Promise<RunningServer> {
  const last = options.port === 0 ? 0 : options.port + 50;
  for (let port = options.port; ; port += 1) {
    try {
      return await serveAt(port, options);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if ((code !== 'EADDRINUSE' && code !== 'EACCES') || port >= last) throw error;
    }
  }
}

async function serveAt(port: number, options: ServeOptions): Promise<RunningServer> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => answerRequest(request, response, options);
  const makeServer = (): Server => (options.tls === undefined ? createHttpServer(answer) : createHttpsServer({ ...options.tls }, answer));
  // A browser asks both addresses of localhost; holding only one of them would show another program's page on the other.
  const [first = '', ...others] = options.host === 'localhost' ? ['127.0.0.1', '::1'] : [options.host];
  const firstServer = await listen(makeServer(), port, first);
  const servers = [firstServer];
  const taken = (firstServer.address() as AddressInfo).port;
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    })));
  };
  for (const host of others) {
    try {
      servers.push(await listen(makeServer(), taken, host));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') continue; // No IPv6 on this machine.
      await close();
      throw error;
    }
  }
  return { port: taken, close };
}

function listen(server: Server, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function answerRequest(request: IncomingMessage, response: ServerResponse, options: ServeOptions): void {
  if (options.isolated !== false) for (const [name, value] of Object.entries(isolationHeaders)) response.setHeader(name, value);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'Only GET and HEAD.');
  const path = findFile(request.url ?? '/', options);
  if (path === null) return end(response, 404, 'There is no such file.');
  const { size, mtimeMs } = statSync(path);
  const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
  response.setHeader('Content-Type', contentTypes[extname(path)] ?? 'application/octet-stream');
  response.setHeader('ETag', tag);
  // Names under assets/ carry a hash of what is in them; all else is asked for again.
  response.setHeader('Cache-Control', path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('Accept-Ranges', 'bytes');
  if (request.headers['if-none-match'] === tag) return end(response, 304);
  sendFile(request, response, path, size);
}

/** The file behind an address, or null: nothing outside the folder, nothing whose name starts with a dot. */
function findFile(address: string, { folder, basePath = '/' }: ServeOptions): string | null {
  let pathname: string;
  try {
    pathname = decodeURIComponent(address.split(/[?#]/)[0] ?? '/');
  } catch {
    return null;
  }
  if (!pathname.startsWith(basePath) || pathname.includes('\0') || /(^|[\\/])\./.test(pathname)) return null;
  const inside = normalize(pathname.slice(basePath.length) || '.');
  for (const candidate of [join(folder, inside), join(folder, inside, 'index.html')]) {
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
  }
  return null;
}

function sendFile(request: IncomingMessage, response: ServerResponse, path: string, size: number): void {
  // Safari plays no video from a server that cannot give a part of it.
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  let start = 0;
  let last = size - 1;
  if (range !== null && (range[1] !== '' || range[2] !== '')) {
    if (range[1] === '') start = Math.max(0, size - Number(range[2]));
    else {
      start = Number(range[1]);
      if (range[2] !== '') last = Math.min(last, Number(range[2]));
    }
    if (start > last) {
      response.setHeader('Content-Range', `bytes */${size}`);
      return end(response, 416);
    }
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${start}-${last}/${size}`);
  }
  response.setHeader('Content-Length', Math.max(0, last - start + 1));
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return;
  }
  const stream = createReadStream(path, { start, end: last });
  stream.on('error', () => response.destroy());
  stream.pipe(response);
}

function end(response: ServerResponse, status: number, text = ''): void {
  response.statusCode = status;
  if (text !== '') response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(text);
}
