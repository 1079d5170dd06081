import { describe, expect, it } from 'vitest';
import { readPlaywrightReport, readVitestReport } from './test-reports';

const vitest = (testResults: readonly object[]): string => JSON.stringify({ testResults });

describe('readVitestReport', () => {
  it('counts what passed, failed and was skipped', () => {
    const tally = readVitestReport(vitest([{ name: 'a.test.ts', status: 'failed', assertionResults: [
      { fullName: 'one', status: 'passed' }, { fullName: 'two', status: 'failed', failureMessages: ['1 is not 2'] },
      { fullName: 'three', status: 'skipped' }, { fullName: 'four', status: 'todo' },
    ] }]));
    expect(tally).toEqual({ passed: 1, skipped: 2, failures: [{ title: 'a.test.ts: two', message: '1 is not 2' }] });
  });

  it('takes a file that could not be loaded for a failure', () => {
    const tally = readVitestReport(vitest([
      { name: 'a.test.ts', status: 'passed', assertionResults: [{ fullName: 'one', status: 'passed' }] },
      { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    ]));
    expect(tally).toEqual({ passed: 1, skipped: 0, failures: [{ title: 'b.test.ts', message: 'no such module' }] });
  });

  it('takes a run without tests for a failure', () => {
    expect(readVitestReport(vitest([])).failures).toHaveLength(1);
  });
});

describe('readPlaywrightReport', () => {
  const test = (projectName: string, status: string, message?: string): object =>
    ({ projectName, status, results: [{ status, errors: message === undefined ? [] : [{ message }] }] });
  const report = (tests: readonly object[], errors: readonly object[] = []): string =>
    JSON.stringify({ errors, suites: [{ title: 'x', specs: [], suites: [{ title: 'y', specs: [{ title: 'sees', file: 'x.e2e.ts', tests }] }] }] });

  it('counts tests of nested suites by project', () => {
    const tally = readPlaywrightReport(report([test('wasm', 'expected'), test('webgpu', 'unexpected', '\u001B[31mred\u001B[39m'), test('webgpu', 'skipped')]), ['wasm', 'webgpu']);
    expect(tally).toEqual({ passed: 1, skipped: 1, failures: [{ title: '[webgpu] x.e2e.ts: sees', message: 'red' }] });
  });

  it('takes a file that could not be loaded, and a project that ran nothing, for failures', () => {
    const tally = readPlaywrightReport(report([test('wasm', 'expected'), test('gpu', 'skipped')], [{ message: 'syntax', location: { file: 'z.e2e.ts' } }]), ['wasm', 'gpu']);
    expect(tally.failures).toEqual([{ title: 'z.e2e.ts', message: 'syntax' }, { title: '[gpu]', message: 'not one test ran' }]);
  });
});
