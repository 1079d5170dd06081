import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import { findLastSpatialLayer } from '../graph/layer-facts';
import type { ExplanationMap, ExplanationProgress, ExplanationRequest } from './explanation';
import { differentiateScore } from './score-gradient';

/** The asked layer, else the last spatial one. @throws AppError 'explain-unsupported' where there is none */
export function chooseLayer(request: ExplanationRequest): LayerId {
  const { executor, layer } = request;
  const chosen = layer ?? findLastSpatialLayer(executor.graph, executor.layers('live'));
  if (chosen === null) throw new AppError('explain-unsupported', 'the network has no layer with a place in the picture');
  return chosen;
}

/**
 * The frame of all CAM methods: one forward and backward pass, then a formula over activation and gradient.
 *
 * @param combine  `[n, h, w, c]` twice, borrowed → `[n, h, w]`, owned
 */
export async function* explainLayer(
  request: ExplanationRequest, combine: (activation: Tensor, gradient: Tensor) => Tensor3D,
): AsyncGenerator<ExplanationProgress, ExplanationMap, void> {
  const layer = chooseLayer(request);
  yield { fraction: 0 };
  const { activation, gradient } = differentiateScore(request.executor, request.input, request.target, layer, { kind: 'gradient' });
  try {
    return { kind: 'layer', map: combine(activation, gradient), layer };
  } finally {
    activation.dispose();
    gradient.dispose();
  }
}
