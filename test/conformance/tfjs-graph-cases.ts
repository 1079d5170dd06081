import { drawConstant as draw, floatOf, listOf, numberOf, type GraphConstant, type GraphModelDraft, type GraphNodeDraft } from './tfjs-graph-model';

/** `node('Relu', 'x', 'y')`: inputs are separated by spaces. */
function node(op: string, inputs: string, name: string, attributes: GraphNodeDraft['attributes'] = {}): GraphNodeDraft {
  return { op, name, inputs: inputs.split(' ').filter((input) => input !== ''), attributes };
}
function model(nodes: readonly GraphNodeDraft[], constants: Readonly<Record<string, GraphConstant>> = {}, input: readonly (number | null)[] = [null, 7, 5, 6]): GraphModelDraft {
  return { input, nodes, constants, output: nodes.at(-1)?.name ?? '' };
}
/** One operation on the input; constants follow as further inputs. */
function one(op: string, attributes: GraphNodeDraft['attributes'] = {}, constants: Readonly<Record<string, GraphConstant>> = {}): GraphModelDraft {
  return model([node(op, ['x', ...Object.keys(constants)].join(' '), 'y', attributes)], constants);
}

const conv = { strides: [1, 2, 2, 1], dilations: [1, 1, 1, 1], padding: 'SAME', data_format: 'NHWC' } as const;
const tight = { ...conv, strides: [1, 1, 1, 1], padding: 'VALID' } as const;
const positive = (count: number): GraphConstant => ({ shape: [count], values: Array.from({ length: count }, (_, index) => 0.5 + index * 0.3) });
const pool = { ksize: [1, 3, 2, 1], strides: [1, 2, 2, 1], padding: 'SAME', data_format: 'NHWC' } as const;

/** Small GraphModels; TensorFlow.js itself says what they compute. */
export const graphCases: Readonly<Record<string, GraphModelDraft>> = {
  'convolution, same': one('Conv2D', conv, { w: draw([3, 2, 6, 4], 1) }),
  'convolution, valid, bias after it': model([node('Conv2D', 'x w', 'c', tight), node('BiasAdd', 'c b', 'y', { data_format: 'NHWC' })], { w: draw([3, 3, 6, 4], 1), b: draw([4], 2) }),
  'convolution with holes': one('Conv2D', { ...tight, dilations: [1, 2, 2, 1], padding: 'SAME' }, { w: draw([3, 3, 6, 4], 1) }),
  'convolution, explicit padding': one('Conv2D', { ...conv, padding: 'EXPLICIT', explicit_paddings: [0, 0, 1, 2, 0, 1, 0, 0] }, { w: draw([3, 3, 6, 4], 1) }),
  'fused convolution': one('_FusedConv2D', { ...conv, num_args: 1, fused_ops: ['BiasAdd'] }, { w: draw([3, 3, 6, 4], 1), b: draw([4], 2) }),
  'fused convolution, relu': one('_FusedConv2D', { ...conv, num_args: 1, fused_ops: ['BiasAdd', 'Relu'] }, { w: draw([3, 3, 6, 4], 1), b: draw([4], 2) }),
  'fused convolution, relu6': one('_FusedConv2D', { ...conv, num_args: 1, fused_ops: ['BiasAdd', 'Relu6'] }, { w: draw([3, 3, 6, 4], 1), b: draw([4], 2) }),
  'fused convolution, elu': one('_FusedConv2D', { ...conv, num_args: 1, fused_ops: ['BiasAdd', 'Elu'] }, { w: draw([3, 3, 6, 4], 1), b: draw([4], 2) }),
  'fused convolution, leaky relu': one('_FusedConv2D', { ...conv, num_args: 1, fused_ops: ['BiasAdd', 'LeakyRelu'], leakyrelu_alpha: { float: 0.3 } }, { w: draw([3, 3, 6, 4], 1), b: draw([4], 2) }),
  'fused convolution, prelu': one('_FusedConv2D', { ...conv, num_args: 2, fused_ops: ['BiasAdd', 'Prelu'] }, { w: draw([3, 3, 6, 4], 1), b: draw([4], 2), s: draw([1, 1, 4], 3) }),
  'depthwise': one('DepthwiseConv2dNative', conv, { w: draw([3, 3, 6, 2], 1) }),
  'fused depthwise, relu6': one('FusedDepthwiseConv2dNative', { ...conv, num_args: 1, fused_ops: ['BiasAdd', 'Relu6'] }, { w: draw([3, 3, 6, 1], 1), b: draw([6], 2) }),
  'batch norm': one('FusedBatchNormV3', { epsilon: { float: 0.01 }, is_training: false, data_format: 'NHWC' }, { g: draw([6], 1), b: draw([6], 2), m: draw([6], 3), v: positive(6) }),
  'matrix product, flattened': model([node('Reshape', 'x to', 'f'), node('MatMul', 'f w', 'm', { transpose_a: false, transpose_b: true }), node('Softmax', 'm', 'y')], { to: listOf(-1, 210), w: draw([4, 210], 1) }),
  'fused matrix product': model([node('Mean', 'x a', 'f', { keep_dims: false }), node('_FusedMatMul', 'f w b', 'y', { transpose_a: false, transpose_b: false, num_args: 1, fused_ops: ['BiasAdd', 'Relu'] })], { a: listOf(1, 2), w: draw([6, 4], 1), b: draw([4], 2) }),
  'dense layer at every place': model([
    node('Reshape', 'x rows', 'r'), node('MatMul', 'r w', 'm', { transpose_a: false, transpose_b: false }), node('Reshape', 'm map', 'p'), node('BiasAdd', 'p b', 'y', { data_format: 'NHWC' }),
  ], { rows: listOf(-1, 6), w: draw([6, 3], 1), map: listOf(-1, 7, 5, 3), b: draw([3], 2) }),
  'relu': one('Relu'), 'relu6': one('Relu6'), 'leaky relu': one('LeakyRelu', { alpha: { float: 0.1 } }), 'elu': one('Elu'), 'selu': one('Selu'), 'sigmoid': one('Sigmoid'), 'tanh': one('Tanh'),
  'prelu': one('Prelu', {}, { s: draw([6], 1) }), 'softmax over channels': one('Softmax'),
  'clip': one('ClipByValue', {}, { low: floatOf(-0.5), high: floatOf(0.75) }), 'maximum, number first': model([node('Maximum', 'n x', 'm'), node('Minimum', 'm o', 'y')], { n: floatOf(-0.25), o: floatOf(0.5) }),
  'silu': model([node('Sigmoid', 'x', 's'), node('Mul', 's x', 'y')]),
  'hard swish': model([node('AddV2', 'x three', 'a'), node('Relu6', 'a', 'r'), node('Mul', 'x r', 'm'), node('Mul', 'm sixth', 'y')], { three: floatOf(3), sixth: floatOf(1 / 6) }),
  'gelu with erf': model([node('Mul', 'x half', 'h'), node('Mul', 'x r', 'd'), node('Erf', 'd', 'e'), node('AddV2', 'e one', 'p'), node('Mul', 'h p', 'y')], { half: floatOf(0.5), r: floatOf(Math.SQRT1_2), one: floatOf(1) }),
  'arithmetic': model([
    node('Mul', 'x c', 'm'), node('Sub', 'm d', 's'), node('RealDiv', 's e', 'q'), node('Relu', 'q', 'r'), node('AddV2', 'r x', 'a'), node('AddN', 'a x r', 'n'), node('Square', 'n', 'p'), node('SquaredDifference', 'p x', 'y'),
  ], { c: draw([6], 1), d: draw([7, 5, 1], 2), e: floatOf(-2.5) }),
  'max pool, same': one('MaxPool', pool), 'max pool, valid': one('MaxPool', { ...pool, padding: 'VALID' }), 'average pool, same': one('AvgPool', pool), 'average pool, valid': one('AvgPool', { ...pool, padding: 'VALID' }),
  'mean, kept': one('Mean', { keep_dims: true }, { a: listOf(-2, 1) }), 'max over the picture': one('Max', { keep_dims: false }, { a: listOf(1, 2) }), 'sum over channels': one('Sum', { keep_dims: true }, { a: listOf(3) }),
  'local response norm': one('LRN', { depth_radius: 2, alpha: { float: 0.2 }, beta: { float: 0.6 }, bias: { float: 1.5 } }),
  'resize, bilinear': one('ResizeBilinear', { align_corners: false, half_pixel_centers: true }, { s: listOf(9, 12) }), 'resize, corners': one('ResizeBilinear', { align_corners: true, half_pixel_centers: false }, { s: listOf(9, 12) }),
  'resize, nearest': one('ResizeNearestNeighbor', { align_corners: false, half_pixel_centers: false }, { s: listOf(14, 10) }),
  'pad': one('Pad', {}, { p: { shape: [4, 2], values: [0, 0, 1, 2, 0, 3, 0, 0], dtype: 'int32' } }),
  'pad with a number': one('PadV2', {}, { p: { shape: [4, 2], values: [0, 0, 1, 0, 2, 3, 0, 0], dtype: 'int32' }, v: floatOf(0.5) }),
  'pad, more channels': one('Pad', {}, { p: { shape: [4, 2], values: [0, 0, 0, 0, 0, 0, 2, 1], dtype: 'int32' } }),
  'pad, reflected': one('MirrorPad', { mode: 'REFLECT' }, { p: { shape: [4, 2], values: [0, 0, 1, 2, 2, 0, 0, 0], dtype: 'int32' } }),
  'pad, symmetric': one('MirrorPad', { mode: 'SYMMETRIC' }, { p: { shape: [4, 2], values: [0, 0, 1, 2, 2, 0, 0, 0], dtype: 'int32' } }),
  'concat and split': model([node('Split', 'a x', 'p', { num_split: 2 }), node('Relu', 'p:1', 'r'), node('ConcatV2', 'r p p:1 a', 'y', { N: 3 })], { a: numberOf(3) }),
  'split in given parts': model([node('SplitV', 'x s a', 'p', { num_split: 2 }), node('Mean', 'p m', 'l', { keep_dims: true }), node('Mean', 'p:1 m', 'r', { keep_dims: true }), node('AddV2', 'l r', 'y')], { s: listOf(2, -1), a: numberOf(3), m: listOf(3) }),
  'slice': one('Slice', {}, { b: listOf(0, 1, 0, 2), s: listOf(-1, 3, -1, 2) }),
  'strided slice': one('StridedSlice', { begin_mask: 1, end_mask: 9, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 0 }, { b: listOf(0, 1, 0, 2), e: listOf(0, 7, 4, 0), s: listOf(1, 2, 1, 1) }),
  'strided slice with dots, one channel': model([
    node('StridedSlice', 'x b e s', 'p', { begin_mask: 0, end_mask: 0, ellipsis_mask: 1, new_axis_mask: 0, shrink_axis_mask: 2 }), node('Reshape', 'p to', 'y'),
  ], { b: listOf(0, 1), e: listOf(0, 2), s: listOf(1, 1), to: listOf(-1, 35) }),
  'transposed and back': model([node('Transpose', 'x p', 't'), node('Relu', 't', 'r'), node('Transpose', 'r q', 'y')], { p: listOf(0, 3, 1, 2), q: listOf(0, 2, 3, 1) }),
  'channel shuffle': model([node('Reshape', 'x a', 'r'), node('Transpose', 'r p', 't'), node('Reshape', 't b', 's'), node('Conv2D', 's w', 'y', conv)], { a: listOf(-1, 7, 5, 2, 3), p: listOf(0, 1, 2, 4, 3), b: listOf(-1, 7, 5, 6), w: draw([3, 3, 6, 4], 1) }),
  'axes of size 1': model([node('Mean', 'x a', 'm', { keep_dims: true }), node('Squeeze', 'm', 's', { squeeze_dims: [1, 2] }), node('ExpandDims', 's one', 'e'), node('ExpandDims', 'e one', 'f'), node('Sigmoid', 'f', 'g'), node('Mul', 'x g', 'y')], { a: listOf(1, 2), one: numberOf(1) }),
  'shape arithmetic': model([
    node('Shape', 'x', 's', { out_type: 'DT_INT32' }), node('StridedSlice', 's b e n', 'batch', { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 1 }), node('Pack', 'batch k', 'to', { axis: 0, N: 2 }),
    node('Reshape', 'x to', 'f'), node('MatMul', 'f w', 'y', { transpose_a: false, transpose_b: false }),
  ], { b: listOf(0), e: listOf(1), n: listOf(1), k: numberOf(-1), w: draw([210, 3], 1) }, [2, 7, 5, 6]),
  'flattened output': model([node('Reshape', 'x to', 'y')], { to: listOf(-1, 210) }),
  'names that do nothing': model([node('Identity', 'x', 'i'), node('Relu', 'i ^x', 'y')]),
  'a small mobile network': model([
    node('Mul', 'x scale', 'prep/mul'), node('AddV2', 'prep/mul shift', 'prep/add'), node('Pad', 'prep/add border', 'stem/pad'),
    node('_FusedConv2D', 'stem/pad stem/w stem/b', 'stem/relu6', { ...conv, padding: 'VALID', num_args: 1, fused_ops: ['BiasAdd', 'Relu6'] }),
    node('_FusedConv2D', 'stem/relu6 wide/w wide/b', 'wide/relu6', { ...tight, num_args: 1, fused_ops: ['BiasAdd', 'Relu6'] }),
    node('FusedDepthwiseConv2dNative', 'wide/relu6 deep/w deep/b', 'deep/relu6', { ...tight, padding: 'SAME', num_args: 1, fused_ops: ['BiasAdd', 'Relu6'] }),
    node('Mean', 'deep/relu6 places', 'se/squeeze', { keep_dims: true }), node('_FusedConv2D', 'se/squeeze se/w1 se/b1', 'se/relu', { ...tight, num_args: 1, fused_ops: ['BiasAdd', 'Relu'] }),
    node('_FusedConv2D', 'se/relu se/w2 se/b2', 'se/expand', { ...tight, num_args: 1, fused_ops: ['BiasAdd'] }), node('Sigmoid', 'se/expand', 'se/gate'), node('Mul', 'deep/relu6 se/gate', 'se/mul'),
    node('_FusedConv2D', 'se/mul thin/w thin/b', 'thin/linear', { ...tight, num_args: 1, fused_ops: ['BiasAdd'] }), node('AddV2', 'thin/linear stem/relu6', 'block/add'),
    node('Mean', 'block/add places', 'gap', { keep_dims: false }), node('_FusedMatMul', 'gap dense/w dense/b', 'dense', { transpose_a: false, transpose_b: false, num_args: 1, fused_ops: ['BiasAdd'] }), node('Softmax', 'dense', 'probabilities'),
  ], {
    scale: floatOf(0.5), shift: floatOf(-1), border: { shape: [4, 2], values: [0, 0, 0, 1, 0, 1, 0, 0], dtype: 'int32' }, places: listOf(1, 2),
    'stem/w': draw([3, 3, 3, 4], 1), 'stem/b': draw([4], 2), 'wide/w': draw([1, 1, 4, 8], 3), 'wide/b': draw([8], 4), 'deep/w': draw([3, 3, 8, 1], 5), 'deep/b': draw([8], 6),
    'se/w1': draw([1, 1, 8, 2], 7), 'se/b1': draw([2], 8), 'se/w2': draw([1, 1, 2, 8], 9), 'se/b2': draw([8], 10), 'thin/w': draw([1, 1, 8, 4], 11), 'thin/b': draw([4], 12), 'dense/w': draw([4, 5], 13), 'dense/b': draw([5], 14),
  }, [null, 16, 12, 3]),
  'weights as uint8': one('Conv2D', conv, { w: { ...draw([3, 3, 6, 4], 1), quantised: 'uint8' } }), 'weights as uint16': one('Conv2D', conv, { w: { ...draw([3, 3, 6, 4], 1), quantised: 'uint16' } }),
  'weights as halves': model([node('Conv2D', 'x w', 'c', conv), node('BiasAdd', 'c b', 'y', { data_format: 'NHWC' })], { w: { ...draw([3, 3, 6, 4], 1), quantised: 'float16' }, b: draw([4], 2) }),
};
