import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureChromium } from './find-chromium';
import { ensureBuild } from './setup.mjs';
import { readPlaywrightReport, readVitestReport, type Tally } from './test-reports';

const root = join(import.meta.dirname, '..');
const reports = join(root, '.cache/test-reports');
const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });

type Part = 'check' | 'unit' | 'gpu' | 'e2e';
const parts = chooseParts();
const failures: string[] = [];
const total = { passed: 0, failed: 0, skipped: 0 };
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

if (parts.has('check')) {
  runCheck('typecheck', ['node_modules/typescript/bin/tsc', '-b']);
  runCheck('lint', ['node_modules/oxlint/bin/oxlint']);
}
if (parts.has('unit')) runVitest();
if (parts.has('gpu') || parts.has('e2e')) await runPlaywright();
printResult();

/** What to run: everything; with `--only`, that part; with paths, the parts they belong to. */
function chooseParts(): ReadonlySet<Part> {
  const named: Readonly<Record<string, readonly Part[]>> = { unit: ['unit'], gpu: ['gpu'], e2e: ['e2e'], check: ['check'] };
  if (values.only !== undefined) {
    const chosen = named[values.only];
    if (chosen !== undefined) return new Set(chosen);
    console.error(`--only ${values.only}: choose one of ${Object.keys(named).join(', ')}.`);
    process.exit(1);
  }
  if (positionals.length === 0) return new Set<Part>(['check', 'unit', 'gpu', 'e2e']);
  return new Set(positionals.map((path) => (/(^|\/)e2e(\/|$)|\.e2e\.ts/.test(path) ? 'e2e' : /test\/gpu|\.gpu\.ts/.test(path) ? 'gpu' : 'unit')));
}

function pathsOf(part: Part): readonly string[] {
  return positionals.filter((path) => (/(^|\/)e2e(\/|$)|\.e2e\.ts/.test(path) ? part === 'e2e' : /test\/gpu|\.gpu\.ts/.test(path) ? part === 'gpu' : part === 'unit'));
}

/** A command that passes or fails as a whole; counts as one test. */
function runCheck(name: string, args: readonly string[]): void {
  const { status } = runNode(name, args);
  if (status === 0) total.passed += 1;
  else fail(name, `see above (exit code ${status})`);
}

function runVitest(): void {
  const report = join(reports, 'vitest.json');
  const { status } = runNode('unit', ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...pathsOf('unit')]);
  count('unit', report, readVitestReport, status);
}

async function runPlaywright(): Promise<void> {
  process.env['INNERVIEW_CHROMIUM'] = ensureChromium();
  if (parts.has('e2e')) await ensureBuild();
  const projects = [...(parts.has('gpu') ? ['gpu'] : []), ...(parts.has('e2e') ? ['wasm', 'webgpu'] : [])];
  const run = (name: string, more: readonly string[], expected: readonly string[]): number => {
    const report = join(reports, `${name.replaceAll(', ', '-')}.json`);
    const { status } = runNode(name, [
      'node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', ...more, ...projects.map((project) => `--project=${project}`), ...pathsOf('gpu'), ...pathsOf('e2e'),
    ], { PLAYWRIGHT_JSON_OUTPUT_NAME: report });
    return count(name, report, (text) => readPlaywrightReport(text, expected), status);
  };
  // Named files may have tests for one tier only, and tests of one of the two runs only.
  let found = run('browser', ['--grep-invert=@alone\\b', '--pass-with-no-tests'], positionals.length === 0 ? projects : []);
  if (parts.has('e2e')) found += run('browser, alone', ['--grep=@alone\\b', '--workers=1', '--pass-with-no-tests'], []);
  if (found === 0) fail('browser', 'not one test was found');
}

function runNode(name: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): { readonly status: number } {
  console.log(`\n== ${name} ==`);
  const startedMs = Date.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment } });
  console.log(`== ${name}: ${((Date.now() - startedMs) / 1000).toFixed(0)} s ==`);
  return { status: status ?? 1 };
}

/** Adds a runner's report; a runner that crashed, or ran nothing where it should, is a failure of its own. @returns tests in the report */
function count(name: string, report: string, read: (text: string) => Tally, status: number): number {
  if (!existsSync(report)) {
    fail(name, `ended without a report (exit code ${status})`);
    return 1;
  }
  const tally = read(readFileSync(report, 'utf8'));
  total.passed += tally.passed;
  total.skipped += tally.skipped;
  for (const failure of tally.failures) fail(failure.title, failure.message);
  if (tally.failures.length === 0 && status !== 0) fail(name, `exit code ${status} although no test failed`);
  return tally.passed + tally.skipped + tally.failures.length;
}

function fail(title: string, message: string): void {
  total.failed += 1;
  failures.push(`${title.replaceAll(`${root}/`, '')}\n    ${message.trim().split('\n').slice(0, 12).join('\n    ')}`);
}

function printResult(): void {
  if (failures.length > 0) console.log(`\n== failed ==\n${failures.join('\n')}`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}
