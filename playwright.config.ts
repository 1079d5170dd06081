import { defineConfig } from '@playwright/test';
import type { HarnessOptions } from './e2e/harness/fixtures';

/**
 * `gpu`: passes and bridges on the software adapter, modules served by Vite. `wasm` and `webgpu`: the built app with the
 * fake camera, in both tiers; a test whose title carries `@wasm` or `@webgpu` runs in that tier only, and one with `@alone`,
 * which asserts how long something takes, while no other browser test runs (tools/run-tests.ts).
 */
export default defineConfig<HarnessOptions>({
  outputDir: '.cache/test-results',
  fullyParallel: false,
  // Each test has its own browser, profile and free port. A test of the software adapter keeps little more than one core busy
  // (measured: 48 s of processor time in 42 s), so one of them and one of another project share a machine of two.
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Small shared machines with a software GPU stall for many seconds; a real hang is still found.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  use: { viewport: { width: 1280, height: 800 }, actionTimeout: 60_000, navigationTimeout: 60_000, screenshot: 'off', trace: 'off', video: 'off' },
  projects: [
    // The longest first: its tests run one after the other, and the others fill the second place.
    { name: 'webgpu', testDir: 'e2e', testMatch: '**/*.e2e.ts', grepInvert: /@wasm\b/, workers: 1, timeout: 480_000, use: { tier: 'webgpu' } },
    { name: 'gpu', testDir: 'test/gpu', testMatch: '**/*.gpu.ts', workers: 1, use: { tier: 'webgpu' } },
    { name: 'wasm', testDir: 'e2e', testMatch: '**/*.e2e.ts', grepInvert: /@webgpu\b/, use: { tier: 'wasm' } },
  ],
});
