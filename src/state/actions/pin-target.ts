import type { LayerId } from '../../contract/ids';
import { changeSpec, heldUnit, pinnedIndex, spec } from '../choices';

/** The explanation stays with this class; a second time lets it go. */
export function togglePin(classIndex: number): void {
  changeSpec({ target: pinnedIndex.peek() === classIndex ? { kind: 'top' } : { kind: 'class', index: classIndex } });
}

/** Explains this class, or the most probable one (null). */
export function pinTarget(classIndex: number | null): void {
  changeSpec({ target: classIndex === null ? { kind: 'top' } : { kind: 'class', index: classIndex } });
}

/** Explains the pinned class against another one (null: alone again): why a cup and not a bowl? */
export function compareTarget(against: number | null): void {
  const index = pinnedIndex.peek();
  if (index === null) return;
  changeSpec({ target: against === null || against === index ? { kind: 'class', index } : { kind: 'difference', index, against } });
}

/** Explains a channel, or one unit of it, instead of a class; it is held while other layers are looked at. A second time lets it go. */
export function toggleUnit(layer: LayerId, channel: number, place: { readonly y: number; readonly x: number } | null): void {
  const next = { kind: 'unit', layer, channel, ...(place === null ? {} : { y: place.y, x: place.x }) } as const;
  changeSpec({ target: isHeld(next) ? { kind: 'top' } : next });
}

function isHeld(unit: { readonly layer: LayerId; readonly channel: number; readonly y?: number; readonly x?: number }): boolean {
  const held = heldUnit.peek();
  return held !== null && held.layer === unit.layer && held.channel === unit.channel && held.y === unit.y && held.x === unit.x;
}

/** Back to the network's own answer. */
export function releaseTarget(): void {
  if (spec.peek().target.kind !== 'top') changeSpec({ target: { kind: 'top' } });
}
