"""Computes the kernel cases in test/fixtures/kernels with PyTorch in float64.

Run: <python with torch> tools/golden/make_kernel_cases.py
Each case: one operation of src/graph/ops.ts, its inputs and weights (NHWC, HWIO), its value, an upstream gradient and the
gradients of the inputs; for linear layers also the relevance under both LRP rules, as in Bach et al. 2015.
"""
import json
from pathlib import Path

import torch
from torch.nn import functional as F

from kernel_case import add_case, cases, nchw, nhwc, pad_nchw, pads, rand

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "kernels"


def conv_case(name, x, kernel, stride=(1, 1), dilation=(1, 1), padding=None, groups=1, bias=True):
    padding = padding or pads()
    weights = {"kernel": kernel}
    if bias:
        weights["bias"] = rand(kernel.shape[3])

    def linear(a, k, b):
        return nhwc(F.conv2d(pad_nchw(nchw(a), padding), k.permute(3, 2, 0, 1), b, stride, 0, dilation, groups))

    operation = {"op": "conv2d", "strides": list(stride), "dilations": list(dilation), "padding": padding, "groups": groups}
    add_case(name, operation, [x], lambda a: linear(a, kernel, weights.get("bias")), weights, linear)


def depthwise_case(name, x, kernel, stride=(1, 1), dilation=(1, 1), padding=None, bias=True):
    padding = padding or pads()
    channels, multiplier = kernel.shape[2:]
    weights = {"kernel": kernel}
    if bias:
        weights["bias"] = rand(channels * multiplier)

    def linear(a, k, b):
        k = k.reshape(*k.shape[:2], channels * multiplier).permute(2, 0, 1).unsqueeze(1)
        return nhwc(F.conv2d(pad_nchw(nchw(a), padding), k, b, stride, 0, dilation, channels))

    operation = {"op": "depthwise-conv2d", "strides": list(stride), "dilations": list(dilation), "padding": padding}
    add_case(name, operation, [x], lambda a: linear(a, kernel, weights.get("bias")), weights, linear)


def make_convolutions():
    conv_case("conv 3x3 same", rand(2, 6, 5, 3), rand(3, 3, 3, 4), padding=pads(1, 1, 1, 1))
    conv_case("conv 3x3 stride 2, TensorFlow's same on an even size", rand(1, 8, 8, 3), rand(3, 3, 3, 4), (2, 2), padding=pads(0, 1, 0, 1))
    conv_case("conv 3x3 stride 2, same on an odd size", rand(1, 7, 9, 2), rand(3, 3, 2, 5), (2, 2), padding=pads(1, 1, 1, 1), bias=False)
    conv_case("conv 1x1", rand(1, 4, 4, 6), rand(1, 1, 6, 3))
    conv_case("conv 1x1 stride 2 on an odd size", rand(1, 5, 7, 3), rand(1, 1, 3, 4), (2, 2), bias=False)
    conv_case("conv 1x1 stride 2 on an even size", rand(1, 6, 6, 3), rand(1, 1, 3, 4), (2, 2))
    conv_case("conv 1x1 with padding", rand(1, 4, 3, 2), rand(1, 1, 2, 3), padding=pads(1, 1, 1, 2))
    conv_case("conv 5x3 valid", rand(1, 7, 6, 2), rand(5, 3, 2, 3))
    conv_case("conv 2x2 stride 3 leaves pixels unread", rand(1, 8, 8, 2), rand(2, 2, 2, 3), (3, 3))
    conv_case("conv with more padding than kernel", rand(1, 4, 4, 2), rand(2, 2, 2, 3), padding=pads(2, 1, 3, 2))
    conv_case("conv with unequal strides", rand(1, 7, 8, 2), rand(3, 3, 2, 3), (2, 1), padding=pads(1, 0, 0, 1))
    conv_case("conv dilation 2", rand(1, 8, 7, 2), rand(3, 3, 2, 3), dilation=(2, 2), padding=pads(2, 2, 2, 2))
    conv_case("conv dilation 2 and stride 2", rand(1, 9, 9, 2), rand(3, 3, 2, 3), (2, 2), (2, 2), padding=pads(2, 2, 2, 2))
    conv_case("conv 2 groups", rand(1, 5, 5, 4), rand(3, 3, 2, 6), padding=pads(1, 1, 1, 1), groups=2)
    conv_case("conv 2 groups, stride 2", rand(1, 6, 6, 4), rand(3, 3, 2, 4), (2, 2), padding=pads(0, 1, 0, 1), groups=2, bias=False)
    conv_case("conv 3x3 stride 2 with many channels", rand(1, 6, 6, 10), rand(3, 3, 10, 9), (2, 2), padding=pads(0, 1, 0, 1))
    depthwise_case("depthwise 3x3 same", rand(2, 5, 6, 3), rand(3, 3, 3, 1), padding=pads(1, 1, 1, 1))
    depthwise_case("depthwise stride 2, same on an even size", rand(1, 8, 6, 4), rand(3, 3, 4, 1), (2, 2), padding=pads(0, 1, 0, 1))
    depthwise_case("depthwise multiplier 2", rand(1, 5, 5, 3), rand(3, 3, 3, 2), padding=pads(1, 1, 1, 1))
    depthwise_case("depthwise multiplier 2, stride 2", rand(1, 7, 7, 2), rand(3, 3, 2, 2), (2, 2), padding=pads(1, 1, 1, 1), bias=False)
    depthwise_case("depthwise 5x5", rand(1, 7, 7, 2), rand(5, 5, 2, 1), padding=pads(2, 2, 2, 2))
    depthwise_case("depthwise dilation 2", rand(1, 7, 7, 2), rand(3, 3, 2, 1), dilation=(2, 2), padding=pads(2, 2, 2, 2))
    depthwise_case("depthwise dilation 2 and stride 2", rand(1, 9, 8, 2), rand(3, 3, 2, 1), (2, 2), (2, 2), padding=pads(2, 2, 2, 1))
    kernel, bias = rand(5, 4), rand(4)
    add_case("dense", {"op": "dense"}, [rand(2, 5)], lambda a: a @ kernel + bias, {"kernel": kernel, "bias": bias},
             lambda a, k, b: a @ k + (0 if b is None else b))
    add_case("dense without bias", {"op": "dense"}, [rand(1, 5)], lambda a: a @ kernel, {"kernel": kernel}, lambda a, k, b: a @ k)


def make_elementwise():
    gamma, beta, mean, variance = rand(3), rand(3), rand(3), rand(3, low=0.2, high=2)
    add_case("batch norm", {"op": "batch-norm", "epsilon": 0.001}, [rand(2, 3, 2, 3)],
             lambda a: (a - mean) / torch.sqrt(variance + 0.001) * gamma + beta,
             {"gamma": gamma, "beta": beta, "mean": mean, "variance": variance})
    add_case("batch norm without scale and centre", {"op": "batch-norm", "epsilon": 0.00001}, [rand(1, 2, 2, 3)],
             lambda a: (a - mean) / torch.sqrt(variance + 0.00001), {"mean": mean, "variance": variance})
    functions = {
        "relu": ({"kind": "relu"}, F.relu), "relu6": ({"kind": "relu6"}, F.relu6),
        "clip": ({"kind": "clip", "min": -0.5, "max": 2}, lambda a: a.clamp(-0.5, 2)),
        "leaky relu": ({"kind": "leaky-relu", "slope": 0.1}, lambda a: F.leaky_relu(a, 0.1)),
        "elu": ({"kind": "elu", "alpha": 1}, F.elu), "elu with alpha": ({"kind": "elu", "alpha": 0.7}, lambda a: F.elu(a, 0.7)),
        "sigmoid": ({"kind": "sigmoid"}, torch.sigmoid), "tanh": ({"kind": "tanh"}, torch.tanh),
        "hard sigmoid": ({"kind": "hard-sigmoid", "slope": 1 / 6, "offset": 0.5}, F.hardsigmoid),
        "hard swish": ({"kind": "hard-swish"}, F.hardswish), "silu": ({"kind": "silu"}, F.silu),
        "gelu": ({"kind": "gelu", "approximate": False}, F.gelu),
        "gelu, tanh form": ({"kind": "gelu", "approximate": True}, lambda a: F.gelu(a, approximate="tanh")),
    }
    for name, (activation, function) in functions.items():
        # 0 is left out: its derivative is a convention, tested apart.
        add_case(name, {"op": "activation", "activation": activation}, [rand(1, 3, 4, 3, low=-8, high=8)], function)
    slope = rand(1, 1, 3)
    add_case("prelu", {"op": "prelu"}, [rand(1, 3, 2, 3)], lambda a: torch.where(a > 0, a, a * slope), {"slope": slope})
    add_case("softmax", {"op": "softmax"}, [rand(2, 6, low=-3, high=3)], lambda a: torch.softmax(a, -1))
    add_case("add", {"op": "add"}, [rand(1, 2, 3, 2), rand(1, 2, 3, 2)], lambda a, b: a + b)
    add_case("add of three", {"op": "add"}, [rand(1, 2, 2, 2), rand(1, 2, 2, 2), rand(1, 2, 2, 2)], lambda a, b, c: a + b + c)
    add_case("add, broadcast", {"op": "add"}, [rand(1, 2, 3, 2), rand(1, 1, 1, 2)], lambda a, b: a + b)
    add_case("multiply, broadcast", {"op": "multiply"}, [rand(1, 3, 2, 2), rand(1, 1, 1, 2)], lambda a, b: a * b)
    add_case("subtract", {"op": "subtract"}, [rand(1, 2, 3, 2), rand(1, 2, 3, 2)], lambda a, b: a - b)
    add_case("divide", {"op": "divide"}, [rand(1, 2, 3, 2), rand(1, 2, 3, 2, low=0.5, high=2)], lambda a, b: a / b)
    factor, offset = rand(2), rand(2)
    add_case("scale", {"op": "scale"}, [rand(1, 3, 2, 2)], lambda a: a * factor + offset, {"factor": factor, "offset": offset})
    add_case("concat of channels", {"op": "concat", "axis": 2}, [rand(1, 2, 2, 3), rand(1, 2, 2, 1), rand(1, 2, 2, 2)],
             lambda a, b, c: torch.cat([a, b, c], 3))


def max_pool(window, stride, p):
    return lambda a: nhwc(F.max_pool2d(pad_nchw(nchw(a), p, float("-inf")).contiguous(), window, stride))


def average_pool(window, stride, p, count_padding):
    def run(a, *_):
        total = F.avg_pool2d(pad_nchw(nchw(a), p), window, stride)
        if count_padding:
            return nhwc(total)
        inside = F.avg_pool2d(pad_nchw(torch.ones_like(nchw(a)), p), window, stride)
        return nhwc(total / inside)
    return run


def make_pools():
    settings = [
        ("2x2", (2, 2), (2, 2), pads(), (1, 6, 4, 3)), ("2x2 on an odd size", (2, 2), (2, 2), pads(), (1, 5, 5, 2)),
        ("3x3 stride 2, TensorFlow's same", (3, 3), (2, 2), pads(0, 1, 0, 1), (1, 6, 6, 2)),
        ("3x3 stride 1, same", (3, 3), (1, 1), pads(1, 1, 1, 1), (2, 4, 5, 2)), ("3x2, stride 1x3", (3, 2), (1, 3), pads(), (1, 5, 8, 2)),
    ]
    for name, window, stride, p, shape in settings:
        # Coarse values, many of them 0: ties must go to the first maximum in row-major order.
        coarse = (rand(*shape) * 2).round().clamp(min=0) / 2
        shifted = rand(*shape) - 3
        operation = {"op": "max-pool", "window": list(window), "strides": list(stride), "padding": p}
        add_case(f"max pool {name}, ties", operation, [coarse], max_pool(window, stride, p))
        add_case(f"max pool {name}, all negative", operation, [shifted], max_pool(window, stride, p))
        for count in (False, True):
            run = average_pool(window, stride, p, count)
            add_case(f"average pool {name}, padding {'counted' if count else 'not counted'}",
                     {"op": "average-pool", "window": list(window), "strides": list(stride), "padding": p, "countPadding": count},
                     [rand(*shape)], run, None, run)
    mean = lambda a, *_: a.mean((1, 2))
    add_case("global average", {"op": "global-average-pool", "keepDims": False}, [rand(2, 4, 3, 5)], mean, None, mean)
    add_case("global average, kept", {"op": "global-average-pool", "keepDims": True}, [rand(1, 3, 3, 2)], lambda a: a.mean((1, 2), keepdim=True))
    add_case("global max", {"op": "global-max-pool", "keepDims": False}, [rand(2, 4, 3, 5)], lambda a: a.amax((1, 2)))


def make_layouts():
    add_case("pad", {"op": "pad", "padding": pads(1, 2, 0, 3), "value": 0.5}, [rand(1, 2, 3, 2)], lambda a: nhwc(pad_nchw(nchw(a), pads(1, 2, 0, 3), 0.5)))
    add_case("flatten", {"op": "flatten"}, [rand(2, 2, 2, 3)], lambda a: a.reshape(2, 12))
    add_case("reshape", {"op": "reshape", "shape": [3, 2, 2]}, [rand(2, 2, 2, 3)], lambda a: a.reshape(2, 3, 2, 2))
    add_case("slice of rows", {"op": "slice", "axis": 0, "start": 1, "size": 2}, [rand(1, 4, 2, 2)], lambda a: a[:, 1:3])
    add_case("slice of channels", {"op": "slice", "axis": 2, "start": 2, "size": 3}, [rand(1, 2, 2, 6)], lambda a: a[..., 2:5])
    add_case("transpose", {"op": "transpose", "permutation": [2, 0, 1]}, [rand(1, 2, 3, 4)], lambda a: a.permute(0, 3, 1, 2))
    add_case("identity", {"op": "identity"}, [rand(1, 2, 2, 1)], lambda a: a * 1)
    for name, method, half, corners, size in [
        ("nearest, twice", "nearest", False, False, (6, 4)), ("bilinear, twice, half pixel centres", "bilinear", True, False, (6, 4)),
        ("bilinear, aligned corners", "bilinear", False, True, (7, 5)), ("bilinear, smaller", "bilinear", True, False, (2, 2)),
    ]:
        extra = {} if method == "nearest" else {"align_corners": corners}
        operation = {"op": "resize", "height": size[0], "width": size[1], "method": method, "halfPixelCentres": half, "alignCorners": corners}
        add_case(f"resize {name}", operation, [rand(1, 3, 2, 2)], lambda a: nhwc(F.interpolate(nchw(a), size, mode=method, **extra)))
    for size in (3, 5, 4):
        operation = {"op": "local-response-norm", "size": size, "alpha": 0.3, "beta": 0.75, "bias": 1.5}
        add_case(f"local response norm {size}", operation, [rand(1, 2, 3, 6)], lambda a: nhwc(lrn(nchw(a), size)))


def lrn(a, size):
    """ONNX's definition: floor((size - 1) / 2) channels before, ceil((size - 1) / 2) after."""
    before = (size - 1) // 2
    squares = F.pad((a * a).permute(0, 2, 3, 1), (before, size - 1 - before)).unfold(-1, size, 1).sum(-1).permute(0, 3, 1, 2)
    return a / (1.5 + 0.3 / size * squares) ** 0.75


make_convolutions()
make_elementwise()
make_pools()
make_layouts()
OUT.mkdir(parents=True, exist_ok=True)
for file, wanted in {"linear": ("conv2d", "depthwise-conv2d", "dense"), "other": None}.items():
    chosen = [c for c in cases if (c["operation"]["op"] in ("conv2d", "depthwise-conv2d", "dense")) == (wanted is not None)]
    text = json.dumps({"computedBy": f"PyTorch {torch.__version__}, float64", "cases": chosen}, separators=(",", ":"))
    (OUT / f"{file}.json").write_text(text + "\n")
    print(file, len(chosen), "cases", len(text), "bytes")
