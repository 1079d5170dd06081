import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveFolder, type RunningServer } from './static-server';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Not fetch: it tidies `..` out of addresses before they are sent. */
function ask(port: number, path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const question = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      let body = '';
      response.on('data', (part: Buffer) => { body += part.toString(); });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    question.on('error', reject);
    question.end();
  });
}

const outer = mkdtempSync(join(tmpdir(), 'innerview-server-'));
const folder = join(outer, 'site');
let server: RunningServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(outer, 'secret.txt'), 'secret');
  writeFileSync(join(folder, '.hidden'), 'hidden');
  writeFileSync(join(folder, 'index.html'), '<p>page</p>');
  writeFileSync(join(folder, 'assets', 'a-12345678.js'), '0123456789');
  server = await serveFolder({ folder, host: 'localhost', port: 0, basePath: '/app/' });
});

afterAll(async () => {
  await server.close();
  rmSync(outer, { recursive: true });
});

describe('serveFolder', () => {
  it('serves the page isolated and asks for it again each time', async () => {
    const answer = await ask(server.port, '/app/?backend=wasm');
    expect(answer).toMatchObject({ status: 200, body: '<p>page</p>' });
    expect(answer.headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp',
      'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache',
    });
    expect((await ask(server.port, '/app/', { 'If-None-Match': String(answer.headers['etag']) })).status).toBe(304);
  });

  it.each(['/secret.txt', '/app/../secret.txt', '/app/..%2f..%2fsecret.txt', '/app/..%5c..%5csecret.txt', '/app//../../secret.txt',
    '/app/.hidden', '/app/%2ehidden', '/app/assets', '/app/%', '/app/x%00.html', '/index.html'])('gives nothing for %s', async (path) => {
    expect((await ask(server.port, path)).status).toBe(404);
  });

  it('gives parts of a file', async () => {
    const path = '/app/assets/a-12345678.js';
    expect(await ask(server.port, path, { Range: 'bytes=2-4' })).toMatchObject({ status: 206, body: '234' });
    expect((await ask(server.port, path, { Range: 'bytes=2-4' })).headers['content-range']).toBe('bytes 2-4/10');
    expect(await ask(server.port, path, { Range: 'bytes=7-99' })).toMatchObject({ status: 206, body: '789' });
    expect(await ask(server.port, path, { Range: 'bytes=-3' })).toMatchObject({ status: 206, body: '789' });
    expect((await ask(server.port, path, { Range: 'bytes=10-' })).status).toBe(416);
    expect((await ask(server.port, path)).headers['cache-control']).toContain('immutable');
  });

  it('answers HEAD without a body and refuses to be written to', async () => {
    expect(await ask(server.port, '/app/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect((await ask(server.port, '/app/', {}, 'POST')).status).toBe(405);
  });

  it('takes the next port when one is in use', async () => {
    const second = await serveFolder({ folder, host: 'localhost', port: server.port });
    expect(second.port).toBeGreaterThan(server.port);
    await second.close();
  });
});
