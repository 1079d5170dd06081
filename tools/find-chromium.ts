import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

/** The oldest Chromium with all that the app uses in its full tier (external textures from a VideoFrame). */
const oldestMajor = 116;

function candidates(): readonly string[] {
  const named = process.env['INNERVIEW_CHROMIUM'];
  if (named !== undefined && named !== '') return [named];
  const places: string[] = [];
  if (process.platform === 'darwin') {
    places.push('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium');
  } else if (process.platform === 'win32') {
    for (const folder of [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']]) {
      if (folder !== undefined) places.push(join(folder, 'Google/Chrome/Application/chrome.exe'));
    }
  } else {
    // A snap's Chromium cannot see our scratch folders in /tmp.
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '' && !folder.startsWith('/snap/'));
    for (const name of ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser']) {
      places.push(...folders.map((folder) => join(folder, name)));
    }
  }
  return [...places, chromium.executablePath()];
}

/** Major version when the file is a Chromium that starts, else null. */
function versionOf(path: string): number | null {
  if (!existsSync(path)) return null;
  // Chrome on Windows opens a window instead of answering.
  if (process.platform === 'win32') return oldestMajor;
  const answer = spawnSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8', timeout: 60_000 });
  const major = /(\d+)\.\d+\.\d+/.exec(answer.stdout ?? '')?.[1];
  return answer.status === 0 && major !== undefined ? Number(major) : null;
}

/** A Chrome or Chromium on this machine that is new enough, the system's before Playwright's; null when there is none. */
function findChromium(): string | null {
  return candidates().find((path) => (versionOf(path) ?? 0) >= oldestMajor) ?? null;
}

/** Like {@link findChromium}, but installs one where there is none: Debian's package as root, else Playwright's download. */
export function ensureChromium(): string {
  const found = findChromium();
  if (found !== null) return found;
  if (isDebian() && process.getuid?.() === 0) {
    console.error("Installing Debian's chromium …");
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update'], { stdio: ['ignore', 2, 2], env: environment });
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { stdio: ['ignore', 2, 2], env: environment });
    const installed = findChromium();
    if (installed !== null) return installed;
  }
  console.error("Installing Playwright's Chromium …");
  const withSystemLibraries = process.platform === 'linux' && process.getuid?.() === 0 ? ['--with-deps'] : [];
  const cli = join(import.meta.dirname, '../node_modules/playwright/cli.js');
  spawnSync(process.execPath, [cli, 'install', ...withSystemLibraries, 'chromium'], { stdio: ['ignore', 2, 2] });
  const downloaded = findChromium();
  if (downloaded !== null) return downloaded;
  throw new Error(`There is no Chrome or Chromium of version ${oldestMajor} or newer, and none could be installed. `
    + 'Install one, or name its executable in INNERVIEW_CHROMIUM, and run this again.');
}

function isDebian(): boolean {
  // Ubuntu's package of that name only points to the snap.
  return existsSync('/etc/os-release') && /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
}
