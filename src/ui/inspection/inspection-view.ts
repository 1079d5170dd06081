import { signal } from '@preact/signals';
import type { ColourScale } from '../../state/colours-of-map';

export const colourScale = signal<ColourScale>('percentile');
/** True: the map's own pixels; false: interpolated. */
export const crispMaps = signal(false);
/** Held down: the picture as it was, without maps. */
export const comparing = signal(false);
