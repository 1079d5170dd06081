import { computed, signal } from '@preact/signals-core';
import type { SessionSpec } from '../contract/session-spec';
import { spec } from './choices';
import { methodsFor } from './inspection';

/** A method of the frozen frame that was asked for and is undefined here, and what was on screen then. */
const refused = signal<{ readonly method: string; readonly during: SessionSpec } | null>(null);

/** Why the network on screen has no such map of what is explained; null: it has, or the worker has not said yet. */
export function reasonAgainst(method: string): string | null {
  return methodsFor(spec.value.target).find(({ id }) => id === method)?.unsupported ?? null;
}

/** Says why a method is not shown, until anything else is chosen. */
export function refuseMethod(method: string): void {
  refused.value = { method, during: spec.peek() };
}

/** The sentence; null: nothing was refused, or something was chosen since. */
export const refusal = computed(() => {
  const found = refused.value;
  if (found === null || found.during !== spec.value) return null;
  const method = methodsFor(spec.value.target).find(({ id }) => id === found.method);
  return method === undefined || method.unsupported === null ? null : `${method.name} is not defined for ${spec.value.target.kind === 'unit' ? 'the unit that is held' : 'this network'}: ${method.unsupported}`;
});
