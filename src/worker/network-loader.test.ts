import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadNetworkFiles } from './network-loader';

const weights = new Uint8Array([1, 2, 3, 4, 5]);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function createCard(change: object = {}): string {
  return JSON.stringify({
    id: 'tiny', name: 'Tiny', classes: ['a', 'b'], input: { height: 2, width: 2, channels: 1, mean: [0], std: [1] },
    files: [{ path: 'weights.bin', bytes: 5, sha256: sha256(weights) }], ...change,
  });
}

function load(answers: Record<string, () => Response | Promise<Response>>, id = 'tiny', signal = new AbortController().signal) {
  const asked: string[] = [];
  const progress: number[] = [];
  const fetchFake = (async (url: string) => {
    asked.push(url);
    const answer = answers[url.replace('https://app.test/models/', '')];
    return answer === undefined ? new Response('', { status: 404 }) : answer();
  }) as typeof fetch;
  const digest = (bytes: ArrayBuffer): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', bytes);
  const result = loadNetworkFiles({ baseUrl: 'https://app.test/', fetch: fetchFake, digest }, id, (loaded, total) => progress.push(loaded, total), signal);
  return { result, asked, progress };
}

describe('loadNetworkFiles', () => {
  it('fetches the card and every file it lists, and reports bytes', async () => {
    const { result, asked, progress } = load({ 'tiny/card.json': () => new Response(createCard()), 'tiny/weights.bin': () => new Response(weights) });
    const { card, files } = await result;
    expect(card.id).toBe('tiny');
    expect([...new Uint8Array(files.get('weights.bin') ?? new ArrayBuffer())]).toEqual([...weights]);
    expect(asked).toEqual(['https://app.test/models/tiny/card.json', 'https://app.test/models/tiny/weights.bin']);
    expect([progress[0], progress.at(-2), progress.at(-1)]).toEqual([0, 5, 5]);
  });

  it.each([
    ['a byte more', new Uint8Array([1, 2, 3, 4, 5, 6])], ['a byte less', new Uint8Array([1, 2, 3, 4])], ['another byte', new Uint8Array([1, 2, 3, 4, 6])],
  ])('network-altered: %s', async (_, bytes) => {
    const { result } = load({ 'tiny/card.json': () => new Response(createCard()), 'tiny/weights.bin': () => new Response(bytes) });
    await expect(result).rejects.toMatchObject({ code: 'network-altered', detail: expect.stringContaining('weights.bin') as string });
  });

  it.each([
    ['not JSON', 'nope'], ['another id', createCard({ id: 'other' })], ['no classes', createCard({ classes: [] })],
    ['a path that leaves the folder', createCard({ files: [{ path: '../x', bytes: 5, sha256: sha256(weights) }] })],
    ['an address as path', createCard({ files: [{ path: 'https://elsewhere.test/x', bytes: 5, sha256: sha256(weights) }] })],
    ['a standard deviation of 0', createCard({ input: { height: 2, width: 2, channels: 1, mean: [0], std: [0] } })],
  ])('network-altered: a card with %s', async (_, text) => {
    const { result, asked } = load({ 'tiny/card.json': () => new Response(text) });
    await expect(result).rejects.toMatchObject({ code: 'network-altered' });
    expect(asked.length).toBe(1);
  });

  it('network-missing: no such folder, a listed file that is not there, the start page instead of a card, an impossible name', async () => {
    await expect(load({}).result).rejects.toMatchObject({ code: 'network-missing' });
    await expect(load({ 'tiny/card.json': () => new Response(createCard()) }).result).rejects.toMatchObject({ code: 'network-missing' });
    const page = new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
    await expect(load({ 'tiny/card.json': () => page }).result).rejects.toMatchObject({ code: 'network-missing' });
    const odd = load({}, '../secret');
    await expect(odd.result).rejects.toMatchObject({ code: 'network-missing' });
    expect(odd.asked).toEqual([]);
  });

  it('network-offline, recoverable: no connection, a server in trouble, a connection that breaks', async () => {
    const offline = { code: 'network-offline', recoverable: true };
    await expect(load({ 'tiny/card.json': () => { throw new TypeError('Failed to fetch'); } }).result).rejects.toMatchObject(offline);
    await expect(load({ 'tiny/card.json': () => new Response('', { status: 503 }) }).result).rejects.toMatchObject(offline);
    const broken = (): Response => new Response(new ReadableStream({ start: (controller) => { controller.enqueue(weights.slice(0, 2)); controller.error(new TypeError('reset')); } }));
    await expect(load({ 'tiny/card.json': () => new Response(createCard()), 'tiny/weights.bin': broken }).result).rejects.toMatchObject(offline);
  });

  it('cancelled when it was aborted', async () => {
    const abort = new AbortController();
    const { result } = load({ 'tiny/card.json': () => { abort.abort(); throw new DOMException('', 'AbortError'); } }, 'tiny', abort.signal);
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
  });
});
