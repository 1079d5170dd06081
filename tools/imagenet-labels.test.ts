import { expect, it } from 'vitest';
import { listImagenetLabels } from './imagenet-labels';

it('lists ImageNet in its usual order, each class with a name of its own', () => {
  const labels = listImagenetLabels();
  expect(labels).toHaveLength(1000);
  expect(new Set(labels).size).toBe(1000);
  expect([0, 1, 134, 281, 517, 638, 639, 954, 999].map((index) => labels[index])).toEqual([
    'tench', 'goldfish', 'crane (bird)', 'tabby', 'crane (machine)', 'maillot', 'tank suit', 'banana', 'toilet tissue',
  ]);
});
