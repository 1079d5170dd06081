/** A network as its publishers describe it; ImageNet validation set, one crop. */
export interface KnownNetwork {
  readonly name: string;
  readonly year: number;
  /** 0..1 */
  readonly top1: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly inputPx: number;
  /** Where these numbers are written. */
  readonly source: string;
}

const torchvision = (model: string): string => `https://pytorch.org/vision/stable/models/generated/torchvision.models.${model}.html`;
/** The published weights themselves; the paper's tables (arXiv:1704.04861) give other training runs. */
const mobileNetV1 = 'https://github.com/tensorflow/models/blob/02c04f49a188ba9a515100a3375a6359f3fffef1/research/slim/nets/mobilenet_v1.md';

/**
 * torchvision's pages call multiply-adds GFLOPS; they are given as such there and as multiply-adds here. Weights of the
 * first published recipe (`IMAGENET1K_V1`), which stay close to the papers. Inception v3 counts its auxiliary classifier's parameters.
 */
export const knownNetworks: readonly KnownNetwork[] = [
  { name: 'AlexNet', year: 2012, top1: 0.56522, parameters: 61_100_840, multiplyAdds: 0.71e9, inputPx: 224, source: torchvision('alexnet') },
  { name: 'VGG-16', year: 2014, top1: 0.71592, parameters: 138_357_544, multiplyAdds: 15.47e9, inputPx: 224, source: torchvision('vgg16') },
  { name: 'VGG-19', year: 2014, top1: 0.72376, parameters: 143_667_240, multiplyAdds: 19.63e9, inputPx: 224, source: torchvision('vgg19') },
  { name: 'GoogLeNet', year: 2014, top1: 0.69778, parameters: 6_624_904, multiplyAdds: 1.5e9, inputPx: 224, source: torchvision('googlenet') },
  { name: 'ResNet-18', year: 2015, top1: 0.69758, parameters: 11_689_512, multiplyAdds: 1.81e9, inputPx: 224, source: torchvision('resnet18') },
  { name: 'ResNet-34', year: 2015, top1: 0.73314, parameters: 21_797_672, multiplyAdds: 3.66e9, inputPx: 224, source: torchvision('resnet34') },
  { name: 'ResNet-50', year: 2015, top1: 0.7613, parameters: 25_557_032, multiplyAdds: 4.09e9, inputPx: 224, source: torchvision('resnet50') },
  { name: 'ResNet-101', year: 2015, top1: 0.77374, parameters: 44_549_160, multiplyAdds: 7.8e9, inputPx: 224, source: torchvision('resnet101') },
  { name: 'Inception v3', year: 2015, top1: 0.77294, parameters: 27_161_264, multiplyAdds: 5.71e9, inputPx: 299, source: torchvision('inception_v3') },
  { name: 'Inception v4', year: 2016, top1: 0.8021, parameters: 42_648_000, multiplyAdds: 12.292e9, inputPx: 299, source: 'https://docs.openvino.ai/2021.3/omz_models_model_googlenet_v4_tf.html' },
  { name: 'SqueezeNet 1.0', year: 2016, top1: 0.58092, parameters: 1_248_424, multiplyAdds: 0.82e9, inputPx: 224, source: torchvision('squeezenet1_0') },
  { name: 'SqueezeNet 1.1', year: 2016, top1: 0.58178, parameters: 1_235_496, multiplyAdds: 0.35e9, inputPx: 224, source: torchvision('squeezenet1_1') },
  { name: 'DenseNet-121', year: 2016, top1: 0.74434, parameters: 7_978_856, multiplyAdds: 2.83e9, inputPx: 224, source: torchvision('densenet121') },
  { name: 'MobileNet v1', year: 2017, top1: 0.709, parameters: 4_240_000, multiplyAdds: 569e6, inputPx: 224, source: mobileNetV1 },
  { name: 'MobileNet v1 0.5', year: 2017, top1: 0.633, parameters: 1_340_000, multiplyAdds: 150e6, inputPx: 224, source: mobileNetV1 },
  { name: 'MobileNet v1 0.25', year: 2017, top1: 0.498, parameters: 470_000, multiplyAdds: 41e6, inputPx: 224, source: mobileNetV1 },
  { name: 'MobileNet v2', year: 2018, top1: 0.71878, parameters: 3_504_872, multiplyAdds: 0.3e9, inputPx: 224, source: torchvision('mobilenet_v2') },
  { name: 'MobileNet v3 large', year: 2019, top1: 0.74042, parameters: 5_483_032, multiplyAdds: 0.22e9, inputPx: 224, source: torchvision('mobilenet_v3_large') },
  { name: 'EfficientNet-B0', year: 2019, top1: 0.77692, parameters: 5_288_548, multiplyAdds: 0.39e9, inputPx: 224, source: torchvision('efficientnet_b0') },
];

/** Where the way of drawing comes from. */
export const chartSource = { title: 'Canziani, Paszke, Culurciello 2016', address: 'https://arxiv.org/abs/1605.07678' } as const;
