import { ensureChromium } from '../../tools/find-chromium';
import type { Backend } from '../../src/contract/session-spec';

/** What runs the network in a test: the project's name in playwright.config.ts. */
export type Tier = Backend;

/** Checked together: without any one of them a worker's canvas hangs, or screenshots are blank, or VideoFrame import fails. */
const softwareWebGpu = [
  '--enable-unsafe-webgpu', '--ignore-gpu-blocklist', '--enable-gpu', '--enable-features=Vulkan', '--use-vulkan=swiftshader',
  '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--use-webgpu-adapter=swiftshader',
];

const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export interface CameraFlags {
  /** `.mjpeg` or `.y4m` file shown in a loop; null: Chromium's rolling test pattern. */
  readonly clipPath: string | null;
  /** What the permission question answers. */
  readonly permission: 'granted' | 'denied';
}

/** Path of the browser that all browser tests use; installs one where there is none. */
export function chromiumPath(): string {
  const known = process.env['INNERVIEW_CHROMIUM'];
  return known === undefined || known === '' ? ensureChromium() : known;
}

/** Flags for one tier; `camera: null` leaves the machine's own cameras (none, in most test machines). */
export function chromiumFlags(tier: Tier, camera: CameraFlags | null): readonly string[] {
  const flags = [...quiet];
  if (tier === 'webgpu') flags.push(...softwareWebGpu);
  // Chromium's sandbox does not start as root.
  if (process.getuid?.() === 0) flags.push('--no-sandbox');
  if (camera !== null) {
    flags.push('--use-fake-device-for-media-stream');
    flags.push(camera.permission === 'granted' ? '--use-fake-ui-for-media-stream' : '--use-fake-ui-for-media-stream=deny');
    if (camera.clipPath !== null) flags.push(`--use-file-for-fake-video-capture=${camera.clipPath}`);
  }
  return flags;
}
