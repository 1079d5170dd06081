/** What one test runner did, from its JSON report. */
export interface Tally {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly title: string; readonly message: string }[];
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string; readonly failureMessages?: readonly string[] | null }[];
  }[];
}

/** Reads `vitest --reporter=json`. A file that could not be loaded, and a run without tests, are failures. */
export function readVitestReport(text: string): Tally {
  const files = (JSON.parse(text) as VitestReport).testResults;
  const tests = files.flatMap((file) => file.assertionResults.map((result) => ({ ...result, file: file.name })));
  const failures = tests.filter(({ status }) => status === 'failed')
    .map(({ file, fullName, failureMessages }) => ({ title: `${file}: ${fullName}`, message: failureMessages?.join('\n') ?? '' }));
  for (const file of files) {
    const explained = file.assertionResults.some(({ status }) => status === 'failed');
    if (file.status === 'failed' && !explained) failures.push({ title: file.name, message: file.message ?? 'the file could not be run' });
  }
  if (tests.length === 0 && failures.length === 0) failures.push({ title: 'unit', message: 'not one test was found' });
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    skipped: tests.filter(({ status }) => ['skipped', 'pending', 'todo', 'disabled'].includes(status)).length,
    failures,
  };
}

interface PlaywrightSuite {
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly file: string;
    readonly tests: readonly {
      readonly projectName: string;
      /** `flaky` cannot come: there are no retries. */
      readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
      readonly results: readonly { readonly status: string; readonly errors?: readonly { readonly message?: string }[] }[];
    }[];
  }[];
}

interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
  readonly errors: readonly { readonly message?: string; readonly location?: { readonly file: string } }[];
}

/** Reads Playwright's JSON report. A file that could not be loaded, and a project that ran nothing, are failures. */
export function readPlaywrightReport(text: string, projects: readonly string[]): Tally {
  const report = JSON.parse(text) as PlaywrightReport;
  const specsOf = (suite: PlaywrightSuite): PlaywrightSuite['specs'] => [...suite.specs, ...(suite.suites ?? []).flatMap(specsOf)];
  const tests = report.suites.flatMap(specsOf).flatMap((spec) => spec.tests.map((test) => ({ ...test, title: `${spec.file}: ${spec.title}` })));
  const failures = tests.filter(({ status }) => status === 'unexpected' || status === 'flaky').map(({ projectName, title, results }) => ({
    title: `[${projectName}] ${title}`,
    message: results.flatMap((result) => result.errors ?? []).map((error) => stripColours(error.message ?? '')).join('\n'),
  }));
  for (const error of report.errors) failures.push({ title: error.location?.file ?? 'browser', message: stripColours(error.message ?? '') });
  for (const project of projects) {
    const ran = tests.some(({ projectName, status }) => projectName === project && status !== 'skipped');
    if (!ran) failures.push({ title: `[${project}]`, message: 'not one test ran' });
  }
  return {
    passed: tests.filter(({ status }) => status === 'expected').length,
    skipped: tests.filter(({ status }) => status === 'skipped').length,
    failures,
  };
}

function stripColours(text: string): string {
  return text.replaceAll(/\u001B\[[\d;]*m/g, '');
}
