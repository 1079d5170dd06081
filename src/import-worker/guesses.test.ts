import { describe, expect, it } from 'vitest';
import { guessClasses } from './guess-classes';
import { guessInput } from './guess-input';
import type { InputClues } from './guess-input';
import { readLabelText } from './read-label-file';

const plain: InputClues = { names: 'model.json', format: 'tfjs-layers', inputShape: [224, 224, 3], outputs: 10, normalisation: null, inputRange: null };

describe('guessInput', () => {
  it.each<readonly [string, Partial<InputClues>, readonly number[], readonly number[], 'bgr' | undefined]>([
    ['nothing known', {}, [0, 0, 0], [255, 255, 255], undefined],
    ['a grey network', { inputShape: [28, 28, 1] }, [0], [255], undefined],
    ['MobileNet of TensorFlow.js', { names: 'mobilenet_v1_0.25_224/model.json' }, [127.5, 127.5, 127.5], [127.5, 127.5, 127.5], undefined],
    ['Inception of Keras', { names: 'InceptionV3.h5 inception_v3', format: 'keras' }, [127.5, 127.5, 127.5], [127.5, 127.5, 127.5], undefined],
    ['VGG of Keras', { names: 'vgg16.h5', format: 'keras', outputs: 1000 }, [103.939, 116.779, 123.68], [1, 1, 1], 'bgr'],
    ['ResNet50 of Keras', { names: 'resnet50.keras', format: 'keras' }, [103.939, 116.779, 123.68], [1, 1, 1], 'bgr'],
    ['ResNet50V2 of Keras', { names: 'resnet50v2.keras', format: 'keras' }, [127.5, 127.5, 127.5], [127.5, 127.5, 127.5], undefined],
    ['ONNX with ImageNet’s classes', { names: 'net.onnx main_graph', format: 'onnx', outputs: 1000 }, [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], undefined],
    ['ONNX from PyTorch', { names: 'net.onnx torch_jit', format: 'onnx' }, [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], undefined],
    ['ONNX from TensorFlow', { names: 'mobilenet.onnx tf2onnx', format: 'onnx', outputs: 1000 }, [127.5, 127.5, 127.5], [127.5, 127.5, 127.5], undefined],
    ['a small ResNet of PyTorch', { names: 'resnet20.onnx', format: 'onnx' }, [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], undefined],
    ['some ONNX', { names: 'net.onnx', format: 'onnx' }, [0, 0, 0], [255, 255, 255], undefined],
    ['TFLite', { names: 'net.tflite', format: 'tflite' }, [127.5, 127.5, 127.5], [127.5, 127.5, 127.5], undefined],
    ['a TFLite that says its range', { format: 'tflite', inputRange: [0, 1] }, [0, 0, 0], [255, 255, 255], undefined],
    ['one that wants pixels', { format: 'tflite', inputRange: [0, 255] }, [0, 0, 0], [1, 1, 1], undefined],
    ['Rescaling inside', { names: 'mobilenet', normalisation: { mean: [0, 0, 0], std: [255, 255, 255], layer: 'rescaling' } }, [0, 0, 0], [1, 1, 1], undefined],
    ['Caffe’s means inside', { normalisation: { mean: [103.9, 116.8, 123.7], std: [1, 1, 1], layer: 'norm' } }, [0, 0, 0], [1, 1, 1], undefined],
    ['a mean of 0.485 inside', { normalisation: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], layer: 'norm' } }, [0, 0, 0], [255, 255, 255], undefined],
    ['five channels', { inputShape: [8, 8, 5] }, [0, 0, 0, 0, 0], [1, 1, 1, 1, 1], undefined],
  ])('%s', (_, clues, mean, std, order) => {
    const { input, reason } = guessInput({ ...plain, ...clues });
    expect([input.mean, input.std, input.channelOrder]).toEqual([mean, std, order]);
    expect(reason).toMatch(/^[A-Z].*\.$/);
  });
});

describe('guessClasses', () => {
  const imagenet = Array.from({ length: 1000 }, (_, index) => `thing ${index}`);
  const guess = (outputs: number, beside: readonly string[] | null, fileLabels: readonly string[] | null = null) =>
    guessClasses({ outputs, fileLabels, imagenet, beside: beside === null ? [] : [{ path: 'labels.txt', labels: beside }] });

  it.each([
    ['a list beside, before the file’s own', guess(2, ['a', 'b'], ['c', 'd']), ['a', 'b'], true],
    ['the file’s own', guess(2, null, ['c', 'd']), ['c', 'd'], true],
    ['a list with a background that the network has not', guess(2, ['background', 'a', 'b']), ['a', 'b'], true],
    ['no list that fits', guess(3, ['a', 'b']), ['class 0', 'class 1', 'class 2'], false],
    ['one output', guess(1, null), ['yes'], false],
  ] as const)('%s', (_, { classes, labelled }, expected, isLabelled) => {
    expect([classes, labelled]).toEqual([expected, isLabelled]);
  });
  it('takes ImageNet’s for 1000 and 1001 outputs, in the file’s absence', () => {
    expect(guess(1000, null)).toMatchObject({ classes: imagenet, labelled: true, certain: false });
    expect(guess(1001, null).classes.slice(0, 2)).toEqual(['background', 'thing 0']);
    expect(guess(1001, imagenet).classes).toHaveLength(1001);
    expect(guess(1000, Array.from({ length: 1000 }, (_, index) => `own ${index}`)).classes[5]).toBe('own 5');
  });
});

describe('readLabelText', () => {
  it.each<readonly [string, string, readonly string[] | null]>([
    ['lines', 'cat\r\ndog\r\n\r\n', ['cat', 'dog']],
    ['names with underscores', 'traffic_light\nhot dog', ['traffic light', 'hot dog']],
    ['numbered lines', '0 cat\n1 dog', ['cat', 'dog']],
    ['numbered from one', '1: cat\n2: dog', ['cat', 'dog']],
    ['numbers that are names', '7 up\n8 ball', ['7 up', '8 ball']],
    ['synsets', 'n01440764 tench, Tinca tinca\nn01443537 goldfish', ['tench, Tinca tinca', 'goldfish']],
    ['a JSON list', '["cat", "dog"]', ['cat', 'dog']],
    ['JSON by number', '{"1": "dog", "0": "cat"}', ['cat', 'dog']],
    ['JSON by name', '{"dog": 1, "cat": 0}', ['cat', 'dog']],
    ['Keras’s class index', '{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}', ['tench', 'goldfish']],
    ['Teachable Machine’s metadata', '{"tfjsVersion": "1.3.1", "labels": ["cat", "dog"], "imageSize": 224}', ['cat', 'dog']],
    ['a list of objects', '[{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]', ['cat', 'dog']],
    ['Python’s dictionary', "{0: 'tench, Tinca tinca',\n 1: 'goldfish'}", ['tench, Tinca tinca', 'goldfish']],
    ['a byte order mark', '\uFEFFcat\ndog', ['cat', 'dog']],
    ['JSON with a gap', '{"0": "cat", "2": "dog"}', null],
    ['JSON twice the same', '{"cat": 0, "dog": 0}', null],
    ['nothing', ' \n', null],
    ['bytes', 'ab\u0000cd', null],
    ['numbers', '[1, 2]', null],
    ['a prototype', '{"__proto__": 0, "a": 1}', ['__proto__', 'a']],
  ])('%s', (_, text, expected) => { expect(readLabelText(text)).toEqual(expected); });

  it('keeps the first of ImageNet’s synonyms, but not where two classes share it', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => (index < 2 ? `crane, ${index}` : `thing ${index}, Res ${index}`));
    expect(readLabelText(lines.join('\n'))?.slice(0, 3)).toEqual(['crane, 0', 'crane, 1', 'thing 2']);
  });
});
