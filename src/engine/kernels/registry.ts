import { AppError } from '../../contract/errors';
import type { Operation, OperationName } from '../../graph/ops';
import { activationKernel } from './activation';
import { addKernel, concatKernel, divideKernel, multiplyKernel, softmaxKernel, subtractKernel } from './arithmetic';
import { convolutionKernel } from './convolution';
import { denseKernel } from './dense';
import { depthwiseConvolutionKernel } from './depthwise-convolution';
import { batchNormKernel, preluKernel, scaleKernel } from './diagonal';
import { groupNormKernel } from './group-norm';
import type { Kernel } from './kernel';
import { logSoftmaxKernel } from './log-softmax';
import { flattenKernel, identityKernel, reshapeKernel, sliceKernel, transposeKernel } from './layout';
import { averagePoolKernel, globalAverageKernel, globalMaxKernel, maxPoolKernel, padKernel } from './pooling';
import { localResponseNormKernel, resizeKernel } from './resampling';

type KernelTable = { readonly [Name in Exclude<OperationName, 'input'>]: Kernel<Extract<Operation, { op: Name }>> };

const kernels: KernelTable = {
  'conv2d': convolutionKernel, 'depthwise-conv2d': depthwiseConvolutionKernel, 'dense': denseKernel,
  'batch-norm': batchNormKernel, 'activation': activationKernel, 'prelu': preluKernel, 'softmax': softmaxKernel, 'log-softmax': logSoftmaxKernel,
  'add': addKernel, 'multiply': multiplyKernel, 'subtract': subtractKernel, 'divide': divideKernel, 'scale': scaleKernel,
  'concat': concatKernel, 'max-pool': maxPoolKernel, 'average-pool': averagePoolKernel,
  'global-average-pool': globalAverageKernel, 'global-max-pool': globalMaxKernel, 'pad': padKernel,
  'reshape': reshapeKernel, 'flatten': flattenKernel, 'slice': sliceKernel, 'resize': resizeKernel,
  'local-response-norm': localResponseNormKernel, 'group-norm': groupNormKernel, 'transpose': transposeKernel, 'identity': identityKernel,
};

/** The kernel of an operation. The table is checked against the union of operations at compile time. */
export function kernelOf(operation: Operation): Kernel {
  if (operation.op === 'input') throw new AppError('internal', 'an input is not computed');
  return kernels[operation.op] as unknown as Kernel;
}
