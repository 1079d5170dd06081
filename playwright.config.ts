import { defineConfig } from '@playwright/test';
import type { HarnessOptions } from './e2e/harness/fixtures';

/**
 * `gpu`: passes and bridges on the software adapter, modules served by Vite. `wasm` and `webgpu`: the built app with the
 * fake camera, in both tiers; a test whose title carries `@wasm` or `@webgpu` runs in that tier only.
 */
export default defineConfig<HarnessOptions>({
  outputDir: '.cache/test-results',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: true,
  // Small shared machines with a software GPU stall for many seconds; a real hang is still found.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  use: { viewport: { width: 1280, height: 800 }, actionTimeout: 60_000, navigationTimeout: 60_000, screenshot: 'off', trace: 'off', video: 'off' },
  projects: [
    { name: 'gpu', testDir: 'test/gpu', testMatch: '**/*.gpu.ts', use: { tier: 'webgpu' } },
    { name: 'wasm', testDir: 'e2e', testMatch: '**/*.e2e.ts', grepInvert: /@webgpu\b/, use: { tier: 'wasm' } },
    { name: 'webgpu', testDir: 'e2e', testMatch: '**/*.e2e.ts', grepInvert: /@wasm\b/, use: { tier: 'webgpu' } },
  ],
});
