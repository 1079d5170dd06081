import { describe, expect, it } from 'vitest';
import { captionName, commonPrefix, shortName } from './layer-names';

describe('names', () => {
  it('share what all begin with, up to the end of a word', () => {
    expect(commonPrefix(['block1_conv1', 'block1_bn1', 'block1_relu'])).toBe('block1');
    expect(commonPrefix(['/layer1/layer1.0/conv1', '/layer1/layer1.0/Add'])).toBe('layer1/layer1.0');
    expect(commonPrefix(['conv1', 'conv2'])).toBe('');
    expect(commonPrefix(['alone'])).toBe('alone');
  });

  it('are shortened to what tells layers apart', () => {
    expect(shortName('/layer1/layer1.0/conv1/Conv_output_0')).toBe('layer1.0/conv1');
    expect(shortName('block1_conv1')).toBe('block1_conv1');
    expect(shortName('/Add_output_0')).toBe('Add');
    const fused = 'MobileNetV2/Conv2d_18_1/relu6/Relu6;StatefulPartitionedCall/MobileNetV2/Conv2d_18_1/relu6/Relu6';
    expect(shortName(fused)).toBe('Conv2d_18_1/relu6');
    expect([captionName(fused), captionName('/layer1/layer1.0/Add')]).toEqual(['Conv2d_18_1/relu6', '/layer1/layer1.0/Add']);
  });
});
