import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { writeModel, type StoredTensor, type TestNode } from '../../test/conformance/onnx-model';
import { readNpy, type NpyArray } from '../../tools/npy';

/* Weights of ../shared/models put together as the ONNX files that their authors would export. */

const stored = ({ shape, values }: NpyArray): StoredTensor => ({ dims: shape, values: [...values] });

/** Nodes and weights as they are added; each call returns the name of what it computes. */
class Writing {
  readonly nodes: TestNode[] = [];
  readonly constants: Record<string, StoredTensor> = {};

  add(op: string, inputs: readonly string[], output: string, attributes: NonNullable<TestNode['attributes']> = {}): string {
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  keep(name: string, tensor: StoredTensor): string {
    this.constants[name] = tensor;
    return name;
  }
}

/** SqueezeNet 1.1 with one `.npy` for each tensor, as its NOTICE describes it: input `[1, 3, 224, 224]`, 1000 logits. */
export function buildSqueezeNetOnnx(folder: string): Buffer {
  const net = new Writing();
  const convolve = (from: string, index: number, attributes: NonNullable<TestNode['attributes']>): string => {
    const [weight, bias] = (['weight', 'bias'] as const).map((role) => net.keep(`conv${index}_${role}`, stored(readNpy(readFileSync(join(folder, `weights/squeezenet0_conv${index}_${role}.npy`))))));
    return net.add('Relu', [net.add('Conv', [from, weight ?? '', bias ?? ''], `conv${index}`, attributes)], `relu${index}`);
  };
  const pool = (from: string, name: string): string => net.add('MaxPool', [from], name, { kernel_shape: [3, 3], strides: [2, 2] });
  const fire = (from: string, index: number): string => {
    const squeezed = convolve(from, index, { kernel_shape: [1, 1] });
    return net.add('Concat', [convolve(squeezed, index + 1, { kernel_shape: [1, 1] }), convolve(squeezed, index + 2, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })], `fire${index}`, { axis: 1 });
  };
  let last = pool(convolve('x', 0, { kernel_shape: [3, 3], strides: [2, 2] }), 'pool0');
  for (const index of [1, 4]) last = fire(last, index);
  last = pool(last, 'pool1');
  for (const index of [7, 10]) last = fire(last, index);
  last = pool(last, 'pool2');
  for (const index of [13, 16, 19, 22]) last = fire(last, index);
  net.add('Flatten', [net.add('GlobalAveragePool', [convolve(last, 25, { kernel_shape: [1, 1] })], 'average')], 'y', { axis: 1 });
  return Buffer.from(writeModel({ opset: 13, input: [1, 3, 224, 224], nodes: net.nodes, constants: net.constants }));
}

/** ResNet-20 for CIFAR-10 with PyTorch's names in an `.npz`, as its README describes it: input `[1, 3, 32, 32]`, 10 logits. */
export function buildResNet20Onnx(folder: string): Buffer {
  const arrays = unzipSync(readFileSync(join(folder, 'resnet20.npz')));
  const net = new Writing();
  const weight = (name: string): string => {
    const bytes = arrays[`${name}.npy`];
    if (bytes === undefined) throw new Error(`resnet20.npz has no ${name}`);
    return net.keep(name, stored(readNpy(bytes)));
  };
  const convolve = (from: string, path: string, layer: number | string, stride: number): string => {
    const name = `${path}conv${layer}`;
    const normal = `${path}bn${layer}`;
    const made = net.add('Conv', [from, weight(`${name}.weight`)], name, { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] });
    return net.add('BatchNormalization', [made, ...['weight', 'bias', 'running_mean', 'running_var'].map((role) => weight(`${normal}.${role}`))], normal, { epsilon: { float: 1e-5 } });
  };
  let last = net.add('Relu', [convolve('x', '', 1, 1)], 'relu');
  [16, 32, 64].forEach((channels, stage) => {
    for (let block = 0; block < 3; block += 1) {
      const path = `layer${stage + 1}.${block}.`;
      const halves = stage > 0 && block === 0;
      const inner = net.add('Relu', [convolve(last, path, 1, halves ? 2 : 1)], `${path}relu`);
      const outer = convolve(inner, path, 2, 1);
      const shortcut = halves ? shortcutA(net, last, path, channels / 2) : last;
      last = net.add('Relu', [net.add('Add', [outer, shortcut], `${path}add`)], `${path}out`);
    }
  });
  const average = net.add('AveragePool', [last], 'average', { kernel_shape: [8, 8], strides: [8, 8] });
  net.add('Gemm', [net.add('Flatten', [average], 'flat', { axis: 1 }), weight('linear.weight'), weight('linear.bias')], 'y', { transB: 1 });
  return Buffer.from(writeModel({ opset: 13, input: [1, 3, 32, 32], nodes: net.nodes, constants: net.constants }));
}

/** Every second row and column, and zeros for the new channels: a quarter of them before, a quarter after. */
function shortcutA(net: Writing, from: string, path: string, channels: number): string {
  const list = (name: string, ...values: readonly number[]): string => net.keep(path + name, { dims: [values.length], values, how: 'int64' });
  const far = 2 ** 31 - 1;
  const sliced = net.add('Slice', [from, list('starts', 0, 0), list('ends', far, far), list('axes', 2, 3), list('steps', 2, 2)], `${path}slice`);
  return net.add('Pad', [sliced, list('pads', 0, channels / 2, 0, 0, 0, channels / 2, 0, 0)], `${path}pad`, { mode: 'constant' });
}
