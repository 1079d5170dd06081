import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../src/formats/onnx';
import { groupNetwork, listGroups, nodesOf } from '../../src/state/network-page-groups';
import { layOutGraph } from '../../src/ui/network/lay-out-graph';
import { describeNetwork } from '../../src/worker/describe-network';
import { findShared } from '../shared-folder';

const vectors = findShared('vectors/', 'networks from PyTorch are not drawn; the sketches of src/state/network-page-groups.test.ts stand alone');
const cases = vectors === null ? [] : readdirSync(vectors).filter((name) => existsSync(join(vectors, name, 'net.onnx')));
/** Blocks that must be found in each, at least. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'onnx-resnet': ['residual', 'step'], 'onnx-mobilenetv2': ['inverted-residual', 'separable'], 'onnx-inception-fire': ['fire', 'inception'], 'onnx-vgg': ['step'],
};

describe.runIf(cases.length > 0)('the drawing of networks from PyTorch', () => {
  it.each(cases)('%s: every layer once, its blocks by name, nothing on top of another', (name) => {
    const description = describeNetwork(readOnnx(new Uint8Array(readFileSync(join(vectors ?? '', name, 'net.onnx')))));
    const items = groupNetwork(description);
    expect(items.flatMap(nodesOf).map(({ id }) => id).sort()).toEqual(description.nodes.map(({ id }) => id).sort());
    expect(listGroups(items).map(({ group }) => group)).toEqual(expect.arrayContaining([...(expected[name] ?? [])]));
    const { boxes } = layOutGraph(items, new Set(listGroups(items).map(({ id }) => id)));
    expect(boxes.length).toBeGreaterThanOrEqual(description.nodes.length);
    boxes.forEach((box, index) => {
      const covered = boxes.slice(index + 1).filter((other) => Math.abs(box.left - other.left) < box.width && Math.abs(box.top - other.top) < box.height);
      expect(covered.map(({ item }) => item.id)).toEqual([]);
    });
    expect(description.firstConvolution).not.toBeNull();
  });
});
