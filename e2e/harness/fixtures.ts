import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, chromium, expect, type BrowserContext, type Page, type ViewportSize } from '@playwright/test';
import { chromiumFlags, chromiumPath, type Tier } from './chromium';
import { makeClip, movingObjectClip, type ClipOptions } from './fake-camera';
import { serveBuild, serveSources, type Site, type SiteOptions } from './serve';

export { expect };

/** What the fake camera shows. `pattern`: Chromium's own test picture; `moving-object`: our synthetic clip; `none`: no camera. */
export type CameraChoice = 'pattern' | 'moving-object' | 'none' | ClipOptions | { readonly path: string };

export interface HarnessOptions {
  /** Set by the project in playwright.config.ts. */
  readonly tier: Tier;
  readonly camera: CameraChoice;
  readonly cameraPermission: 'granted' | 'denied';
  readonly site: SiteOptions;
  /** Also given to the browser, e.g. `['--force-prefers-reduced-motion']`. */
  readonly extraFlags: readonly string[];
}

/** The built app in a browser of its own, with a profile of its own (storage, service worker) that is thrown away. */
export interface App {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly tier: Tier;
  readonly site: Site;
  /** Opens the page with these query parameters besides `backend`, which forces the tier; returns after the load event. */
  open(query?: Readonly<Record<string, string>>): Promise<void>;
  /** Lets console errors and uncaught errors that match pass; a test that breaks something on purpose says so first. */
  allowErrors(pattern: RegExp): void;
  /** Also watches a page that the test opened itself. */
  watch(page: Page): void;
}

/** Runs modules of the sources in a page with the software WebGPU adapter. */
export interface SourcePage {
  readonly page: Page;
  /**
   * Imports the module at `path` (from the project's root, e.g. `/test/gpu/cases/colour.ts`) in the page and calls its
   * export with `args`; both ways must survive JSON (typed arrays do not: `Array.from`).
   */
  run<Result>(path: string, name: string, ...args: readonly unknown[]): Promise<Result>;
}

interface LaunchOptions extends Omit<HarnessOptions, 'site'> {
  readonly viewport: ViewportSize | null;
}

async function launch(options: LaunchOptions): Promise<{ readonly context: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'innerview-e2e-'));
  const clipPath = await clipFor(options.camera);
  const flags = chromiumFlags(options.tier, options.camera === 'none' ? null : { clipPath, permission: options.cameraPermission });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(), headless: true, args: [...flags, ...options.extraFlags], viewport: options.viewport,
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

async function clipFor(camera: CameraChoice): Promise<string | null> {
  if (camera === 'pattern' || camera === 'none') return null;
  if (camera === 'moving-object') return movingObjectClip();
  return 'path' in camera ? camera.path : makeClip(camera);
}

export const test = base.extend<HarnessOptions & { app: App; sourcePage: SourcePage }, { sources: Site; sourceBrowser: BrowserContext }>({
  tier: ['wasm', { option: true }],
  camera: ['moving-object', { option: true }],
  cameraPermission: ['granted', { option: true }],
  site: [{}, { option: true }],
  extraFlags: [[], { option: true }],

  app: async ({ tier, camera, cameraPermission, site: siteOptions, extraFlags, viewport }, use) => {
    const site = await serveBuild(siteOptions);
    const { context, close } = await launch({ tier, camera, cameraPermission, extraFlags, viewport });
    const complaints: string[] = [];
    const allowed: RegExp[] = [];
    const watch = (page: Page): void => {
      page.on('console', (message) => { if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`); });
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`));
    };
    const origin = new URL(site.url).origin;
    // Sees what workers and the service worker ask for as well.
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== origin) complaints.push(`request to another host: ${url.href}`);
    });
    try {
      const page = context.pages()[0] ?? await context.newPage();
      watch(page);
      await use({
        page, context, tier, site, watch,
        open: async (query = {}) => {
          await page.goto(`${site.url}?${new URLSearchParams({ backend: tier, ...query }).toString()}`);
        },
        allowErrors: (pattern) => { allowed.push(pattern); },
      });
      expect(complaints.filter((complaint) => !allowed.some((pattern) => pattern.test(complaint))), 'what the page complained about').toEqual([]);
    } finally {
      await close();
      await site.close();
    }
  },

  // Playwright reads what a fixture needs from this pattern, so it has to be one.
  // oxlint-disable-next-line no-empty-pattern
  sources: [async ({}, use) => {
    const site = await serveSources();
    try {
      await use(site);
    } finally {
      await site.close();
    }
  }, { scope: 'worker' }],

  // oxlint-disable-next-line no-empty-pattern
  sourceBrowser: [async ({}, use) => {
    const { context, close } = await launch({
      tier: 'webgpu', camera: 'pattern', cameraPermission: 'granted', extraFlags: [], viewport: { width: 800, height: 600 },
    });
    try {
      await use(context);
    } finally {
      await close();
    }
  }, { scope: 'worker' }],

  sourcePage: async ({ sources, sourceBrowser }, use) => {
    const page = await sourceBrowser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
    try {
      await page.goto(`${sources.url}e2e/harness/blank.html`);
      await use({
        page,
        run: <Result>(path: string, name: string, ...args: readonly unknown[]) => page.evaluate(async ([path, name, args]) => {
          const module = await import(/* @vite-ignore */ path) as Readonly<Record<string, (...values: readonly unknown[]) => unknown>>;
          const call = module[name];
          if (call === undefined) throw new Error(`${path} exports no ${name}`);
          return await call(...args);
        }, [path, name, args] as const) as Promise<Result>,
      });
      expect(complaints, 'console errors of the page').toEqual([]);
    } finally {
      await page.close();
    }
  },
});
