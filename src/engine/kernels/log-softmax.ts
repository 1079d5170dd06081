import { exp, logSoftmax, mul, sub, sum, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../../contract/errors';
import type { Operation } from '../../graph/ops';
import type { Kernel } from './kernel';
import { isRelevanceRule } from './linear-rules';
import { alias } from './spatial';

/** Logarithm of a softmax over the last axis. LRP passes it by, as it does a softmax. */
export const logSoftmaxKernel: Kernel<Extract<Operation, { op: 'log-softmax' }>> = {
  forward: (step) => logSoftmax(step.inputs[0] as Tensor),
  backward: (step) => {
    if (isRelevanceRule(step.rule)) return [alias(step.upstream)];
    if (step.reference !== undefined) throw new AppError('explain-unsupported', `'${step.rule.kind}' is not defined for a softmax inside the network`);
    return [tidy(() => sub(step.upstream, mul(exp(step.output), sum(step.upstream, -1, true))))];
  },
};
