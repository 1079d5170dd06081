import { signal } from '@preact/signals-core';
import { toErrorReport, type ErrorReport } from '../contract/errors';
import { isShown } from './error-texts';

/** What went wrong and waits for the person; null: nothing. */
export const failure = signal<ErrorReport | null>(null);

/** Shows a failure; what is no failure (a newer choice, the person's own cancel) is not shown. */
export function reportFailure(thrown: unknown): void {
  showFailure(toErrorReport(thrown));
}

/** The same for what came over the thread, where only the report is left of an error. */
export function showFailure(report: ErrorReport): void {
  if (isShown(report.code)) failure.value = report;
}

export function clearFailure(): void {
  failure.value = null;
}
