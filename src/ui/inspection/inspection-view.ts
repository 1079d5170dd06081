import { signal } from '@preact/signals';
import type { ColourScale } from '../../state/colours-of-map';

/** The map whose trust is shown; null: the newest. */
export const chosenMap = signal<string | null>(null);
export const colourScale = signal<ColourScale>('percentile');
/** True: the map's own pixels; false: interpolated. */
export const crispMaps = signal(false);
/** The map that was just asked for: brought into sight once. */
export const shownOnRequest = signal<string | null>(null);
/** Held down: the picture as it was, without maps. */
export const comparing = signal(false);
