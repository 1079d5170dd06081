import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server does with one request, beyond handing out the file. */
export interface Trouble {
  /** Closes the connection after this many bytes of the body. */
  readonly cutAfter?: number;
  /** Sends this many bytes and then nothing more, without closing. */
  readonly stallAfter?: number;
  /** Says nothing at all. */
  readonly silent?: boolean;
  /** Ends the body early, in chunks, as if it were whole. */
  readonly endAfter?: number;
  readonly status?: number;
  readonly retryAfter?: string;
  /** Content-Length is that much too large. */
  readonly extraLength?: number;
  readonly alter?: (bytes: Buffer) => Buffer;
  /** Answers 200 with everything to a request for a part. */
  readonly refuseRange?: boolean;
  readonly etag?: string | null;
  /** Without the header that lets other pages read it. */
  readonly withoutCors?: boolean;
  readonly redirectTo?: string;
  /** Bytes a second, about. */
  readonly bytesPerSecond?: number;
}

export interface SeenRequest {
  readonly path: string;
  readonly range: string | null;
  readonly ifRange: string | null;
  readonly method: string;
}

export interface UnreliableServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Most requests that were being answered at one time. */
  readonly busiest: () => number;
  /** Requests that are being answered now. */
  readonly answering: () => number;
  /** Troubles for a path, one for each request in turn; the last one stays. */
  plan(path: string, ...troubles: Trouble[]): void;
  close(): Promise<void>;
}

/** A file server on a free loopback port that fails as told. */
export async function serveUnreliably(files: ReadonlyMap<string, Uint8Array>, always: Trouble = {}): Promise<UnreliableServer> {
  const plans = new Map<string, Trouble[]>();
  const seen: SeenRequest[] = [];
  let now = 0;
  let busiest = 0;
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/').slice(1);
    seen.push({ path, range: request.headers.range ?? null, ifRange: String(request.headers['if-range'] ?? '') || null, method: request.method ?? '' });
    now += 1;
    busiest = Math.max(busiest, now);
    let left = false;
    const leave = (): void => {
      if (!left) now -= 1;
      left = true;
    };
    response.on('close', leave);
    const queue = plans.get(path) ?? [];
    const trouble = { ...always, ...(queue.length > 1 ? queue.shift() : queue[0]) };
    answer(request, response, files.get(path), trouble, leave);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`, seen, busiest: () => busiest, answering: () => now,
    plan: (path, ...troubles) => { plans.set(path, troubles); },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, file: Uint8Array | undefined, trouble: Trouble, leave: () => void): void {
  if (trouble.silent === true) return;
  if (trouble.withoutCors !== true) response.setHeader('Access-Control-Allow-Origin', '*');
  if (request.method === 'OPTIONS') {
    // Like the buckets that hold networks: no word about what is allowed.
    response.removeHeader('Access-Control-Allow-Origin');
    response.writeHead(403).end();
    return;
  }
  if (trouble.redirectTo !== undefined) {
    response.writeHead(302, { Location: trouble.redirectTo }).end();
    return;
  }
  if (trouble.retryAfter !== undefined) response.setHeader('Retry-After', trouble.retryAfter);
  if (trouble.status !== undefined) {
    response.writeHead(trouble.status).end('no');
    return;
  }
  if (file === undefined) {
    response.writeHead(404).end('no');
    return;
  }
  const etag = trouble.etag === undefined ? '"one"' : trouble.etag;
  if (etag !== null) response.setHeader('ETag', etag);
  const bytes = trouble.alter?.(Buffer.from(file)) ?? Buffer.from(file);
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const ifRange = request.headers['if-range'];
  const parts = range !== null && trouble.refuseRange !== true && (ifRange === undefined || ifRange === etag);
  const start = parts ? Number(range[1]) : 0;
  if (parts && start >= bytes.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
    return;
  }
  const body = bytes.subarray(start);
  if (parts) response.setHeader('Content-Range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
  if (trouble.endAfter === undefined) response.setHeader('Content-Length', body.length + (trouble.extraLength ?? 0));
  response.writeHead(parts ? 206 : 200);
  void send(response, body, trouble, leave);
}

async function send(response: ServerResponse, body: Buffer, trouble: Trouble, leave: () => void): Promise<void> {
  const stop = Math.min(body.length, trouble.cutAfter ?? trouble.stallAfter ?? trouble.endAfter ?? body.length);
  const step = trouble.bytesPerSecond === undefined ? stop : Math.max(1, Math.ceil(trouble.bytesPerSecond / 20));
  for (let sent = 0; sent < stop && !response.destroyed; sent += step) {
    const piece = body.subarray(sent, Math.min(stop, sent + step));
    const last = sent + step >= body.length;
    // Whoever asked may know the end by its length, and ask for the next file, before the server does.
    if (last) leave();
    await new Promise<void>((resolve) => { response.write(piece, () => resolve()); });
    if (trouble.bytesPerSecond !== undefined && !last) await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  if (trouble.cutAfter !== undefined) response.destroy();
  else if (trouble.stallAfter === undefined) response.end();
}
