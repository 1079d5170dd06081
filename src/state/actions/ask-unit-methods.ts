import { effect } from '@preact/signals-core';
import { toErrorReport } from '../../contract/errors';
import type { LayerId } from '../../contract/ids';
import { spec } from '../choices';
import { reportFailure } from '../failure';
import { draft, methods, unitMethods } from '../inspection';
import { getRuntime } from '../runtime';

/** Asks the worker what is defined for a unit as soon as one is held, or chosen for the next map; once for each layer of a network. Called once. */
export function askUnitMethods(): void {
  const asked = new Set<LayerId>();
  effect(() => {
    const known = unitMethods.value;
    // What was asked of the network before says nothing of this one.
    if (known.size === 0) asked.clear();
    if (methods.value.length === 0) return;
    for (const target of [draft.value.target, spec.value.target]) {
      if (target.kind === 'unit' && !known.has(target.layer) && !asked.has(target.layer)) {
        asked.add(target.layer);
        void ask(target.layer);
      }
    }
  });
}

async function ask(layer: LayerId): Promise<void> {
  const of = methods.peek();
  try {
    const described = await getRuntime().supervisor.describeExplanations(layer);
    if (methods.peek() === of) unitMethods.value = new Map([...unitMethods.peek(), [layer, described]]);
  } catch (thrown) {
    // A layer that this network lacks is said where the target is dropped; a network that is being replaced is asked anew.
    const { code, recoverable } = toErrorReport(thrown);
    if (!recoverable && code !== 'superseded' && code !== 'layer-unknown') reportFailure(thrown);
  }
}
