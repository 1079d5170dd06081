import type { LayerId } from '../contract/ids';
import type { Operation } from './ops';

/** Without the batch axis: `[h, w, c]` or `[n]` for a vector. */
export type Shape = readonly number[];

/** A constant array of a node; float32 whatever the file stored. Shared, never written to after import. */
export interface WeightArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What an array is to its node; which ones an operation has is said in `ops.ts`. */
export type WeightRole = 'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance' | 'slope' | 'factor' | 'offset';

/** One operation with its constants, and where its inputs come from. */
export interface GraphNode {
  /** Unique; the layer's name in its file (`outer/inner` when nested). */
  readonly id: LayerId;
  readonly operation: Operation;
  readonly inputs: readonly LayerId[];
  readonly weights: Readonly<Partial<Record<WeightRole, WeightArray>>>;
  readonly outputShape: Shape;
}

/**
 * How logits become probabilities: `softmax` over the classes; `sigmoid` of each (also of a single one without an ending); `as-they-are`
 * where the network ends in hard sigmoids. The last two do not add up to 1.
 */
export type ProbabilityRule = 'softmax' | 'sigmoid' | 'as-they-are';

/** A CNN: nodes in topological order, one input, one output. The only description of a network past the importers. */
export interface NetworkGraph {
  readonly name: string;
  /** Source format, e.g. `tfjs-layers`. */
  readonly format: string;
  readonly nodes: readonly GraphNode[];
  readonly input: LayerId;
  readonly output: LayerId;
  /** The node whose value is explained: the input of a final softmax or sigmoid, else the output. */
  readonly logits: LayerId;
  readonly probabilities: ProbabilityRule;
  readonly inputShape: readonly [height: number, width: number, channels: number];
}
