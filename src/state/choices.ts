import { computed, signal } from '@preact/signals-core';
import { defaultSpec, type SessionSpec } from '../contract/session-spec';
import { defaultView, type ViewSpec } from './view-spec';

/** What the worker is asked to show. Replayed as it is in a fresh worker; part of the link. */
export const spec = signal<SessionSpec>(defaultSpec);
/** What the person chose about the window. Part of the link. */
export const view = signal<ViewSpec>(defaultView);

export const openLayerId = computed(() => spec.value.openLayer);
export const openChannel = computed(() => spec.value.openChannel);
export const pinnedIndex = computed(() => (spec.value.target.kind === 'class' || spec.value.target.kind === 'difference' ? spec.value.target.index : null));

/** The channel or unit whose backward view is held while other layers are looked at; null: a class is explained. */
export const heldUnit = computed(() => (spec.value.target.kind === 'unit' ? spec.value.target : null));

export function changeSpec(change: Partial<SessionSpec>): void {
  const next = { ...spec.peek(), ...change };
  if (JSON.stringify(next) !== JSON.stringify(spec.peek())) spec.value = next;
}

export function changeView(change: Partial<ViewSpec>): void {
  const next = { ...view.peek(), ...change };
  if (JSON.stringify(next) !== JSON.stringify(view.peek())) view.value = next;
}
