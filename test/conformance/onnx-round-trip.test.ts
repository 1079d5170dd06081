import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { readNetwork } from '../../src/formats/read-network';
import { readOnnx } from '../../src/formats/onnx';
import type { NetworkGraph } from '../../src/graph/network-graph';
import { writeOnnx } from '../../tools/bench/onnx-writer';
import { expectClose } from './closeness';
import { drawNumbers } from './onnx-model';
import { startWasm } from './wasm-in-node';

/* A shipped network written as ONNX is the same network: the same operations in the same order, so the same live rate. */

const models = fileURLToPath(new URL('../../public/models/', import.meta.url));
const shipped = ['everyday', 'digits'].filter((id) => existsSync(`${models}${id}/model.json`));

function compute(graph: NetworkGraph, input: Tensor4D): Float32Array {
  const executor = createExecutor(graph);
  const pass = executor.forward(input, { mode: 'live', taps: new Set() });
  const logits = pass.logits.dataSync().slice() as Float32Array;
  pass.dispose();
  executor.dispose();
  return logits;
}

/** What runs, without the nodes that only rename. */
function operationsOf(graph: NetworkGraph): readonly string[] {
  return graph.nodes.map(({ operation }) => operation.op).filter((op) => op !== 'identity' && op !== 'flatten' && op !== 'reshape');
}

it('has a network to write', () => {
  expect(shipped).not.toEqual([]);
});

describe.each(shipped)('%s by way of ONNX', (id) => {
  beforeAll(startWasm);

  it('runs the same operations and gives the same logits', async () => {
    const folder = `${models}${id}/`;
    const graph = await readNetwork({ name: 'model.json', bytes: readFileSync(`${folder}model.json`), readBeside: async (path) => readFileSync(`${folder}${path}`) });
    const copy = readOnnx(writeOnnx(graph));
    expect(operationsOf(copy)).toEqual(operationsOf(graph));
    expect(copy.inputShape).toEqual(graph.inputShape);
    const [height, width, channels] = graph.inputShape;
    const input = tensor4d(Float32Array.from(drawNumbers(height * width * channels, 3)), [1, height, width, channels]);
    expectClose(compute(copy, input), compute(graph, input), { atol: 1e-4, rtol: 1e-4 }, 'logits');
    input.dispose();
  });
});
