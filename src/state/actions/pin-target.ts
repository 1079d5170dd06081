import { changeSpec, pinnedIndex } from '../choices';

/** The explanation stays with this class; a second time lets it go. */
export function togglePin(classIndex: number): void {
  changeSpec({ target: pinnedIndex.peek() === classIndex ? { kind: 'top' } : { kind: 'class', index: classIndex } });
}

/** Explains this class, or the most probable one (null). */
export function pinTarget(classIndex: number | null): void {
  changeSpec({ target: classIndex === null ? { kind: 'top' } : { kind: 'class', index: classIndex } });
}
