import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import { errorOf } from '../../test/error-of';
import { graphCases } from '../../test/conformance/tfjs-graph-cases';
import { drawConstant, listOf, writeGraphModel, type GraphModelDraft } from '../../test/conformance/tfjs-graph-model';
import { validateGraph } from '../graph/validate-graph';
import { readTfjsGraph, tensorFlowOperations } from './tfjs-graph';

function read(draft: GraphModelDraft, change: (modelJson: Record<string, unknown>) => void = () => undefined): ReturnType<typeof readTfjsGraph> {
  const { modelJson, weights } = writeGraphModel(draft);
  change(modelJson);
  return readTfjsGraph(modelJson, weights);
}
const relu = { op: 'Relu', name: 'y', inputs: ['x'] };
const plain: GraphModelDraft = { input: [null, 7, 5, 6], nodes: [relu], constants: { unused: drawConstant([2], 1) }, output: 'y' };

describe('a GraphModel', () => {
  it('keeps the names of its nodes, and moves no data', () => {
    const { graph } = read(graphCases['fused convolution, relu'] as GraphModelDraft);
    expect(graph).toMatchObject({ format: 'tfjs-graph', input: 'x', output: 'y', inputShape: [7, 5, 6] });
    expect(graph.nodes.map((node) => [node.id, node.operation.op])).toEqual([['x', 'input'], ['y (before activation)', 'conv2d'], ['y', 'activation']]);
    const turned = read(graphCases['transposed and back'] as GraphModelDraft).graph;
    expect(turned.nodes.map((node) => node.operation.op)).not.toContain('transpose');
  });

  it('finds the logits before a softmax, and reads nodes in any order', () => {
    const draft = { ...(graphCases['matrix product, flattened'] as GraphModelDraft) };
    const { graph } = read({ ...draft, nodes: [...draft.nodes].reverse() });
    expect(graph.logits).toBe('m');
    validateGraph(graph);
  });

  it('takes the first output of the signature, or the last node without readers', () => {
    const draft = { ...plain, nodes: [relu, { op: 'Tanh', name: 'z', inputs: ['x'] }] };
    expect(read(draft).graph.output).toBe('y');
    expect(read(draft, (modelJson) => { delete modelJson['signature']; }).graph.output).toBe('z');
  });

  it('is read at another size where the file leaves it open', () => {
    const open = { ...plain, input: [null, null, null, 3] };
    const { modelJson, weights } = writeGraphModel(open);
    expect(readTfjsGraph(modelJson, weights)).toMatchObject({ sizeIsOpen: true, graph: { inputShape: [224, 224, 3] } });
    expect(readTfjsGraph(modelJson, weights, { height: 8, width: 9 }).graph.inputShape).toEqual([8, 9, 3]);
  });

  it('finds channels first where the network turns its input', () => {
    const draft = { input: [null, 3, 8, 6], nodes: [{ op: 'Transpose', name: 't', inputs: ['x', 'p'] }, { op: 'Relu', name: 'y', inputs: ['t'] }], constants: { p: listOf(0, 2, 3, 1) }, output: 'y' };
    expect(read(draft).graph).toMatchObject({ inputShape: [8, 6, 3] });
  });
});

describe('a GraphModel that cannot be read', () => {
  const topologyOf = (modelJson: Record<string, unknown>): { node: { name: string; op: string; input?: string[]; attr?: unknown }[]; library: unknown } =>
    modelJson['modelTopology'] as ReturnType<typeof topologyOf>;

  it('names operation, node and what is supported', () => {
    const error = errorOf(() => read({ ...plain, nodes: [{ op: 'NonMaxSuppressionV5', name: 'boxes', inputs: ['x'] }], output: 'boxes' }));
    expect(error.code).toBe('op-unsupported');
    expect(error.detail).toContain("'NonMaxSuppressionV5' of node 'boxes'");
    expect(error.detail).toContain(tensorFlowOperations.join(', '));
    expect(tensorFlowOperations).toContain('_FusedConv2D');
  });

  it('names several inputs, and inputs that are no picture', () => {
    const second = { name: 'age', op: 'Placeholder', attr: { shape: { shape: { dim: [{ size: '-1' }, { size: '4' }] } } } };
    const error = errorOf(() => read({ ...plain, nodes: [{ op: 'AddV2', name: 'y', inputs: ['x', 'age'] }] }, (modelJson) => { topologyOf(modelJson).node.push(second); }));
    expect(error).toMatchObject({ code: 'input-unsupported' });
    expect(error.detail).toContain("'x' [?, 7, 5, 6]; 'age' [?, 4]");
    expect(errorOf(() => read({ ...plain, input: [null, 20] }))).toMatchObject({ code: 'input-unsupported', detail: expect.stringContaining("'x' [?, 20]") as string });
  });

  it.each([
    ['a circle', (modelJson: Record<string, unknown>): void => { topologyOf(modelJson).node.push({ name: 'a', op: 'Relu', input: ['y'] }); const node = topologyOf(modelJson).node.find(({ name }) => name === 'y'); if (node !== undefined) node.input = ['a']; }, 'format-malformed'],
    ['a missing node', (modelJson: Record<string, unknown>): void => { const node = topologyOf(modelJson).node.find(({ name }) => name === 'y'); if (node !== undefined) node.input = ['nobody']; }, 'format-malformed'],
    ['two nodes of one name', (modelJson: Record<string, unknown>): void => { topologyOf(modelJson).node.push({ name: 'y', op: 'Tanh', input: ['x'] }); }, 'format-malformed'],
    ['functions', (modelJson: Record<string, unknown>): void => { topologyOf(modelJson).library = { function: [{}] }; }, 'op-unsupported'],
    ['an output that is a constant', (modelJson: Record<string, unknown>): void => { modelJson['signature'] = { outputs: { y: { name: 'unused:0' } } }; }, 'graph-unsupported'],
    ['no weights', (modelJson: Record<string, unknown>): void => { delete modelJson['weightsManifest']; }, 'format-malformed'],
  ] as const)('%s', (_, change, code) => {
    expect(errorOf(() => read(plain, change)).code).toBe(code);
  });

  it('is an AppError or a whole graph, whatever is changed in its JSON', () => {
    const drafts = Object.values(graphCases);
    let state = 7;
    const draw = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const strange: readonly unknown[] = [null, -1, 0, '', '-9223372036854775808', 1e9, [], {}, 'U0FNRQ==', true, '__proto__', ['x'], { list: { i: ['3'] } }];
    const codes = new Set<string>();
    for (let round = 0; round < 1000; round += 1) {
      const { modelJson, weights } = writeGraphModel(drafts[round % drafts.length] as GraphModelDraft);
      let place: unknown = modelJson;
      for (let depth = draw(9); depth >= 0 && typeof place === 'object' && place !== null; depth -= 1) {
        const keys = Object.keys(place);
        const key = keys[draw(keys.length)];
        if (key === undefined) break;
        const record = place as Record<string, unknown>;
        if (depth === 0 || typeof record[key] !== 'object') record[key] = strange[draw(strange.length)];
        place = record[key];
      }
      try {
        validateGraph(readTfjsGraph(modelJson, weights).graph);
        codes.add('read');
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown;
        codes.add(thrown.code);
      }
    }
    expect([...codes]).toEqual(expect.arrayContaining(['read', 'format-malformed', 'op-unsupported', 'input-unsupported']));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(codes).not.toContain('internal');
  });
});
