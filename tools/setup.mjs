// Everything a fresh machine lacks, with Node's built-ins only: this file runs before the packages are there.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, '.cache');
const stampPath = join(root, 'node_modules', '.innerview-stamp');

/** Exits with a sentence when Node is too old for the tools. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Innerview's tools need Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Runs a command with this terminal; resolves with its exit code: 1 when it is not there or was killed, 0 when the person stopped it. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    let stopped = false;
    const stop = (signal) => {
      stopped = true;
      child.kill(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
    // npm, when killed, takes its shell along but not us: without this the server would hold its port for ever.
    const parent = process.ppid;
    const watch = setInterval(() => { if (process.env['npm_lifecycle_event'] && process.ppid !== parent) stop('SIGTERM'); }, 1000);
    watch.unref();
    const finish = (code) => {
      clearInterval(watch);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stop);
      resolve(code);
    };
    child.on('error', (error) => { console.error(`${command}: ${error.message}`); finish(1); });
    child.on('exit', (code) => finish(code ?? (stopped ? 0 : 1)));
  });
}

/** Lets one process at a time do `work`; a lock whose owner has died is taken over. */
export async function withLock(name, work) {
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, `${name}.lock`);
  let told = false;
  while (!tryLock(lock)) {
    if (!told) console.error(`Waiting for another command that is doing the same (${name}).`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    // An empty file is a lock that is being written; an old empty one was left by a process that died then.
    const dead = owner > 0 ? !isAlive(owner) : Date.now() - statSync(lock).mtimeMs > 5000;
    if (dead) rmSync(lock, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** What the installed packages were made from: lock file, npm's own record of what it installed, and the machine. */
function packagesStamp() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  hash.update(readFileSync(join(root, 'package-lock.json')));
  const record = join(root, 'node_modules', '.package-lock.json');
  hash.update(existsSync(record) ? readFileSync(record) : 'none');
  return hash.digest('hex');
}

/** True when what npm recorded in node_modules is what the lock file asks for (installed by hand, or by `npm install`). */
function installedByHand() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) =>
    path === '' || entry.optional === true || present[path]?.version === entry.version);
}

function packagesAreCurrent() {
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === packagesStamp()) return true;
  if (!installedByHand()) return false;
  writeFileSync(stampPath, packagesStamp());
  return true;
}

/** Installs the packages of package-lock.json unless exactly those are there. */
export async function ensurePackages() {
  checkNode();
  if (packagesAreCurrent()) return;
  await withLock('packages', async () => {
    if (packagesAreCurrent()) return;
    console.error('Installing packages (npm ci) …');
    // npm names itself to the scripts it runs; started as `node tools/…`, the one on the PATH is used (a .cmd on Windows needs a shell).
    const npm = process.env['npm_execpath'];
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    const code = npm?.endsWith('.js')
      ? await run(process.execPath, [npm, ...args], { stdio: ['inherit', 2, 2] })
      : await run('npm', args, { stdio: ['inherit', 2, 2], shell: process.platform === 'win32' });
    if (code !== 0) {
      console.error('The packages could not be installed. Is there a network connection? Run the command again; nothing else is lost.');
      process.exit(1);
    }
    writeFileSync(stampPath, packagesStamp());
  });
}

const buildInputs = ['index.html', 'package-lock.json', 'vite.config.ts', 'src', 'public', 'tools/build.ts', 'tools/wasm-backend.ts'];

/** Names, sizes and times of all that goes into the build. */
function buildStamp() {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (!existsSync(join(root, path))) return;
    const entry = statSync(join(root, path));
    if (entry.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) visit(`${path}/${name}`);
    else if (!/\.test\.tsx?$/.test(path)) hash.update(`${path} ${entry.size} ${entry.mtimeMs}\n`);
  };
  buildInputs.forEach(visit);
  return hash.digest('hex');
}

/** Builds dist/, or the folder that INNERVIEW_DIST names, unless it was built from exactly these sources. `force` builds in any case. */
export async function ensureBuild({ force = false } = {}) {
  await withLock('build', async () => {
    // Inside the folder, so that any other build, which empties the folder, also takes away the claim that ours is there.
    const path = join(resolve(root, process.env['INNERVIEW_DIST'] || 'dist'), '.innerview-stamp');
    const stamp = buildStamp();
    if (!force && existsSync(path) && readFileSync(path, 'utf8') === stamp) return;
    console.error('Building …');
    if (await runTypeScript('tools/build.ts') !== 0) process.exit(1);
    writeFileSync(path, stamp);
  });
}

/** Runs one of our TypeScript tools; resolves with its exit code. */
export function runTypeScript(path, args = []) {
  return run(process.execPath, ['--import', 'tsx', join(root, path), ...args]);
}
