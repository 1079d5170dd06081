import { describe, expect, it } from 'vitest';
import { chooseOpenGroups } from '../../state/network-page';
import { sketchNetwork, sketchResidual } from '../../state/network-page.fixture';
import { groupNetwork, listGroups } from '../../state/network-page-groups';
import { findSkips, layOutGraph, type Drawing } from './lay-out-graph';
import { placeLabels } from './place-labels';

function expectTidy(drawing: Drawing): void {
  const { boxes } = drawing;
  boxes.forEach((box, index) => {
    expect(box.left).toBeGreaterThanOrEqual(0);
    expect(box.left + box.width).toBeLessThanOrEqual(drawing.width);
    expect(box.top + box.height).toBeLessThanOrEqual(drawing.height);
    for (const other of boxes.slice(index + 1)) {
      const apart = box.left + box.width <= other.left || other.left + other.width <= box.left || box.top + box.height <= other.top || other.top + other.height <= box.top;
      expect(apart, `${box.item.id} and ${other.item.id}`).toBe(true);
    }
  });
}

describe('layOutGraph', () => {
  const nodes = sketchResidual(3);
  const items = groupNetwork({ nodes });

  it('draws a closed network from top to bottom', () => {
    const drawing = layOutGraph(items, new Set());
    expect(drawing.boxes.map(({ item }) => item.id)).toEqual(items.map(({ id }) => id));
    const tops = drawing.boxes.map(({ top }) => top);
    expect([...tops].sort((a, b) => a - b)).toEqual(tops);
    expect(drawing.edges).toHaveLength(items.length - 1);
    expectTidy(drawing);
  });

  it('shows the shortcut of an open block, from its head to the addition', () => {
    const block = listGroups(items).find(({ group }) => group === 'residual');
    if (block === undefined) throw new Error('no block');
    const around = listGroups(items).filter((group) => group !== block && group.nodes.includes(block.nodes[0] ?? nodes[0]!) && group.group === 'stage');
    const drawing = layOutGraph(items, new Set([block.id, ...around.map(({ id }) => id)]));
    expectTidy(drawing);
    const skips = drawing.edges.filter(({ skip }) => skip);
    expect(skips).toHaveLength(1);
    expect(skips[0]?.from).toBe(block.id);
    const frame = drawing.frames.find(({ id }) => id === block.id);
    const inside = drawing.boxes.filter(({ depth, item }) => depth > around.length && item.id !== block.id);
    expect(inside.length).toBeGreaterThan(1);
    for (const box of inside) {
      expect(box.left).toBeGreaterThan(frame?.left ?? Infinity);
      expect(box.top + box.height).toBeLessThan((frame?.top ?? 0) + (frame?.height ?? 0));
    }
  });

  it('joins every box to another, opened or not', () => {
    const drawing = layOutGraph(items, new Set(listGroups(items).map(({ id }) => id)));
    expectTidy(drawing);
    const joined = new Set(drawing.edges.flatMap(({ from, to }) => [from, to]));
    expect(drawing.boxes.filter(({ item }) => !joined.has(item.id))).toEqual([]);
    for (const edge of drawing.edges) expect(edge.points.length).toBeGreaterThan(1);
  });

  it('lays out 1500 nodes, closed and opened as far as it goes', () => {
    const many = groupNetwork({ nodes: sketchResidual(187) });
    for (const most of [26, 150]) {
      const drawing = layOutGraph(many, chooseOpenGroups(many, most));
      expect(drawing.boxes.length).toBeLessThanOrEqual(most);
      expect(drawing.boxes.length).toBeGreaterThan(3);
      expectTidy(drawing);
    }
  });

  it('keeps separate entries of a block that reads two places', () => {
    const sketch = sketchNetwork();
    const left = sketch.step('left', 'image');
    const right = sketch.step('right', left);
    const sum = sketch.add('sum', 'add', [sketch.step('inner', right), right]);
    sketch.add('both', 'concat', [sum, left]);
    const found = groupNetwork(sketch);
    expectTidy(layOutGraph(found, new Set(listGroups(found).map(({ id }) => id))));
  });
});

it('findSkips names the links that are passed by a longer way', () => {
  const skips = findSkips([{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'a', to: 'c' }, { from: 'c', to: 'd' }]);
  expect([...skips]).toEqual(['a\nc']);
});

describe('placeLabels', () => {
  it('keeps names apart, and the important one always', () => {
    const wishes = Array.from({ length: 12 }, (_, index) => ({ text: `network ${index}`, x: 200 + index, y: 100 + index, radius: 5, important: index === 7 }));
    const labels = placeLabels(wishes, 400);
    expect(labels.some(({ text }) => text === 'network 7')).toBe(true);
    expect(labels.length).toBeLessThan(12);
    expect(labels.length).toBeGreaterThan(1);
    expect(placeLabels([{ text: 'a long name', x: 395, y: 50, radius: 4, important: false }], 400)[0]?.anchor).toBe('end');
  });
});
