"""Writes a layer list as a TensorFlow.js LayersModel and reads such a model back without the trainer's code.

Batch norm stays unfolded: the app shows it as a layer of its own and folds it itself where it wants speed.
"""
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from .network import BATCH_NORM_EPSILON, Layer

GENERATED_BY = "innerview-training 1"


def _layer_config(layer: Layer, size: int) -> tuple[str, dict]:
    base = {"name": layer.name, "trainable": True, "dtype": "float32"}
    if layer.kind == "InputLayer":
        return "InputLayer", {
            "batch_input_shape": [None, size, size, layer.channels], "dtype": "float32", "sparse": False, "ragged": False, "name": layer.name,
        }
    if layer.kind == "Conv2D":
        return "Conv2D", base | {
            "filters": layer.channels, "kernel_size": [layer.kernel] * 2, "strides": [layer.stride] * 2, "padding": "same",
            "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "linear", "use_bias": False,
        }
    if layer.kind == "BatchNormalization":
        return "BatchNormalization", base | {
            "axis": [3], "momentum": 0.9, "epsilon": BATCH_NORM_EPSILON, "center": True, "scale": True,
        }
    if layer.kind == "ReLU":
        return "Activation", base | {"activation": "relu"}
    if layer.kind == "Softmax":
        return "Activation", base | {"activation": "softmax"}
    if layer.kind == "GlobalAveragePooling2D":
        return "GlobalAveragePooling2D", base | {"data_format": "channels_last", "keepdims": False}
    if layer.kind == "Dense":
        return "Dense", base | {"units": layer.channels, "activation": "linear", "use_bias": True}
    return layer.kind, base


def _weights_of(layer: Layer, state: dict[str, torch.Tensor]) -> list[tuple[str, np.ndarray]]:
    def get(name: str) -> torch.Tensor:
        return state[f"parts.{layer.name}.{name}"].float().cpu()

    if layer.kind == "Conv2D":
        return [("kernel", get("weight").permute(2, 3, 1, 0).numpy())]
    if layer.kind == "BatchNormalization":
        names = (("gamma", "weight"), ("beta", "bias"), ("moving_mean", "running_mean"), ("moving_variance", "running_var"))
        return [(keras, get(torch_name).numpy()) for keras, torch_name in names]
    if layer.kind == "Dense":
        return [("kernel", get("weight").T.numpy()), ("bias", get("bias").numpy())]
    return []


def build_model(name: str, layers: list[Layer], state: dict[str, torch.Tensor], size: int) -> tuple[dict, bytes]:
    """The model.json object and the float16 weight bytes."""
    keras_layers, entries, chunks = [], [], []
    for layer in layers:
        kind, config = _layer_config(layer, size)
        inbound = [[[source, 0, 0, {}] for source in layer.inputs]] if layer.inputs else []
        keras_layers.append({"class_name": kind, "config": config, "name": layer.name, "inbound_nodes": inbound})
        for weight, array in _weights_of(layer, state):
            half = np.ascontiguousarray(array, np.float16)
            if not np.isfinite(half).all():
                raise ValueError(f"{layer.name}/{weight} does not fit float16")
            chunks.append(half.tobytes())
            entries.append({
                "name": f"{layer.name}/{weight}", "shape": list(half.shape), "dtype": "float32",
                "quantization": {"dtype": "float16", "original_dtype": "float32"},
            })
    config = {
        "name": name, "trainable": True, "layers": keras_layers,
        "input_layers": [[layers[0].name, 0, 0]], "output_layers": [[layers[-1].name, 0, 0]],
    }
    model = {
        "format": "layers-model", "generatedBy": GENERATED_BY, "convertedBy": None,
        "modelTopology": {
            "keras_version": "2.15.0", "backend": "tensorflow", "model_config": {"class_name": "Functional", "config": config},
        },
        "weightsManifest": [{"paths": ["weights.bin"], "weights": entries}],
    }
    return model, b"".join(chunks)


class ExportedModel:
    """Runs an exported folder in float32 from its files alone. Channels-first inside, as PyTorch likes it."""

    def __init__(self, folder: Path):
        document = json.loads((folder / "model.json").read_text())
        self.layers = document["modelTopology"]["model_config"]["config"]["layers"]
        group = document["weightsManifest"][0]
        data, offset, self.weights = (folder / group["paths"][0]).read_bytes(), 0, {}
        for entry in group["weights"]:
            count = int(np.prod(entry["shape"]))
            array = np.frombuffer(data, "<f2", count, offset).astype(np.float32).reshape(entry["shape"])
            self.weights[entry["name"]] = torch.from_numpy(array)
            offset += count * 2
        if offset != len(data):
            raise ValueError(f"{folder}: manifest names {offset} bytes, file has {len(data)}")

    @torch.no_grad()
    def run(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """All activations by layer name for a normalised [n,c,h,w] image."""
        values = {}
        for layer in self.layers:
            name, config = layer["name"], layer["config"]
            sources = [values[node[0]] for node in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else [image]
            values[name] = self._apply(layer["class_name"], name, config, sources)
        return values

    def _apply(self, kind: str, name: str, config: dict, sources: list[torch.Tensor]) -> torch.Tensor:
        x = sources[0]
        if kind == "InputLayer":
            return x
        if kind == "Conv2D":
            kernel, stride = self.weights[name + "/kernel"].permute(3, 2, 0, 1), config["strides"][0]
            pads = []
            for side in (x.shape[3], x.shape[2]):
                # TensorFlow: total padding so that the output has ceil(side / stride); the odd one goes last.
                total = max((-(-side // stride) - 1) * stride + kernel.shape[2] - side, 0)
                pads += [total // 2, total - total // 2]
            return functional.conv2d(functional.pad(x, pads), kernel, stride=stride)
        if kind == "BatchNormalization":
            gamma, beta, mean, variance = (self.weights[f"{name}/{w}"] for w in ("gamma", "beta", "moving_mean", "moving_variance"))
            return functional.batch_norm(x, mean, variance, gamma, beta, eps=config["epsilon"])
        if kind == "Activation":
            return functional.relu(x) if config["activation"] == "relu" else functional.softmax(x, 1)
        if kind == "Add":
            return sources[0] + sources[1]
        if kind == "GlobalAveragePooling2D":
            return x.mean((2, 3))
        if kind == "Dense":
            return x @ self.weights[name + "/kernel"] + self.weights[name + "/bias"]
        raise ValueError(f"unknown layer class {kind}")
