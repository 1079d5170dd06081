import type { LayerId } from '../contract/ids';
import type { GraphBuilder } from '../graph/graph-builder';
import type { GraphNode } from '../graph/network-graph';
import { dilatedExtent, noPadding } from '../graph/padding';

/** A transposed convolution ("deconvolution") in the file's terms. */
export interface TransposedConvolution {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly groups: number;
  /** Pixels of the full result cut off above and to the left. */
  readonly before: readonly [top: number, left: number];
  readonly outputSize: readonly [height: number, width: number];
}

function addBefore(builder: GraphBuilder, id: LayerId, operation: Parameters<GraphBuilder['add']>[1], input: LayerId): LayerId {
  return builder.add(builder.freeName(`${id} (before)`), operation, [input]);
}

/** `[h, w, c]` to `[h * sh, w * sw, c]`, every value followed by zeros. */
function spread(builder: GraphBuilder, id: LayerId, input: LayerId, [sh, sw]: readonly [number, number]): LayerId {
  if (sh === 1 && sw === 1) return input;
  const [h = 1, w = 1, c = 1] = builder.shapeOf(input);
  const pixels = addBefore(builder, id, { op: 'reshape', shape: [h * w, 1, c] }, input);
  const columns = addBefore(builder, id, { op: 'pad', padding: { ...noPadding, right: sw - 1 }, value: 0 }, pixels);
  const lines = addBefore(builder, id, { op: 'reshape', shape: [h, 1, w * sw * c] }, columns);
  const rows = addBefore(builder, id, { op: 'pad', padding: { ...noPadding, right: sh - 1 }, value: 0 }, lines);
  return addBefore(builder, id, { op: 'reshape', shape: [h * sh, w * sw, c] }, rows);
}

/** Cuts `[start, start + size)` out of one axis. */
function cut(builder: GraphBuilder, id: LayerId, input: LayerId, axis: number, start: number, end: number): LayerId {
  const size = (builder.shapeOf(input)[axis] ?? 1) - start - end;
  return start === 0 && end === 0 ? input : addBefore(builder, id, { op: 'slice', axis, start, size }, input);
}

/**
 * Adds a transposed convolution written as what it is: zeros between the values, then a plain convolution with the turned kernel.
 *
 * @param weights  kernel `[kh, kw, cin/groups, cout]`, turned by 180 degrees already, and perhaps a bias `[cout]`
 * @returns        `id`
 */
export function addTransposedConvolution(builder: GraphBuilder, id: LayerId, input: LayerId, weights: GraphNode['weights'], settings: TransposedConvolution): LayerId {
  const { dilations, groups, strides } = settings;
  const [kh = 1, kw = 1] = weights.kernel?.shape ?? [];
  const wide = spread(builder, id, input, strides);
  const shape = builder.shapeOf(wide);
  const [vertical, horizontal] = ([[0, kh], [1, kw]] as const).map(([axis, kernel]) => {
    const extent = dilatedExtent(kernel, dilations[axis]);
    const before = extent - 1 - settings.before[axis];
    return { before, after: settings.outputSize[axis] + extent - 1 - (shape[axis] ?? 1) - before };
  }) as [{ before: number; after: number }, { before: number; after: number }];
  // What the file's padding cuts off from more than the kernel's reach is cut from the map.
  const short = (pixels: number): number => Math.max(-pixels, 0);
  const more = (pixels: number): number => Math.max(pixels, 0);
  const cropped = cut(builder, id, cut(builder, id, wide, 0, short(vertical.before), short(vertical.after)), 1, short(horizontal.before), short(horizontal.after));
  const padding = { top: more(vertical.before), bottom: more(vertical.after), left: more(horizontal.before), right: more(horizontal.after) };
  return builder.add(id, { op: 'conv2d', strides: [1, 1], dilations, padding, groups }, [cropped], weights);
}
