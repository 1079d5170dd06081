import { dilatedExtent } from '../graph/padding';
import { countElements } from '../graph/shapes';
import { gatherInto } from './gather-values';
import { mapSize } from './onnx-linear';
import type { NodeReader, NodeScope } from './onnx-scope';
import { addTransposedConvolution } from './transposed-convolution';

/** Size of the result and what is cut off before it, along one axis. */
function readAxis(scope: NodeScope, axis: 0 | 1, sizePx: number, extentPx: number, stride: number): { readonly before: number; readonly to: number } {
  const mode = scope.text('auto_pad', 'NOTSET');
  const extra = scope.pair('output_padding', [0, 0])[axis];
  const given = scope.wholeNumbers(-1, 'output_shape');
  const full = (sizePx - 1) * stride + extentPx + extra;
  if (given !== null && given.length > 0 || mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
    const to = given !== null && given.length > 0 ? given.slice(-2)[axis] ?? scope.reject('output_shape') : sizePx * stride;
    const total = Math.max(full - to, 0);
    return { to, before: mode === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2) };
  }
  const pads = mode === 'VALID' ? [0, 0, 0, 0] : scope.wholeNumbers(-1, 'pads') ?? [0, 0, 0, 0];
  const [before = 0, after = 0] = [pads[axis], pads[axis + 2]];
  if (pads.length !== 4 || before < 0 || after < 0) scope.refuse(`pads [${pads.join(', ')}]`);
  return { before, to: full - before - after };
}

/** ConvTranspose: the weight `[c, m/groups, kh, kw]` becomes the kernel of a plain convolution, turned. */
export const readConvTranspose: NodeReader = (scope) => {
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const size = mapSize(scope, map);
  const weight = scope.constant(1);
  const [inputs = 0, perGroup = 0, kh = 0, kw = 0] = weight.shape;
  const groups = scope.int('group', 1);
  if (weight.shape.length !== 4 || weight.values.length === 0) scope.refuse(`a weight of shape [${weight.shape.join(', ')}], only two-dimensional pictures are read`);
  if (groups < 1 || inputs !== size[2] || inputs % groups !== 0) scope.reject(`a weight [${weight.shape.join(', ')}] with ${groups} group(s) for an input of ${size[2]} channels`);
  const strides = scope.pair('strides', [1, 1]);
  const dilations = scope.pair('dilations', [1, 1]);
  if ([...strides, ...dilations].some((value) => value < 1)) scope.reject('a stride or dilation below 1');
  const rows = readAxis(scope, 0, size[0], dilatedExtent(kh, dilations[0]), strides[0]);
  const columns = readAxis(scope, 1, size[1], dilatedExtent(kw, dilations[1]), strides[1]);
  countElements([rows.to, columns.to, perGroup * groups], scope.where);
  countElements([size[0] * strides[0], size[1] * strides[1], size[2]], scope.where);
  scope.shared.budget.spend(weight.values.length, scope.where);
  const values = new Float32Array(weight.values.length);
  const own = inputs / groups;
  const area = kh * kw;
  gatherInto(values, weight.values, [
    { size: kh, step: -kw }, { size: kw, step: -1 }, { size: own, step: perGroup * area }, { size: groups, step: own * perGroup * area }, { size: perGroup, step: area },
  ], area - 1);
  const bias = scope.optional(2);
  const weights = { kernel: { shape: [kh, kw, own, groups * perGroup], values }, ...(bias === null ? {} : { bias: scope.vector(bias, groups * perGroup) }) };
  return [scope.layouts.placeMap(addTransposedConvolution(scope.shared.builder, scope.id, map.id, weights, {
    strides, dilations, groups, before: [rows.before, columns.before], outputSize: [rows.to, columns.to],
  }))];
};
