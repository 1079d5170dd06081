import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import type { ShelfEntry } from '../src/contract/shelf';
import { serveUnreliably, type UnreliableServer } from '../test/download/unreliable-server';
import { expect, test as base, type App } from './harness/fixtures';
import { predictionItems, snapshot, waitForFrames } from './harness/person';
import { buildFolder } from './harness/serve';

const shared = join(import.meta.dirname, '../../shared/models/mobilenet_v1_0.25_224');
/** MobileNet in 56 files where we have it; else one of our own networks stands at its address. */
const subject = existsSync(shared) ? shared : join(import.meta.dirname, '../public/models/everyday');
const entryId = 'mobilenet-v1-0.25-224';
const names = readdirSync(subject).filter((name) => /^(model\.json|weights\.bin|group\d+-shard\d+of\d+)$/.test(name));

const large = names.reduce((a, b) => (statSync(join(subject, b)).size > statSync(join(subject, a)).size ? b : a));
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Shelf {
  /** The public address, played on loopback: another origin than the page's. */
  readonly server: UnreliableServer;
  /** What the page is served from. */
  readonly folder: string;
  readonly entry: ShelfEntry;
}

const test = base.extend<{ shelf: Shelf }>({
  // oxlint-disable-next-line no-empty-pattern
  shelf: async ({}, use) => {
    const server = await serveUnreliably(new Map(names.map((name) => [`net/${name}`, readFileSync(join(subject, name))])));
    const folder = mkdtempSync(join(tmpdir(), 'innerview-shelf-'));
    cpSync(buildFolder, folder, { recursive: true });
    const list = JSON.parse(readFileSync(join(folder, 'models/shelf.json'), 'utf8')) as ShelfEntry[];
    const changed = list.map((entry): ShelfEntry => {
      if (entry.id !== entryId) return entry;
      const card = subject === shared ? {} : JSON.parse(readFileSync(join(subject, 'card.json'), 'utf8')) as Pick<ShelfEntry, 'input' | 'classes'>;
      return { ...entry, ...(subject === shared ? {} : { input: (card as ShelfEntry).input, classes: (card as ShelfEntry).classes }),
        // The largest file has a checksum, so that a part of it may be gone on from; the others are found in model.json.
        files: [{ path: 'model.json', address: `${server.url}net/model.json`, bytes: null, sha256: null },
          { path: large, address: `${server.url}net/${large}`, bytes: readFileSync(join(subject, large)).length, sha256: hashOf(readFileSync(join(subject, large))) }] };
    });
    writeFileSync(join(folder, 'models/shelf.json'), JSON.stringify(changed));
    const entry = changed.find(({ id }) => id === entryId);
    if (entry === undefined) throw new Error(`${entryId} is not on the shelf`);
    await use({ server, folder, entry });
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  },
  site: async ({ shelf }, use) => { await use({ folder: shelf.folder }); },
});
test.use({ camera: 'none' });

const rowOf = (page: Page, name: string): Locator => page.getByRole('list', { name: 'Networks on the shelf' }).getByRole('listitem', { name, exact: true });

async function openShelf(app: App, query: Readonly<Record<string, string>> = {}): Promise<void> {
  await app.open({ debug: '', ...query });
  await expect(predictionItems(app.page).first()).toBeVisible({ timeout: 180_000 });
  await app.page.getByRole('button', { name: 'Open network' }).click();
  await app.page.getByRole('tab', { name: 'Shelf' }).click();
  await expect(rowOf(app.page, 'Everyday objects')).toContainText('Comes with Innerview');
}

test('fetches with one tap, can be cancelled, goes on, and stays when the connection is gone @wasm', async ({ app, shelf }) => {
  const { page, context } = app;
  const { server, entry } = shelf;
  app.allowErrors(/request to another host: http:\/\/127\.0\.0\.1/);
  await openShelf(app);
  const row = rowOf(page, entry.name);
  await expect(row).toContainText('Not here yet');
  expect(server.seen, 'nobody is asked before the tap').toEqual([]);

  // On its way for as long as the others need, many times over.
  server.plan(`net/${large}`, { bytesPerSecond: Math.ceil(statSync(join(subject, large)).size / 90) });
  await row.getByRole('button', { name: `Fetch ${entry.name}`, exact: true }).click();
  const bar = row.getByRole('progressbar');
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 60_000 }).toBeGreaterThan(2);
  await expect(row).toContainText(/Fetching \d+ %/);
  const folder = process.env['SHELF_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, 'shelf-fetching.png') });
  await expect.poll(() => new Set(server.seen.map(({ path }) => path)).size, { timeout: 120_000 }).toBe(names.length)
    .catch(async (thrown: unknown) => { throw new Error(`the shelf says: ${(await row.allInnerTexts()).join(' ')}`, { cause: thrown }); });
  await expect.poll(() => server.answering(), { message: 'only the large one is still on its way' }).toBe(1);
  await row.getByRole('button', { name: `Cancel fetching ${entry.name}` }).click();
  await expect(row).toContainText('Not here yet');
  const finished = new Set(server.seen.map(({ path }) => path));
  finished.delete(`net/${large}`);

  server.seen.length = 0;
  server.plan(`net/${large}`, {});
  await row.getByRole('button', { name: `Fetch ${entry.name}`, exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden({ timeout: 120_000 });
  expect(server.seen.filter(({ path }) => finished.has(path)), 'what was here is not asked for again').toEqual([]);
  expect(server.seen.filter(({ method }) => method !== 'GET'), 'no preflight').toEqual([]);
  expect(server.seen.filter(({ path }) => path === `net/${large}`).map(({ range }) => range), 'the rest of the cut file, and only that').toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  await expect(page.getByRole('combobox', { name: 'Network' }).locator('option:checked')).toHaveText(entry.name);
  await expect.poll(async () => (await snapshot(page)).network, { timeout: 120_000 }).toMatch(/^kept-/);
  const kept = (await snapshot(page)).network;
  await waitForFrames(page, 2);
  await expect(predictionItems(page).first()).toBeVisible();

  await page.getByRole('button', { name: 'Open network' }).click();
  await expect(rowOf(page, entry.name)).toContainText('On this device');
  await page.keyboard.press('Escape');

  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null), { timeout: 60_000 }).toBe(true);
  await server.close();
  await app.site.close();
  await context.setOffline(true);
  app.allowErrors(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|Failed to load resource/);
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Network' }).locator('option:checked')).toHaveText(entry.name, { timeout: 120_000 });
  await expect.poll(async () => (await snapshot(page)).network, { timeout: 120_000 }).toBe(kept);
  await waitForFrames(page, 1);
});

for (const [why, trouble] of [['the server refuses', { status: 403 }], ['the server lets no other page read it', { withoutCors: true }]] as const) {
  test(`says that it is blocked and offers the file button: ${why} @wasm`, async ({ app, shelf }) => {
    app.allowErrors(/request to another host: http:\/\/127\.0\.0\.1|Failed to load resource|blocked by CORS/);
    shelf.server.plan('net/model.json', trouble);
    await openShelf(app);
    const row = rowOf(app.page, shelf.entry.name);
    await row.getByRole('button', { name: `Fetch ${shelf.entry.name}`, exact: true }).click();
    await expect(row.getByRole('alert')).toContainText('could not be fetched', { timeout: 60_000 });
    await expect(row.getByRole('button', { name: 'Choose files' })).toBeVisible();
    await expect(row.getByRole('button', { name: `Fetch ${shelf.entry.name}`, exact: true })).toHaveText('Try again');
    const folder = process.env['SHELF_PICTURES'];
    if (folder !== undefined) await app.page.screenshot({ path: join(folder, 'shelf-blocked.png') });
    const { violations } = await new AxeBuilder({ page: app.page as never }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
    // Nothing else is broken: the network before is still on screen.
    expect((await snapshot(app.page)).network).toBe('everyday');
  });
}

test('a classroom server: the network comes from there, and no other host is asked @wasm', async ({ app, shelf }) => {
  const target = join(shelf.folder, 'models', entryId);
  const files = ['model.json', ...names.filter((name) => name !== 'model.json')].map((path) => {
    const bytes = readFileSync(join(subject, path));
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), bytes);
    return { path, bytes: bytes.length, sha256: hashOf(bytes) };
  });
  writeFileSync(join(shelf.folder, 'models/mirror.json'), JSON.stringify({ networks: [{ id: entryId, files }] }));
  await openShelf(app);
  const row = rowOf(app.page, shelf.entry.name);
  await expect(row).toContainText('On this server');
  await row.getByRole('button', { name: `Fetch ${shelf.entry.name}`, exact: true }).click();
  await expect(app.page.getByRole('dialog')).toBeHidden({ timeout: 120_000 });
  await waitForFrames(app.page, 1);
  expect(shelf.server.seen).toEqual([]);
});

for (const [name, viewport] of [['phone', { width: 390, height: 844 }], ['desktop', { width: 1440, height: 900 }]] as const) {
  test(`searches, sorts and fits, ${name} @wasm`, async ({ app, shelf }) => {
    const { page } = app;
    await page.setViewportSize(viewport);
    await openShelf(app);
    const headings = page.getByRole('list', { name: 'Networks on the shelf' }).getByRole('heading');
    const all = await headings.allTextContents();
    expect(all.slice(0, 2)).toEqual(['Everyday objects', 'Handwritten digits']);
    await page.getByRole('combobox', { name: 'Order of the shelf' }).selectOption('accuracy');
    expect((await headings.allTextContents())[2]).not.toBe(all[2]);
    await page.getByRole('searchbox', { name: 'Search the shelf' }).fill('mobilenet v2');
    expect((await headings.allTextContents()).every((text) => /MobileNet v2/.test(text))).toBe(true);
    await page.getByRole('searchbox', { name: 'Search the shelf' }).fill('');
    await page.getByRole('switch', { name: 'Only what is here already' }).check();
    await expect(headings).toHaveCount(2);
    await page.getByRole('switch', { name: 'Only what is here already' }).uncheck();
    const wide = await page.evaluate(() => document.querySelector('.dialog-content')?.scrollWidth ?? 0) - await page.evaluate(() => document.querySelector('.dialog-content')?.clientWidth ?? 0);
    expect(wide).toBeLessThanOrEqual(0);
    const folder = process.env['SHELF_PICTURES'];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `shelf-${name}.png`) });
    const { violations } = await new AxeBuilder({ page: page as never }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
    expect(shelf.server.seen).toEqual([]);
  });
}
