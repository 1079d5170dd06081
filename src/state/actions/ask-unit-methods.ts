import { effect } from '@preact/signals-core';
import { toErrorReport } from '../../contract/errors';
import type { LayerId } from '../../contract/ids';
import { spec } from '../choices';
import { reportFailure } from '../failure';
import { draft, methods, unitMethods } from '../inspection';
import { getRuntime } from '../runtime';
import { ready } from '../worker-state';

/** Asks the worker what is defined for a unit as soon as one is held, or chosen for the next map; once for each layer of a network. Called once. */
export function askUnitMethods(): void {
  let asked = new Set<LayerId>();
  let of = methods.peek();
  effect(() => {
    const known = unitMethods.value;
    // A worker that was replaced lost what it was asked.
    void ready.value;
    // What was asked of the network before says nothing of this one.
    if (methods.value !== of) asked = new Set();
    of = methods.value;
    if (of.length === 0) return;
    for (const target of [draft.value.target, spec.value.target]) {
      if (target.kind === 'unit' && !known.has(target.layer) && !asked.has(target.layer)) {
        asked.add(target.layer);
        const mine = asked;
        void ask(target.layer).then((answered) => { if (!answered) mine.delete(target.layer); });
      }
    }
  });
}

/** @returns false: not answered, so that it can be asked again */
async function ask(layer: LayerId): Promise<boolean> {
  const of = methods.peek();
  try {
    const described = await getRuntime().supervisor.describeExplanations(layer);
    if (methods.peek() === of) unitMethods.value = new Map([...unitMethods.peek(), [layer, described]]);
    return true;
  } catch (thrown) {
    // A layer that this network lacks is said where the target is dropped; a network that is being replaced is asked anew.
    const { code, recoverable } = toErrorReport(thrown);
    if (!recoverable && code !== 'superseded' && code !== 'layer-unknown') reportFailure(thrown);
    return false;
  }
}
