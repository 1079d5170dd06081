import type { MapShape } from '../contract/ids';

const operationNames: Readonly<Record<string, string>> = {
  'input': 'Picture', 'conv2d': 'Convolution', 'depthwise-conv2d': 'Depthwise convolution', 'dense': 'Dense', 'batch-norm': 'Batch norm', 'relu': 'ReLU', 'relu6': 'ReLU6',
  'clip': 'Clip', 'leaky-relu': 'Leaky ReLU', 'elu': 'ELU', 'sigmoid': 'Sigmoid', 'tanh': 'Tanh', 'hard-sigmoid': 'Hard sigmoid', 'hard-swish': 'Hard swish',
  'silu': 'SiLU', 'gelu': 'GELU', 'prelu': 'PReLU', 'softmax': 'Softmax', 'add': 'Add', 'multiply': 'Multiply', 'subtract': 'Subtract', 'divide': 'Divide', 'scale': 'Scale',
  'concat': 'Concatenate', 'max-pool': 'Max pool', 'average-pool': 'Average pool', 'global-average-pool': 'Global average', 'global-max-pool': 'Global maximum',
  'pad': 'Pad', 'reshape': 'Reshape', 'flatten': 'Flatten', 'slice': 'Slice', 'resize': 'Resize', 'local-response-norm': 'Local response norm', 'group-norm': 'Group norm', 'log-softmax': 'Log softmax', 'transpose': 'Transpose',
  'identity': 'Pass on',
};

/** An operation in words. */
export function nameOperation(op: string): string {
  return operationNames[op] ?? op;
}

/** What an operation does, one sentence for people without background. */
export function explainOperation(op: string, [, , channels]: MapShape): string {
  switch (op) {
    case 'input': return 'The picture as the network receives it.';
    case 'conv2d': return `${channels} learned patterns are looked for at every place.`;
    case 'depthwise-conv2d': return 'Every channel is filtered by itself; they are mixed afterwards.';
    case 'dense': return 'Every value is weighed against every other.';
    case 'batch-norm': return 'Each channel is brought to a common scale.';
    case 'relu': case 'relu6': return 'Negative values become zero: what was not found stays silent.';
    case 'add': return 'Two branches are added: what was known before plus what was found since.';
    case 'multiply': return 'One branch turns the other up or down.';
    case 'concat': return 'Branches are put side by side.';
    case 'max-pool': return 'Of neighbouring values only the strongest is kept.';
    case 'average-pool': return 'Neighbouring values are averaged.';
    case 'global-average-pool': return 'Each channel becomes one number: how much of it there is in the whole picture.';
    case 'global-max-pool': return 'Each channel becomes one number: its strongest place.';
    case 'softmax': return 'Scores become probabilities.';
    case 'log-softmax': return 'Scores become probabilities, written as logarithms.';
    case 'group-norm': return 'Brings the values of this picture to a common scale.';
    case 'pad': return 'An empty border is added.';
    case 'identity': return 'Does nothing here; it had a task while the network was taught.';
    case 'flatten': case 'reshape': case 'transpose': case 'slice': return 'Values are only put in another order or cut out.';
    case 'resize': return 'The maps are made larger or smaller.';
    default: return 'A curve is applied to each value.';
  }
}

const groupTexts: Readonly<Record<string, { readonly name: string; readonly plain: string }>> = {
  'step': { name: 'Step', plain: 'A layer with what belongs to it: its border, its scale, its threshold.' },
  'residual': { name: 'Residual block', plain: 'A shortcut passes the block and is added at its end: the block only learns what to change.' },
  'inverted-residual': { name: 'Inverted residual', plain: 'Widened, filtered channel by channel, narrowed again; a shortcut where sizes allow it.' },
  'separable': { name: 'Separable convolution', plain: 'First every channel is filtered by itself, then they are mixed: far fewer products than a full convolution.' },
  'squeeze-excite': { name: 'Squeeze and excite', plain: 'Looks at the whole picture and turns channels up or down.' },
  'dense': { name: 'Dense block', plain: 'Every layer is given the results of all before it.' },
  'fire': { name: 'Fire module', plain: 'Few channels are squeezed out, then widened by 1 × 1 and 3 × 3 filters side by side.' },
  'inception': { name: 'Inception block', plain: 'Filters of several sizes look at the same maps, side by side.' },
  'branches': { name: 'Branches', plain: 'Several ways through, which meet again.' },
  'stage': { name: 'Stage', plain: 'All blocks that work at one resolution.' },
  'part': { name: 'Layers', plain: 'A stretch of the network, one after the other.' },
};

export function nameGroup(group: string): string {
  return groupTexts[group]?.name ?? group;
}

export function explainGroup(group: string): string {
  return groupTexts[group]?.plain ?? '';
}

/** What to look for in the first kernels. */
export const kernelHints: readonly { readonly name: string; readonly plain: string }[] = [
  { name: 'Edges', plain: 'one half light, the other dark; the border shows the direction it answers to' },
  { name: 'Colours', plain: 'one colour against its opposite, with little shape' },
  { name: 'Stripes and spots', plain: 'light and dark in turn, or a spot within a ring' },
  { name: 'Noise', plain: 'no order at all: hardly used, or too small to show any' },
];
