import { computed, signal } from '@preact/signals-core';
import type { FrameSource } from '../camera/frame-source';
import type { Stroke } from '../contract/strokes';
import type { Prediction } from '../contract/events';

export type PaintTool = 'look' | 'erase' | 'blur' | 'move';

/** `look`: the pointer reads values; the others change the picture. */
export const tool = signal<PaintTool>('look');
/** Part of the square's side. */
export const brushRadius = signal(0.1);
export const strokes = signal<readonly Stroke[]>([]);
/** Strokes that were undone, the last one first. */
export const undone = signal<readonly Stroke[]>([]);
/** The picture without strokes; owned here while there are any. */
export const original = signal<FrameSource | null>(null);
/** What the network on screen answered to the picture without strokes; empty: nothing yet. */
export const answersBefore = signal<readonly Prediction[]>([]);
export const painted = computed(() => strokes.value.length > 0);
