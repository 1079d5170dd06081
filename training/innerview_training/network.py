"""The networks, each as one list of named layers: PyTorch runs that list and the exporter writes it.

Padding is TensorFlow's 'same': a 3x3 stride-2 convolution on an even size pads nothing at the top and
left and one row at the bottom and right. Training with it from the start keeps ZeroPadding layers out
of the exported graph.
"""
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

BATCH_NORM_EPSILON = 1e-5


@dataclass(frozen=True)
class Layer:
    """One layer of the graph. `kind` is the Keras class name."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    channels: int
    kernel: int = 1
    stride: int = 1


class _Builder:
    def __init__(self, channels: int):
        self.layers: list[Layer] = [Layer("InputLayer", "image", (), channels)]

    def add(self, kind: str, name: str, inputs: tuple[str, ...], channels: int, **more: int) -> str:
        self.layers.append(Layer(kind, name, inputs, channels, **more))
        return name

    def conv_bn(self, conv: str, bn: str, source: str, channels: int, kernel: int, stride: int) -> str:
        self.add("Conv2D", conv, (source,), channels, kernel=kernel, stride=stride)
        return self.add("BatchNormalization", bn, (conv,), channels)

    def head(self, source: str, channels: int, classes: int) -> list[Layer]:
        self.add("GlobalAveragePooling2D", "pool", (source,), channels)
        self.add("Dense", "logits", ("pool",), classes)
        self.add("Softmax", "probabilities", ("logits",), classes)
        return self.layers


def residual_layers(stem: int, blocks: list[tuple[int, int]], classes: int) -> list[Layer]:
    """Stem (3x3, stride 2) and basic residual blocks given as (channels, stride)."""
    b = _Builder(3)
    b.conv_bn("stem_conv", "stem_bn", "image", stem, 3, 2)
    source, width = b.add("ReLU", "stem_relu", ("stem_bn",), stem), stem
    for number, (channels, stride) in enumerate(blocks, 1):
        p = f"block{number}_"
        b.conv_bn(p + "conv1", p + "bn1", source, channels, 3, stride)
        b.add("ReLU", p + "relu1", (p + "bn1",), channels)
        branch = b.conv_bn(p + "conv2", p + "bn2", p + "relu1", channels, 3, 1)
        shortcut = source
        if stride != 1 or channels != width:
            shortcut = b.conv_bn(p + "shortcut_conv", p + "shortcut_bn", source, channels, 1, stride)
        b.add("Add", p + "add", (branch, shortcut), channels)
        source, width = b.add("ReLU", p + "relu", (p + "add",), channels), channels
    return b.head(source, width, classes)


def plain_layers(convolutions: list[tuple[int, int]], classes: int) -> list[Layer]:
    """A chain of 3x3 convolutions given as (channels, stride), for greyscale input."""
    b = _Builder(1)
    source = "image"
    for number, (channels, stride) in enumerate(convolutions, 1):
        b.conv_bn(f"conv{number}", f"bn{number}", source, channels, 3, stride)
        source = b.add("ReLU", f"relu{number}", (f"bn{number}",), channels)
    return b.head(source, convolutions[-1][0], classes)


class GraphNetwork(nn.Module):
    """Runs a layer list. Input [n,c,h,w] normalised; output logits [n,classes] (softmax is left to the loss)."""

    def __init__(self, layers: list[Layer]):
        super().__init__()
        self.layers = layers
        self.parts = nn.ModuleDict()
        width = {layer.name: layer.channels for layer in layers}
        for layer in layers:
            if layer.kind == "Conv2D":
                padding = layer.kernel // 2 if layer.stride == 1 else 0
                conv = nn.Conv2d(width[layer.inputs[0]], layer.channels, layer.kernel, layer.stride, padding, bias=False)
                nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
                self.parts[layer.name] = conv
            elif layer.kind == "BatchNormalization":
                self.parts[layer.name] = nn.BatchNorm2d(layer.channels, eps=BATCH_NORM_EPSILON)
            elif layer.kind == "Dense":
                self.parts[layer.name] = nn.Linear(width[layer.inputs[0]], layer.channels)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        values = {"image": image}
        for layer in self.layers:
            if layer.kind in ("InputLayer", "Softmax"):
                continue
            x = values[layer.inputs[0]]
            if layer.kind == "Conv2D":
                if layer.stride == 2 and layer.kernel == 3:
                    x = functional.pad(x, (0, 1, 0, 1))
                x = self.parts[layer.name](x)
            elif layer.kind == "ReLU":
                x = functional.relu(x)
            elif layer.kind == "Add":
                x = x + values[layer.inputs[1]]
            elif layer.kind == "GlobalAveragePooling2D":
                x = x.float().mean((2, 3))
            else:
                x = self.parts[layer.name](x)
            values[layer.name] = x
        return values["logits"].float()


def count_parameters(network: nn.Module) -> int:
    """Every number in the weight file: trained parameters and the running statistics of batch norm."""
    return sum(t.numel() for name, t in network.state_dict().items() if not name.endswith("num_batches_tracked"))


def count_multiply_adds(layers: list[Layer], size: int) -> int:
    """Exact multiply-adds of convolutions and dense layers for one square image of `size` pixels."""
    side, width, total = {"image": size}, {layer.name: layer.channels for layer in layers}, 0
    for layer in layers[1:]:
        incoming, outgoing = width[layer.inputs[0]], layer.channels
        if layer.kind == "Dense":
            total += incoming * outgoing
            continue
        side[layer.name] = -(-side[layer.inputs[0]] // layer.stride) if layer.inputs[0] in side else 1
        if layer.kind == "Conv2D":
            total += side[layer.name] ** 2 * layer.kernel**2 * incoming * outgoing
    return total
