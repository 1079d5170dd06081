import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { JobNote } from '../../src/contract/jobs';
import type { ExplanationProgress, ExplanationRequest } from '../../src/explain/explanation';
import { findExplanation } from '../../src/explain/registry';

export interface FinishedExplanation {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly scores: Float32Array;
  readonly note: JobNote;
  readonly layer: string | null;
  readonly progress: readonly ExplanationProgress[];
}

export type Asked = Omit<ExplanationRequest, 'target' | 'layer' | 'parameters'> & Partial<Pick<ExplanationRequest, 'layer' | 'parameters'>> & {
  readonly target?: ExplanationRequest['target'] | number;
};

/** The whole request: class 0 and the method's own defaults where nothing else is asked. */
export function requestOf(asked: Asked): ExplanationRequest {
  const { target = 0, layer = null, parameters = {}, ...rest } = asked;
  return { ...rest, layer, parameters, target: typeof target === 'number' ? { kind: 'class', index: target } : target };
}

/** Runs a method to its end; nothing stays on the device. */
export async function explainNow(method: string, asked: Asked): Promise<FinishedExplanation> {
  const progress: ExplanationProgress[] = [];
  const steps = findExplanation(method).run(requestOf(asked));
  for (;;) {
    const next = await steps.next();
    if (next.done !== true) {
      progress.push(next.value);
      continue;
    }
    const { map, scores, note, layer } = next.value;
    const result = { values: Float32Array.from(map.dataSync()), shape: [...map.shape], scores, note, layer, progress };
    map.dispose();
    return result;
  }
}

export function sumOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

/** Settings under which every method is quick on a small network. */
export const quick: Readonly<Record<string, Record<string, number | string>>> = {
  'integrated-gradients': { steps: 5 }, 'smooth-grad': { samples: 3 }, 'var-grad': { samples: 3 }, 'rise': { masks: 7, grid: 3 },
  'prediction-difference': { window: 3, samples: 2 }, 'occlusion': { window: 3, stride: 2 },
};

export type { Tensor4D };
