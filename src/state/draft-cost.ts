import { computed, effect, signal } from '@preact/signals-core';
import { toErrorReport } from '../contract/errors';
import { reportFailure } from './failure';
import { draft, draftMethod } from './inspection';
import { getRuntime } from './runtime';

/** What the worker said last, and of which method. */
const answered = signal<{ readonly method: string; readonly passes: number } | null>(null);

/** Passes that the next map will take with its settings; those of the usual settings until the worker has answered. null: no method is chosen. */
export const draftCost = computed(() => {
  const method = draftMethod.value;
  if (method === null) return null;
  return answered.value?.method === method.id ? answered.value.passes : method.cost;
});

/** Asks the worker what the draft costs, again with each of its settings. @returns what ends it */
export function followDraftCost(): () => void {
  let newest = 0;
  const stop = effect(() => {
    const { method, parameters, layer, target } = draft.value;
    const chosen = draftMethod.value;
    newest += 1;
    const mine = newest;
    if (chosen === null || chosen.unsupported !== null) return;
    // What the description of the method says already.
    if (Object.keys(parameters).length === 0 && layer === null) {
      answered.value = null;
      return;
    }
    getRuntime().supervisor.estimateCost(method, parameters, layer, target.kind === 'unit' ? target.layer : undefined).then((passes) => { if (mine === newest) answered.value = { method, passes }; }, (thrown: unknown) => {
      if (mine !== newest) return;
      // A setting out of range, or a network that is just being replaced: what was promised stays, and nobody is alarmed.
      const { code, recoverable } = toErrorReport(thrown);
      if (!recoverable && code !== 'superseded' && code !== 'explain-unsupported') reportFailure(thrown);
    });
  });
  return () => {
    newest += 1;
    stop();
    answered.value = null;
  };
}
