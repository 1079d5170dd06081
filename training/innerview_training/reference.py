"""Reference values for the app's tests: what the exported weights compute on a picture made by a formula."""
import json
from pathlib import Path

import numpy as np
import torch

from .keras_model import ExportedModel
from .paths import FIXTURES
from .recipes import Recipe

FORMULA = (
    "pixel[y][x][c] = floor(127.5 + 120 * sin(0.11 * (c + 1) * x + 0.07 * (c + 2) * y + 0.9 * c)) "
    "in float64, y and x from 0 at the top left; network input = (pixel - mean) / std"
)


def synthetic_pixels(size: int, channels: int) -> np.ndarray:
    """uint8 [size,size,channels] by FORMULA; no photograph, so it may be published."""
    y, x, c = np.mgrid[0:size, 0:size, 0:channels].astype(np.float64)
    return np.floor(127.5 + 120 * np.sin(0.11 * (c + 1) * x + 0.07 * (c + 2) * y + 0.9 * c)).astype(np.uint8)


def write_reference(recipe: Recipe, folder: Path) -> Path:
    model = ExportedModel(folder)
    channels = recipe.layers()[0].channels
    pixels = synthetic_pixels(recipe.size, channels)
    image = (torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None] - 127.5) / 127.5
    values = model.run(image)
    activations = []
    for layer in model.layers:
        value = values[layer["name"]][0]
        if value.ndim == 3:
            value = value.permute(1, 2, 0)
        flat = value.reshape(-1).double()
        activations.append({
            "layer": layer["name"], "shape": list(value.shape),
            "mean": float(flat.mean()), "std": float(flat.std(unbiased=False)),
            "min": float(flat.min()), "max": float(flat.max()),
            "first": [float(v) for v in flat[:4]], "last": [float(v) for v in flat[-4:]],
        })
    content = {
        "network": recipe.id,
        "computedBy": "PyTorch float32 on the CPU, from the exported float16 weights",
        "input": {
            "size": recipe.size, "channels": channels, "formula": FORMULA,
            "mean": 127.5, "std": 127.5, "pixelSum": int(pixels.astype(np.int64).sum()),
        },
        "weightsSha256": json.loads((folder / "card.json").read_text())["files"][1]["sha256"],
        "logits": [float(v) for v in values["logits"][0]],
        "probabilities": [float(v) for v in values["probabilities"][0]],
        "activationLayout": "height, width, channel; std is the population's; first and last are the flattened values at both ends",
        "activations": activations,
    }
    FIXTURES.mkdir(parents=True, exist_ok=True)
    path = FIXTURES / f"{recipe.id}.json"
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path
