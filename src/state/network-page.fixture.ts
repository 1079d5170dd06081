import type { NodeDescription } from '../contract/api';
import type { LayerId, MapShape } from '../contract/ids';

/** Collects nodes for tests of the network page. */
export interface Sketch {
  readonly nodes: NodeDescription[];
  add(id: LayerId, op: string, inputs: readonly LayerId[], shape?: MapShape, settings?: string): LayerId;
  /** Convolution, batch norm, ReLU. @returns the ReLU's id */
  step(name: string, input: LayerId, shape?: MapShape, settings?: string): LayerId;
}

export function sketchNetwork(input: MapShape = [32, 32, 3]): Sketch {
  const nodes: NodeDescription[] = [];
  const sketch: Sketch = {
    nodes,
    add: (id, op, inputs, shape = [16, 16, 8], settings = '') => {
      const linear = ['conv2d', 'depthwise-conv2d', 'dense'].includes(op);
      nodes.push({
        id, op, inputs, shape, settings, parameters: linear ? 10 : 0, multiplyAdds: linear ? 1000 : 0, activationBytes: 4 * shape[0] * shape[1] * shape[2],
        weightBytes: linear ? 40 : 0, receptiveField: shape[0] * shape[1] > 1 ? { sizePx: nodes.length + 1, stridePx: 1, startPx: 0 } : null,
      });
      return id;
    },
    step: (name, from, shape, settings = '3 × 3') => sketch.add(`${name}_relu`, 'relu', [sketch.add(`${name}_bn`, 'batch-norm', [sketch.add(`${name}_conv`, 'conv2d', [from], shape, settings)], shape)], shape),
  };
  sketch.add('image', 'input', [], input);
  return sketch;
}

/** A residual network of this many blocks, eight nodes each, in stages of falling size. */
export function sketchResidual(blocks: number): readonly NodeDescription[] {
  const sketch = sketchNetwork();
  let at = sketch.step('stem', 'image');
  for (let block = 0; block < blocks; block += 1) {
    const side = 16 >> Math.floor((3 * block) / blocks);
    const shape: MapShape = [side, side, 8];
    const first = sketch.step(`b${block}_1`, at, shape);
    const second = sketch.add(`b${block}_2_bn`, 'batch-norm', [sketch.add(`b${block}_2_conv`, 'conv2d', [first], shape, '3 × 3')], shape);
    at = sketch.add(`b${block}_relu`, 'relu', [sketch.add(`b${block}_add`, 'add', [second, at], shape)], shape);
  }
  const pooled = sketch.add('pool', 'global-average-pool', [at], [1, 1, 8]);
  sketch.add('softmax', 'softmax', [sketch.add('fc', 'dense', [pooled], [1, 1, 10])], [1, 1, 10]);
  return sketch.nodes;
}
