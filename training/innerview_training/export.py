"""Exports a checkpoint: model.json, weights.bin, card.json and the reference values for the app's tests.

`python -m innerview_training.export everyday` reads the newest checkpoint, also while training goes on.
Accuracy in the card is measured on the files just written, read back in float32.
"""
import argparse
import hashlib
import json
import os
import tempfile
from pathlib import Path

import torch

from . import cards, tasks
from .checkpoint import load_checkpoint
from .keras_model import ExportedModel, build_model
from .network import GraphNetwork, count_multiply_adds, count_parameters
from .packs import load_split, read_class_names
from .paths import PUBLIC_MODELS, WORK
from .recipes import RECIPES, Recipe
from .reference import write_reference
from .settle import settle_batch_norm


def _measure(model: ExportedModel, recipe: Recipe) -> list[dict]:
    images, labels = load_split(recipe.pack, "val")
    tests = [("validation pack", None)]
    if recipe.id == "digits":
        tests.append(("validation pack through the imitated camera (fixed seed)", tasks.camera_input))
    result = []
    for name, prepare in tests:
        torch.manual_seed(7)
        top1, top5 = tasks.accuracy(lambda x: model.run(x)["logits"], recipe, images, labels, prepare)
        result.append({"set": name, "images": len(labels), "top1": round(top1, 4), "top5": round(top5, 4)})
    return result


def _card(recipe: Recipe, stored: dict, folder: Path, accuracy: list[dict]) -> dict:
    words, layers = cards.CARDS[recipe.id], recipe.layers()
    channels = layers[0].channels
    images, labels = load_split(recipe.pack, "train")
    files = []
    for name in ("model.json", "weights.bin"):
        content = (folder / name).read_bytes()
        files.append({"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    text = cards.RECIPE_TEXT[recipe.id]
    if stored.get("taught_from") is not None:
        text += cards.TEACHER_TEXT.format(start=stored["taught_from"])
    fraction = stored["progress"]["fraction"]
    if fraction < 1:
        text += f" Intermediate export at {fraction:.0%} of the training."
    return {
        "id": recipe.id,
        "name": words["name"],
        "task": "classification",
        "description": words["description"],
        "classes": read_class_names(recipe.pack),
        "input": {
            "height": recipe.size, "width": recipe.size, "channels": channels,
            "mean": [127.5] * channels, "std": [127.5] * channels,
        },
        "files": files,
        "parameters": count_parameters(GraphNetwork(layers)),
        "multiplyAdds": count_multiply_adds(layers, recipe.size),
        "weightsDtype": "float16",
        "data": words["data"] | {"trainImages": len(labels), "validationImages": accuracy[0]["images"]},
        "accuracy": accuracy,
        "date": cards.DATE,
        "seed": stored["seed"],
        "training": {"epochs": round(stored["progress"]["images"] / len(labels), 1), "recipe": text},
        "limits": words["limits"],
    }


def export(recipe: Recipe, stored: dict | None = None, destination: Path | None = None) -> dict:
    stored = stored or load_checkpoint(WORK / recipe.id / "checkpoint.pt")
    if stored is None:
        raise SystemExit(f"no checkpoint of {recipe.id} yet")
    destination = destination or PUBLIC_MODELS / recipe.id
    destination.mkdir(parents=True, exist_ok=True)
    state = stored["average"]
    if recipe.settles:
        state = settle_batch_norm(recipe, state)
    model, weights = build_model(recipe.id, recipe.layers(), state, recipe.size)
    with tempfile.TemporaryDirectory(dir=WORK) as temporary:
        folder = Path(temporary)
        (folder / "model.json").write_text(json.dumps(model, separators=(",", ":")) + "\n")
        (folder / "weights.bin").write_bytes(weights)
        exported = ExportedModel(folder)
        card = _card(recipe, stored, folder, _measure(exported, recipe))
        (folder / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n")
        # Measured first, then moved file by file: a reader never sees a half-written file.
        for name in ("weights.bin", "model.json", "card.json"):
            os.replace(folder / name, destination / name)
    write_reference(recipe, destination)
    print(f"exported {recipe.id} to {destination}: {json.dumps(card['accuracy'])}", flush=True)
    return card


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(RECIPES))
    parser.add_argument("--to", type=Path, help="another folder than public/models/<id>")
    arguments = parser.parse_args()
    export(RECIPES[arguments.network], destination=arguments.to)


if __name__ == "__main__":
    main()
