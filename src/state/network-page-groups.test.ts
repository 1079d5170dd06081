import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MapShape } from '../contract/ids';
import { chooseOpenGroups, closeAllGroups, countBoxes, description, mostBoxes, openAllGroups, openGroups, toggleGroup } from './network-page';
import { sketchNetwork, sketchResidual } from './network-page.fixture';
import { findPath, groupNetwork, listGroups, nodesOf, type GroupKind, type Item } from './network-page-groups';

const kinds = (items: readonly Item[]): readonly (GroupKind | string)[] => items.map((item) => (item.kind === 'group' ? item.group : item.node.op));
const find = (items: readonly Item[], kind: GroupKind) => listGroups(items).filter(({ group }) => group === kind);

describe('groupNetwork', () => {
  it('keeps a convolution with its padding, normalisation and activation', () => {
    const sketch = sketchNetwork();
    sketch.step('a', sketch.add('pad', 'pad', ['image']));
    const items = groupNetwork(sketch);
    expect(kinds(items)).toEqual(['input', 'step']);
    expect(items[1] === undefined ? [] : nodesOf(items[1]).map(({ id }) => id)).toEqual(['pad', 'a_conv', 'a_bn', 'a_relu']);
  });

  it('cuts a step where somebody else reads a value', () => {
    const sketch = sketchNetwork();
    const conv = sketch.add('conv', 'conv2d', ['image']);
    sketch.add('add', 'add', [sketch.add('relu', 'relu', [conv]), conv]);
    const ids = groupNetwork(sketch).flatMap(nodesOf).map(({ id }) => id);
    expect(ids).toEqual(['image', 'conv', 'relu', 'add']);
    expect(find(groupNetwork(sketch), 'step')).toEqual([]);
  });

  it('finds residual blocks, with and without a convolution in the shortcut', () => {
    const sketch = sketchNetwork();
    let at = sketch.step('stem', 'image');
    at = sketch.add('one', 'add', [sketch.add('one_b', 'conv2d', [sketch.step('one_a', at)]), at]);
    at = sketch.add('two', 'add', [sketch.add('two_b', 'conv2d', [sketch.step('two_a', at)]), sketch.add('two_s', 'conv2d', [at])]);
    sketch.add('fc', 'dense', [at], [1, 1, 5]);
    const blocks = find(groupNetwork(sketch), 'residual');
    expect(blocks.map(({ nodes }) => nodes.map(({ id }) => id))).toEqual([
      ['one_a_conv', 'one_a_bn', 'one_a_relu', 'one_b', 'one'], ['two_a_conv', 'two_a_bn', 'two_a_relu', 'two_b', 'two_s', 'two'],
    ]);
  });

  it('finds squeeze and excite within an inverted residual', () => {
    const sketch = sketchNetwork();
    const start = sketch.step('stem', 'image');
    const wide = sketch.step('expand', start, [16, 16, 48], '1 × 1');
    const deep = sketch.add('dw', 'depthwise-conv2d', [wide], [16, 16, 48], '3 × 3');
    const gate = sketch.add('gate', 'sigmoid', [sketch.add('up', 'conv2d', [sketch.step('down', sketch.add('squeeze', 'global-average-pool', [deep], [1, 1, 48]), [1, 1, 12], '1 × 1')], [1, 1, 48], '1 × 1')], [1, 1, 48]);
    const scaled = sketch.add('scaled', 'multiply', [deep, gate], [16, 16, 48]);
    const out = sketch.add('sum', 'add', [sketch.add('project', 'conv2d', [scaled], [16, 16, 8], '1 × 1'), start]);
    sketch.step('rest', sketch.step('more', out));
    const items = groupNetwork(sketch);
    const [block] = find(items, 'inverted-residual');
    expect(block?.nodes.at(-1)?.id).toBe('sum');
    expect(find(block?.children ?? [], 'squeeze-excite')[0]?.nodes.map(({ id }) => id)).toEqual(['squeeze', 'down_conv', 'down_bn', 'down_relu', 'up', 'gate', 'scaled']);
  });

  it('finds fire modules with their squeeze, and inception blocks', () => {
    const sketch = sketchNetwork();
    const squeezed = sketch.step('squeeze', sketch.step('stem', 'image'), undefined, '1 × 1');
    const fire = sketch.add('fire', 'concat', [sketch.step('e1', squeezed, undefined, '1 × 1'), sketch.step('e3', squeezed)]);
    const middle = sketch.step('middle', fire);
    const branch = sketch.step('i5b', sketch.step('i5a', middle));
    sketch.step('end', sketch.add('inception', 'concat', [sketch.step('i1', middle), sketch.step('i3', middle), branch, sketch.step('ip', sketch.add('pool', 'max-pool', [middle]))]));
    const items = groupNetwork(sketch);
    expect(find(items, 'fire').map(({ nodes }) => [nodes[0]?.id, nodes.at(-1)?.id])).toEqual([['squeeze_conv', 'fire']]);
    expect(find(items, 'inception').map(({ nodes }) => nodes.at(-1)?.id)).toEqual(['inception']);
  });

  it('takes a dense block for one, however it was exported', () => {
    const flat = sketchNetwork();
    const start = flat.step('stem', 'image');
    const features = [start];
    for (let layer = 0; layer < 4; layer += 1) features.push(flat.add(`l${layer}`, 'conv2d', [flat.add(`n${layer}`, 'relu', [flat.add(`c${layer}`, 'concat', [...features])])]));
    flat.step('rest2', flat.step('rest', flat.add('all', 'concat', features)));
    expect(find(groupNetwork(flat), 'dense').some(({ nodes }) => nodes.some(({ id }) => id === 'l0') && nodes.some(({ id }) => id === 'all'))).toBe(true);
    const chained = sketchNetwork();
    let at = chained.step('stem', 'image');
    for (let layer = 0; layer < 3; layer += 1) at = chained.add(`c${layer}`, 'concat', [at, chained.add(`l${layer}b`, 'conv2d', [chained.step(`l${layer}`, at)])]);
    chained.add('fc', 'dense', [at], [1, 1, 5]);
    expect(find(groupNetwork(chained), 'dense')).toHaveLength(3);
  });

  it('pairs the two halves of a separable convolution', () => {
    const sketch = sketchNetwork();
    let at = sketch.step('stem', 'image');
    for (let pair = 0; pair < 3; pair += 1) at = sketch.step(`p${pair}`, sketch.add(`d${pair}`, 'depthwise-conv2d', [at], [16, 16, 8], '3 × 3'), [16, 16, 16], '1 × 1');
    expect(find(groupNetwork(sketch), 'separable')).toHaveLength(3);
  });

  it('leaves a U-shaped network open instead of closing all of it', () => {
    const sketch = sketchNetwork([32, 32, 3]);
    const skips: string[] = [];
    let at = sketch.step('in', 'image', [32, 32, 8]);
    const sides = [32, 16, 8];
    for (const side of sides) {
      at = sketch.step(`down${side}`, at, [side, side, 8]);
      skips.push(at);
      at = sketch.add(`pool${side}`, 'max-pool', [at], [side / 2, side / 2, 8]);
    }
    for (const side of [...sides].reverse()) at = sketch.step(`up${side}`, sketch.add(`join${side}`, 'concat', [sketch.add(`grow${side}`, 'resize', [at], [side, side, 8]), skips.pop() ?? '']), [side, side, 8]);
    const items = groupNetwork(sketch);
    expect(items.length).toBeGreaterThan(4);
    const largest = Math.max(...items.map((item) => nodesOf(item).length));
    expect(largest).toBeLessThan(sketch.nodes.length * 0.7);
  });

  it.each([1, 3, 187])('closes a residual network of %i blocks to a few boxes', (blocks) => {
    const nodes = sketchResidual(blocks);
    const items = groupNetwork({ nodes });
    expect(items.length).toBeLessThanOrEqual(24);
    expect(items.flatMap(nodesOf)).toHaveLength(nodes.length);
    for (const group of listGroups(items)) expect(group.children.length).toBeLessThanOrEqual(32);
    expect(find(items, 'residual')).toHaveLength(blocks);
  });

  it('cuts a plain chain of 1500 layers of one size into parts', () => {
    const sketch = sketchNetwork();
    let at = 'image';
    for (let layer = 0; layer < 500; layer += 1) at = sketch.step(`l${layer}`, at);
    const items = groupNetwork(sketch);
    expect(items.length).toBeLessThan(25);
    for (const group of listGroups(items)) expect(group.children.length).toBeLessThanOrEqual(25);
    const open = chooseOpenGroups(items, 26);
    expect(open.size).toBeGreaterThan(0);
  });

  it('holds every layer exactly once, whatever the graph', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('conv2d', 'relu', 'add', 'concat', 'multiply', 'batch-norm', 'pad', 'depthwise-conv2d'), fc.nat(40), fc.nat(40), fc.constantFrom(16, 8, 1)), { minLength: 1, maxLength: 40 }), (steps) => {
      const sketch = sketchNetwork();
      for (const [op, back, back2, side] of steps) {
        const count = sketch.nodes.length;
        const from = sketch.nodes[Math.max(0, count - 1 - (back % count))]?.id ?? 'image';
        const other = sketch.nodes[Math.max(0, count - 1 - (back2 % count))]?.id ?? 'image';
        const shape: MapShape = [side, side, 8];
        sketch.add(`n${count}`, op, ['add', 'concat', 'multiply'].includes(op) ? [from, other] : [from], shape, '1 × 1');
      }
      const items = groupNetwork(sketch);
      expect(items.flatMap(nodesOf).map(({ id }) => id).sort()).toEqual(sketch.nodes.map(({ id }) => id).sort());
      const groups = listGroups(items);
      expect(new Set(groups.map(({ id }) => id)).size).toBe(groups.length);
      for (const group of groups) expect(group.children.flatMap(nodesOf).length).toBe(group.nodes.length);
    }), { numRuns: 300 });
  });
});

it('finds the way to a layer', () => {
  const items = groupNetwork({ nodes: sketchResidual(12) });
  const path = findPath(items, 'b5_2_conv');
  expect(path?.map(({ group }) => group)).toEqual(['stage', 'residual', 'step']);
  expect(findPath(items, 'nowhere')).toBeNull();
});

describe('what is open', () => {
  const items = groupNetwork({ nodes: sketchResidual(187) });

  it('never grows past what can be laid out at once: then only the chosen block and those around it stay open', () => {
    const chosen = find(items, 'residual').at(100);
    if (chosen === undefined) throw new Error('no block');
    description.value = { nodes: sketchResidual(187), input: 'image', output: 'softmax', logits: 'fc', firstConvolution: 'stem_conv' };
    openAllGroups();
    const full = countBoxes(items, openGroups.value);
    expect(full).toBeGreaterThan(100);
    expect(full).toBeLessThanOrEqual(mostBoxes);
    for (const { id } of findPath(items, chosen.nodes[0]?.id ?? '') ?? []) if (!openGroups.value.has(id)) toggleGroup(id);
    expect(openGroups.value.has(chosen.id)).toBe(true);
    expect(countBoxes(items, openGroups.value)).toBeLessThanOrEqual(mostBoxes);
    closeAllGroups();
    expect(openGroups.value.size).toBe(0);
    description.value = null;
  });
});

it('gives blocks that would share a name names of their own', () => {
  const sketch = sketchNetwork();
  let at = sketch.step('conv_first', 'image');
  for (let pair = 0; pair < 4; pair += 1) at = sketch.step(`conv_pw_${pair}`, sketch.add(`conv_dw_${pair}`, 'depthwise-conv2d', [at], [16, 16, 8], '3 × 3'), [16, 16, 16], '1 × 1');
  const names = find(groupNetwork(sketch), 'separable').map(({ name }) => name);
  expect(new Set(names).size).toBe(4);
});
