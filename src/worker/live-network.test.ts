import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import type { NetworkCard } from '../contract/card';
import { createExecutor } from '../engine/executor';
import { createBlankInput } from '../engine/frame-values';
import { GraphBuilder } from '../graph/graph-builder';
import { makeResidualGraph } from '../graph/testing.fixture';
import { createLiveNetwork, listFolded, listLayerInfos } from './live-network';

const card = { id: 'kept-odd-000000' } as NetworkCard;

describe('createLiveNetwork', () => {
  beforeAll(startWasm);

  it('bears thousands of nodes with odd and very long names', () => {
    const builder = new GraphBuilder('odd', 'test');
    const names = Array.from({ length: 2000 }, (_, index) => `block ${index}/Ünïcode: "quoted" [0]\t<b>/${'long_'.repeat(index % 50)}${index}`);
    let before = builder.addInput('input:0', [4, 4, 2]);
    for (const name of names) before = builder.add(name, { op: 'activation', activation: { kind: 'relu' } }, [before]);
    const graph = builder.build(builder.add('__proto__', { op: 'global-average-pool', keepDims: false }, [before]));
    const network = createLiveNetwork(card, createExecutor(graph));
    expect(listLayerInfos(network, 'inspect').map(({ id }) => id)).toEqual([...names, '__proto__'].filter((name) => name !== 'input:0'));
    expect(network.explainable.size).toBe(names.length + 2);
    expect(listFolded(network, 'inspect')).toEqual([{ id: 'input:0', shape: [4, 4, 2] }]);
    const input = createBlankInput(4, 4, 2);
    const wanted = names[1234] ?? '';
    const activations = network.executor.forward(input, { mode: 'inspect', taps: new Set([wanted, '__proto__']) });
    expect([activations.get(wanted).shape, activations.get('__proto__').shape]).toEqual([[1, 4, 4, 2], [1, 2]]);
    activations.dispose();
    input.dispose();
    network.executor.dispose();
  });

  it('names every layer once, on the rail or folded into another', () => {
    const graph = makeResidualGraph();
    const network = createLiveNetwork(card, createExecutor(graph));
    for (const mode of ['live', 'inspect'] as const) {
      const names = [...listLayerInfos(network, mode), ...listFolded(network, mode)].map(({ id }) => id);
      expect(names.toSorted()).toEqual(graph.nodes.map(({ id }) => id).toSorted());
    }
    expect(listFolded(network, 'live')).toContainEqual({ id: 'bn1', shape: [8, 8, 4] });
    network.executor.dispose();
  });
});
