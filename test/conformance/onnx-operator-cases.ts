import { drawTensor, scalar, wholes, type AttributeValue, type StoredTensor, type TestModel, type TestNode } from './onnx-model';

type Constants = Readonly<Record<string, StoredTensor>>;
const picture = [null, 6, 7, 5] as const;

/** A node; input and output names are written with blanks between them, `_` stands for a left-out input. */
function node(op: string, inputs: string, output: string, attributes: Readonly<Record<string, AttributeValue>> = {}): TestNode {
  return { op, inputs: inputs === '' ? [] : inputs.split(' ').map((name) => (name === '_' ? '' : name)), outputs: output.split(' '), attributes };
}

function model(nodes: readonly TestNode[], constants: Constants = {}, opset = 17, input: readonly (number | null)[] = picture): TestModel {
  return { opset, input, nodes, constants };
}

function one(op: string, attributes: Readonly<Record<string, AttributeValue>> = {}, constants: Constants = {}, opset = 17, input: readonly (number | null)[] = picture): TestModel {
  return model([node(op, ['x', ...Object.keys(constants)].join(' '), 'y', attributes)], constants, opset, input);
}

const f = (float: number): AttributeValue => ({ float });
const w = drawTensor;

const linear: Readonly<Record<string, TestModel>> = {
  'conv, groups, dilation, asymmetric pads': one('Conv', { group: 2, dilations: [2, 1], pads: [2, 0, 1, 3], strides: [1, 2] }, { w: w([4, 3, 3, 3], 1), b: w([4], 2) }),
  'conv, same upper': one('Conv', { auto_pad: 'SAME_UPPER', strides: [2, 2], kernel_shape: [4, 3] }, { w: w([4, 6, 4, 3], 3) }),
  'conv, same lower': one('Conv', { auto_pad: 'SAME_LOWER', strides: [2, 2], kernel_shape: [4, 4] }, { w: w([4, 6, 4, 4], 4) }),
  'conv, valid, float16 weights': one('Conv', { auto_pad: 'VALID' }, { w: w([4, 6, 2, 3], 5, 'float_data') }),
  'conv, depthwise with multiplier': one('Conv', { group: 6, pads: [1, 1, 1, 1] }, { w: w([12, 1, 3, 3], 6), b: w([12], 7) }),
  'batch norm of a map': one('BatchNormalization', { epsilon: f(0.01) }, { s: w([6], 8), b: w([6], 9), m: w([6], 10), v: { dims: [6], values: [1, 0.5, 2, 0.25, 3, 1] } }),
  'flatten, relu, batch norm, dense': model([
    node('Flatten', 'x', 'f'), node('Relu', 'f', 'r'), node('BatchNormalization', 'r s b m v', 'n'), node('Gemm', 'n w c', 'y', { transB: 1, alpha: f(0.5), beta: f(2) }),
  ], { s: w([210], 1), b: w([210], 2), m: w([210], 3), v: { dims: [210], values: Array.from({ length: 210 }, (_, index) => 0.5 + (index % 7)) }, w: w([4, 210], 4), c: w([4], 5) }),
  'flatten, dense, transB 0': model([node('Flatten', 'x', 'f'), node('Gemm', 'f w c', 'y')], { w: w([210, 4], 4), c: w([1, 4], 5) }),
  'flatten twice, matmul, add': model([
    node('Reshape', 'x to', 'f'), node('MatMul', 'f w', 'm'), node('Add', 'm b', 'a'), node('Relu', 'a', 'r'), node('MatMul', 'r w2', 'y'),
  ], { to: wholes(-1, 210), w: w([210, 8], 1), b: w([8], 2), w2: w([8, 3], 3) }),
  'matmul along the last of four axes': model([
    node('Transpose', 'x', 't', { perm: [0, 2, 3, 1] }), node('MatMul', 't w', 'm'), node('Add', 'm b', 'a'), node('Transpose', 'a', 'y', { perm: [0, 3, 1, 2] }),
  ], { w: w([6, 4], 1), b: w([4], 2) }),
  'matmul over places': model([
    node('Reshape', 'x to', 'r'), node('Transpose', 'r', 't', { perm: [0, 2, 1] }), node('MatMul', 't w', 'm'), node('ReduceMean', 'm', 'y', { axes: [1], keepdims: 0 }),
  ], { to: wholes(0, 6, -1), w: w([6, 4], 1) }),
};

const pooling: Readonly<Record<string, TestModel>> = {
  'max pool, ceil, pads': one('MaxPool', { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 0], ceil_mode: 1 }),
  'average pool, ceil, pads not counted': one('AveragePool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 0, 1], ceil_mode: 1 }),
  'average pool, pads counted': one('AveragePool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  'average pool, same upper': one('AveragePool', { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  'global average': one('GlobalAveragePool'), 'global max': one('GlobalMaxPool'),
  'mean over the picture': one('ReduceMean', { axes: [2, 3], keepdims: 0 }), 'mean over the picture, axes as input': one('ReduceMean', {}, { a: wholes(-1, -2) }, 18),
  'max over channels': one('ReduceMax', { axes: [1] }), 'sum over height': one('ReduceSum', {}, { a: wholes(2) }),
  'mean over width, then a dense layer': model([node('ReduceMean', 'x', 'm', { axes: [3], keepdims: 0 }), node('Flatten', 'm', 'f'), node('Gemm', 'f w', 'y')], { w: w([42, 3], 1) }),
  'transposed convolution': one('ConvTranspose', { strides: [2, 3], pads: [1, 0, 1, 2], output_padding: [1, 0] }, { w: w([6, 4, 3, 4], 1), b: w([4], 2) }),
  'transposed convolution, groups, holes': one('ConvTranspose', { group: 2, dilations: [2, 1], pads: [3, 2, 0, 1] }, { w: w([6, 2, 2, 3], 1) }),
  'transposed convolution, same': one('ConvTranspose', { strides: [2, 2], auto_pad: 'SAME_UPPER' }, { w: w([6, 3, 3, 3], 1) }),
  'transposed convolution to a size': one('ConvTranspose', { strides: [2, 2], output_shape: [14, 10] }, { w: w([6, 3, 3, 3], 1) }),
  'pad, reflected': one('Pad', { mode: 'reflect' }, { p: wholes(0, 0, 1, 2, 0, 0, 3, 0) }), 'pad, edges': one('Pad', { mode: 'edge' }, { p: wholes(0, 1, 1, 2, 0, 0, 3, 0) }), 'pad, wrapped': one('Pad', { mode: 'wrap' }, { p: wholes(0, 0, 1, 2, 0, 0, 3, 0) }, 19),
  'log softmax at the end': model([node('Flatten', 'x', 'f'), node('Gemm', 'f w', 'g'), node('LogSoftmax', 'g', 'y')], { w: w([210, 3], 1) }),
  'log softmax over channels': one('LogSoftmax', { axis: 1 }),
  'channels in another order': one('Gather', { axis: 1 }, { i: wholes(2, 0, -1) }),
  'concat with a constant': model([node('Concat', 'c x', 'y', { axis: 1 })], { c: w([1, 2, 7, 5], 1) }, 17, [1, 6, 7, 5]),
  'sum of three': model([node('Relu', 'x', 'r'), node('Tanh', 'x', 't'), node('Sum', 'r t x', 'y')]),
  'layer norm over channels': model([
    node('Transpose', 'x', 't', { perm: [0, 2, 3, 1] }), node('LayerNormalization', 't g b', 'l', { axis: -1, epsilon: f(0.01) }), node('Transpose', 'l', 'y', { perm: [0, 3, 1, 2] }),
  ], { g: w([6], 1), b: w([6], 2) }),
  'layer norm written out': model([
    node('Transpose', 'x', 't', { perm: [0, 2, 3, 1] }), node('ReduceMean', 't', 'm', { axes: [-1] }), node('Sub', 't m', 'd'), node('Pow', 'd two', 'q'), node('ReduceMean', 'q', 'v', { axes: [-1] }),
    node('Add', 'v eps', 'e'), node('Sqrt', 'e', 's'), node('Div', 'd s', 'n'), node('Mul', 'n g', 'k'), node('Transpose', 'k', 'y', { perm: [0, 3, 1, 2] }),
  ], { two: scalar(2), eps: scalar(0.01), g: w([6], 1) }),
  'layer norm of a vector': model([node('GlobalAveragePool', 'x', 'p'), node('Flatten', 'p', 'f'), node('LayerNormalization', 'f g', 'y', { epsilon: f(0.01) })], { g: w([6], 1) }),
  'layer norm over all': one('LayerNormalization', { axis: 1, epsilon: f(0.01) }, { g: w([6, 7, 5], 1), b: w([6, 7, 5], 2) }),
  'instance norm': one('InstanceNormalization', { epsilon: f(0.01) }, { g: w([6], 1), b: w([6], 2) }),
  'group norm': one('GroupNormalization', { num_groups: 2, epsilon: f(0.01) }, { g: w([6], 1), b: w([6], 2) }, 21),
  'group norm as PyTorch writes it': model([
    node('Reshape', 'x a', 'r'), node('InstanceNormalization', 'r g b', 'i', { epsilon: f(0.01) }), node('Reshape', 'i c', 's'), node('Mul', 's w', 'm'), node('Add', 'm o', 'y'),
  ], { a: wholes(0, 3, -1), g: { dims: [3], values: [1, 1, 1] }, b: { dims: [3], values: [0, 0, 0] }, c: wholes(-1, 6, 7, 5), w: w([6, 1, 1], 1), o: w([6, 1, 1], 2) }),
  'local response norm, odd': one('LRN', { size: 3, alpha: f(0.3), beta: f(0.6), bias: f(1.5) }),
  'pad': one('Pad', {}, { p: wholes(0, 0, 1, 0, 0, 0, 2, 3), v: scalar(0.5) }), 'pad, opset 10': one('Pad', { pads: [0, 0, 0, 2, 0, 0, 1, 0] }, {}, 10),
  'pad, axes': one('Pad', {}, { p: wholes(1, 2, 3, 0), v: scalar(0), a: wholes(-1, -2) }, 18),
  'every second pixel, more channels (option A)': model([
    node('Slice', 'x s e a d', 'h'), node('Pad', 'h p', 'p1'), node('Conv', 'x w', 'c', { strides: [2, 2], pads: [1, 1, 1, 1] }), node('Add', 'p1 c', 'y'),
  ], { s: wholes(0, 0), e: wholes(9223372036854774784, 9223372036854774784), a: wholes(2, 3), d: wholes(2, 2), p: wholes(0, 2, 0, 0, 0, 1, 0, 0), w: w([9, 6, 3, 3], 1) }),
};

const functions: Readonly<Record<string, TestModel>> = {
  'relu': one('Relu'), 'leaky relu': one('LeakyRelu', { alpha: f(0.2) }), 'elu': one('Elu', { alpha: f(0.7) }), 'selu': one('Selu'), 'tanh': one('Tanh'), 'sigmoid': one('Sigmoid'),
  'hard sigmoid': one('HardSigmoid', { alpha: f(0.3), beta: f(0.4) }), 'hard swish': one('HardSwish'), 'prelu': one('PRelu', {}, { s: w([6, 1, 1], 1) }),
  'clip': one('Clip', {}, { a: scalar(-0.5), b: scalar(0.75) }), 'clip, opset 10': one('Clip', { min: f(0), max: f(6) }, {}, 10),
  'clip above only': model([node('Clip', 'x _ b', 'y')], { b: scalar(0.25) }), 'max with 0': one('Max', {}, { a: scalar(0) }), 'min': one('Min', {}, { a: scalar(0.5) }),
  'softmax over channels': one('Softmax', { axis: 1 }), 'softmax, opset 11': model([node('GlobalAveragePool', 'x', 'g'), node('Softmax', 'g', 'y')], {}, 11), 'softmax, opset 11, all': one('Softmax', {}, {}, 11),
  'silu': model([node('Sigmoid', 'x', 's'), node('Mul', 'x s', 'y')]), 'hard swish in two': model([node('HardSigmoid', 'x', 's', { alpha: f(1 / 6) }), node('Mul', 's x', 'y')]),
  'hard swish in four': model([node('Add', 'x three', 'a'), node('Clip', 'a zero six', 'c'), node('Mul', 'x c', 'm'), node('Div', 'm six', 'y')], { three: scalar(3), zero: scalar(0), six: scalar(6) }),
  'gelu with erf': model([node('Div', 'x r', 'd'), node('Erf', 'd', 'e'), node('Add', 'e one', 'p'), node('Mul', 'x p', 'm'), node('Mul', 'm half', 'y')], { r: scalar(Math.SQRT2), one: scalar(1), half: scalar(0.5) }),
  'gelu with erf, half first': model([node('Mul', 'x half', 'h'), node('Mul', 'x r', 'd'), node('Erf', 'd', 'e'), node('Add', 'one e', 'p'), node('Mul', 'h p', 'y')], { r: scalar(Math.SQRT1_2), one: scalar(1), half: scalar(0.5) }),
  'gelu with tanh': model([
    node('Pow', 'x three', 'c'), node('Mul', 'c k', 'ck'), node('Add', 'x ck', 's'), node('Mul', 's q', 't'), node('Tanh', 't', 'th'), node('Add', 'th one', 'p'), node('Mul', 'x half', 'h'), node('Mul', 'h p', 'y'),
  ], { three: scalar(3), k: scalar(0.044715), q: scalar(0.7978846), one: scalar(1), half: scalar(0.5) }),
  'gelu as one': one('Gelu', { approximate: 'tanh' }, {}, 20),
  'add per channel': one('Add', {}, { b: w([6, 1, 1], 1) }), 'times per place': one('Mul', {}, { b: w([1, 1, 7, 5], 2) }), 'divide': one('Div', {}, { b: { dims: [6, 1, 1], values: [1, 2, -3, 0.5, 4, -1] } }),
  'constant minus': model([node('Sub', 'one x', 'y')], { one: w([1, 6, 1, 1], 3) }), 'minus constant': one('Sub', {}, { b: w([5], 4) }), 'negative': one('Neg'),
  'flattened, scaled per element': model([node('Flatten', 'x', 'f'), node('Mul', 'f s', 'm'), node('Gemm', 'm w', 'y')], { s: w([210], 1), w: w([210, 3], 2) }),
  'branches': model([node('Relu', 'x', 'a'), node('Tanh', 'x', 'b'), node('Sub', 'a b', 's'), node('Abs', 'zero', 'z'), node('Add', 's z', 't'), node('Mul', 't a', 'm'), node('Sum', 'm b', 'y')], { zero: scalar(0) }),
  'squeeze and excite': model([
    node('GlobalAveragePool', 'x', 'g'), node('Flatten', 'g', 'f'), node('Gemm', 'f w1', 'd1'), node('Relu', 'd1', 'r'), node('Gemm', 'r w2', 'd2'), node('Sigmoid', 'd2', 's'), node('Unsqueeze', 's a', 'u'), node('Mul', 'x u', 'y'),
  ], { w1: w([6, 3], 1), w2: w([3, 6], 2), a: wholes(2, 3) }),
  'spatial attention': model([node('ReduceMean', 'x', 'm', { axes: [1] }), node('ReduceMax', 'x', 'a', { axes: [1] }), node('Concat', 'm a', 'c', { axis: 1 }), node('Conv', 'c w', 'k', { pads: [1, 1, 1, 1] }), node('Sigmoid', 'k', 's'), node('Mul', 's x', 'y')], { w: w([1, 2, 3, 3], 1) }),
};

const shapes: Readonly<Record<string, TestModel>> = {
  'channel shuffle': model([node('Reshape', 'x a', 'r'), node('Transpose', 'r', 't', { perm: [0, 2, 1, 3, 4] }), node('Reshape', 't b', 's'), node('Conv', 's w', 'y')], { a: wholes(-1, 2, 3, 7, 5), b: wholes(-1, 6, 7, 5), w: w([4, 6, 1, 1], 1) }),
  'split, slice, concat': model([node('Split', 'x n', 'a b', { axis: 1 }), node('Slice', 'x s e ax', 'c'), node('Concat', 'b c a', 'y', { axis: 1 })], { n: wholes(2, 4), s: wholes(-3), e: wholes(100), ax: wholes(1) }),
  'split, opset 11, slice, opset 9': model([node('Split', 'x', 'a b', { axis: 2, split: [3, 4] }), node('Slice', 'b', 'y', { starts: [1, 1], ends: [-1, 4], axes: [2, 3] })], {}, 9),
  'gather one channel': model([node('Gather', 'x i', 'g', { axis: 1 }), node('Flatten', 'g', 'y')], { i: { dims: [], values: [2], how: 'int64' } }),
  'concat of vectors': model([node('Flatten', 'x', 'f'), node('Relu', 'f', 'r'), node('Concat', 'r f', 'y', { axis: 1 })]),
  'concat along height': model([node('Relu', 'x', 'a'), node('Concat', 'a x', 'y', { axis: -2 })]),
  'a reshape across axes': model([node('Reshape', 'x a', 'r'), node('Relu', 'r', 'q'), node('Conv', 'q w', 'y')], { a: wholes(-1, 5, 6, 7), w: w([2, 5, 1, 1], 1) }),
  'flattened map as output': model([node('Flatten', 'x', 'y')]),
  'shape arithmetic': model([
    node('Shape', 'x', 's'), node('Gather', 's zero', 'n'), node('Unsqueeze', 'n ax', 'u'), node('Constant', '', 'c', { value: { tensor: wholes(-1) } }), node('Concat', 'u c', 't', { axis: 0 }), node('Reshape', 'x t', 'f'), node('Gemm', 'f w', 'y'),
  ], { zero: { dims: [], values: [0], how: 'int64_data' }, ax: wholes(0), w: w([210, 3], 1) }, 17, [2, 6, 7, 5]),
  'upsample to twice its shape': model([
    node('Shape', 'x', 's'), node('Slice', 's a b', 'hw'), node('Cast', 'hw', 'r', { to: 1 }), node('Mul', 'r two', 'm'), node('Floor', 'm', 'fl'), node('Cast', 'fl', 'i', { to: 7 }), node('Slice', 's z a', 'nc'), node('Concat', 'nc i', 't', { axis: 0 }),
    node('Resize', 'x _ _ t', 'y', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }),
  ], { a: wholes(2), b: wholes(4), z: wholes(0), two: scalar(2) }, 17, [2, 6, 7, 5]),
  'nearest, asymmetric': model([node('Resize', 'x _ s', 'y', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' })], { s: { dims: [4], values: [1, 1, 2, 3] } }),
  'nearest, default': model([node('Resize', 'x _ s', 'y')], { s: { dims: [4], values: [1, 1, 2, 2] } }), 'linear, default': model([node('Resize', 'x _ s', 'y', { mode: 'linear' })], { s: { dims: [4], values: [1, 1, 2, 3] } }),
  'linear, to a size': model([node('Resize', 'x _ _ s', 'y', { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' })], { s: wholes(2, 6, 9, 3) }, 17, [2, 6, 7, 5]),
  'linear, asymmetric': model([node('Resize', 'x _ s', 'y', { mode: 'linear', coordinate_transformation_mode: 'asymmetric' })], { s: { dims: [4], values: [1, 1, 2, 2] } }),
  'upsample, opset 9': model([node('Upsample', 'x s', 'y')], { s: { dims: [4], values: [1, 1, 2, 2] } }, 9),
  'depth to space': one('DepthToSpace', { blocksize: 2 }, {}, 17, [null, 8, 3, 5]), 'depth to space, CRD': one('DepthToSpace', { blocksize: 2, mode: 'CRD' }, {}, 17, [null, 8, 3, 5]), 'space to depth': one('SpaceToDepth', { blocksize: 2 }, {}, 17, [null, 3, 4, 6]),
  'NHWC file': model([
    node('Transpose', 'x', 't', { perm: [0, 3, 1, 2] }), node('Conv', 't w', 'c', { pads: [1, 1, 1, 1] }), node('Transpose', 'c', 'u', { perm: [0, 2, 3, 1] }), node('Add', 'u b', 'a'), node('Relu', 'a', 'r'), node('Reshape', 'r to', 'f'), node('MatMul', 'f d', 'y'),
  ], { w: w([4, 3, 3, 3], 1), b: w([4], 2), to: wholes(-1, 80), d: w([80, 3], 3) }, 17, [null, 5, 4, 3]),
  'names that do nothing': model([node('Identity', 'x', 'i'), node('Dropout', 'i', 'd'), node('Cast', 'd', 'c', { to: 1 }), node('Squeeze', 'g a', 'q'), node('Gemm', 'q w', 'y')].toSpliced(3, 0, node('GlobalMaxPool', 'c', 'g')), { a: wholes(2, 3), w: w([6, 2], 1) }),
  'grey pictures': model([node('Conv', 'x w', 'c'), node('Flatten', 'c', 'f'), node('Gemm', 'f d', 'y')], { w: w([2, 1, 3, 3], 1), d: w([24, 3], 2) }, 17, [null, 1, 6, 5]),
  'folded weights': model([node('Transpose', 'w', 'wt'), node('Mul', 'wt s', 'ws'), node('Flatten', 'x', 'f'), node('MatMul', 'f ws', 'y')], { w: w([3, 210], 1), s: w([3], 2) }),
};

/** Small models, one or a few operators each; ONNX Runtime says what they compute. */
export const operatorCases: Readonly<Record<string, TestModel>> = { ...linear, ...pooling, ...functions, ...shapes };
