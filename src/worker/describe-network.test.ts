import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTfjsLayers } from '../formats/tfjs-layers';
import { totalCost } from '../graph/costs';
import { GraphBuilder } from '../graph/graph-builder';
import type { NetworkGraph } from '../graph/network-graph';
import { makeResidualGraph, makeWeight, onePixel } from '../graph/testing.fixture';
import { describeNetwork, readKernels } from './describe-network';

const models = join(import.meta.dirname, '../../public/models');

function readShipped(id: string): NetworkGraph {
  const read = (path: string): Buffer => readFileSync(join(models, id, path));
  return readTfjsLayers(JSON.parse(read('model.json').toString('utf8')), new Uint8Array(read('weights.bin')));
}

describe('describeNetwork', () => {
  it('lists every node in order, with what it weighs, works, sees and does', () => {
    const graph = makeResidualGraph();
    const described = describeNetwork(graph);
    expect(described.nodes.map(({ id }) => id)).toEqual(graph.nodes.map(({ id }) => id));
    const conv2 = described.nodes.find(({ id }) => id === 'conv2');
    expect(conv2).toEqual({
      id: 'conv2', op: 'conv2d', inputs: ['relu1'], shape: [8, 8, 4], parameters: 148, multiplyAdds: 3 * 3 * 4 * 4 * 64,
      activationBytes: 8 * 8 * 4 * 4, weightBytes: 148 * 4, receptiveField: { sizePx: 5, stridePx: 1, startPx: -2 }, settings: '3 × 3, 4 to 4 channels, padding 1',
    });
    expect(described.nodes.find(({ id }) => id === 'relu1')).toMatchObject({ op: 'relu', settings: '', parameters: 0, weightBytes: 0 });
    expect(described.nodes.find(({ id }) => id === 'pool')?.settings).toBe('2 × 2, stride 2');
    expect(described.nodes.find(({ id }) => id === 'gap')).toMatchObject({ shape: [1, 1, 4], receptiveField: null });
    expect(described).toMatchObject({ input: 'image', output: 'probabilities', logits: 'fc', firstConvolution: 'conv1' });
  });

  it('crosses the thread as plain JSON', () => {
    const described = describeNetwork(makeResidualGraph());
    expect(structuredClone(described)).toEqual(described);
  });

  it.each(['everyday', 'digits'])('counts %s as its card does', (id) => {
    const graph = readShipped(id);
    const card = JSON.parse(readFileSync(join(models, id, 'card.json'), 'utf8')) as { parameters: number; multiplyAdds: number };
    const { nodes } = describeNetwork(graph);
    expect(nodes.reduce((sum, node) => sum + node.multiplyAdds, 0)).toBe(card.multiplyAdds);
    expect(nodes.reduce((sum, node) => sum + node.parameters, 0)).toBe(totalCost(graph).parameters);
  });

  it('looks past normalisation for the first convolution, and past nothing that mixes channels', () => {
    const build = (mixes: boolean): NetworkGraph => {
      const builder = new GraphBuilder('test', 'test');
      builder.addInput('image', [8, 8, 3]);
      builder.add('normalised', { op: 'scale' }, ['image'], { factor: makeWeight(3) });
      builder.add('padded', { op: 'pad', padding: onePixel, value: 0 }, ['normalised']);
      if (mixes) builder.add('pooled', { op: 'global-average-pool', keepDims: true }, ['padded']);
      builder.add('conv', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: { top: 0, bottom: 0, left: 0, right: 0 }, groups: 1 }, [mixes ? 'pooled' : 'padded'], { kernel: makeWeight(1, 1, 3, 4) });
      return builder.build('conv');
    };
    expect(describeNetwork(build(false)).firstConvolution).toBe('conv');
    expect(describeNetwork(build(true)).firstConvolution).toBeNull();
  });

  const mobileNet = '/work/shared/models/mobilenet_v1_0.25_224';
  it.runIf(existsSync(mobileNet))('counts MobileNet v1 0.25 as its paper does: 41 million products, half a million parameters', () => {
    const model: unknown = JSON.parse(readFileSync(join(mobileNet, 'model.json'), 'utf8'));
    const paths = (model as { weightsManifest: { paths: string[] }[] }).weightsManifest.flatMap(({ paths }) => paths);
    const { nodes } = describeNetwork(readTfjsLayers(model, new Uint8Array(Buffer.concat(paths.map((path) => readFileSync(join(mobileNet, path)))))));
    expect(Math.round(nodes.reduce((sum, node) => sum + node.multiplyAdds, 0) / 1e6)).toBe(41);
    expect(Math.round(nodes.reduce((sum, node) => sum + node.parameters, 0) / 1e5)).toBe(5);
  });
});

describe('readKernels', () => {
  it('gives a copy of the weights as in the file', () => {
    const graph = makeResidualGraph();
    const stored = graph.nodes.find(({ id }) => id === 'conv1')?.weights.kernel;
    const read = readKernels(graph, 'conv1');
    expect(read.shape).toEqual([3, 3, 2, 4]);
    expect(read.values).toEqual(stored?.values);
    expect(read.values.buffer).not.toBe(stored?.values.buffer);
    expect(read.values.buffer.byteLength).toBe(read.values.byteLength);
  });

  it.each(['fc', 'relu1', 'nowhere'])('refuses %s, which has no kernels', (layer) => {
    expect(() => readKernels(makeResidualGraph(), layer)).toThrow(expect.objectContaining({ code: 'layer-unknown' }));
  });
});
