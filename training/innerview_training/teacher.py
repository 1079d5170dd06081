"""Teacher maps: what MobileNet v2 (Apache-2.0, pretrained on ImageNet) thinks about each training picture.

`python -m innerview_training.teacher` runs the network once over the pack, enlarged to 160 px, fits a
linear head to its features and stores for every training picture the head's logits at each position of
the last feature map (5x5), before the average pool. Training then reads off the opinion about exactly
the crop that the student sees, without running the teacher again.

See Yun et al. 2021, "Re-labeling ImageNet", arXiv:2101.05022. Different here: the head is fitted to the
pack's own labels, and the map is sampled with the crop's perspective instead of RoIAlign.
"""
import argparse
import os
import time

import numpy as np
import torch
from torch.nn import functional

from .packs import load_split, read_class_names
from .paths import TEACHER, WORK
from .recipes import EVERYDAY
from .tflite_reader import read_tflite

PIXELS = 160
RELU6, SAME = 3, 0


class MobileNet:
    """The dequantised network in PyTorch; `features` stops before the average pool."""

    def __init__(self, dtype: torch.dtype):
        tensors, operators = read_tflite(next(TEACHER.glob("*.tflite")))
        self.steps, self.dtype = [], dtype
        for operator in operators[1:]:
            if operator.kind == "MEAN":
                break
            weights = None
            if operator.kind != "ADD":
                kernel = torch.from_numpy(tensors[operator.inputs[1]].dequantised())
                groups = kernel.shape[3] if operator.kind == "DEPTHWISE_CONV_2D" else 1
                # OHWI to OIHW; depthwise is stored as 1HWC.
                kernel = kernel.permute(3, 0, 1, 2) if groups > 1 else kernel.permute(0, 3, 1, 2)
                if operator.options["padding"] != SAME:
                    raise ValueError("only 'same' padding is expected here")
                bias = torch.from_numpy(tensors[operator.inputs[2]].dequantised())
                weights = (kernel.to(dtype).contiguous(memory_format=torch.channels_last), bias.to(dtype), groups)
            self.steps.append((operator, weights))

    @torch.no_grad()
    def features(self, x: torch.Tensor) -> torch.Tensor:
        """[n,3,160,160] in -1..1 to [n,1280,5,5]."""
        values = {self.steps[0][0].inputs[0]: x.to(self.dtype).contiguous(memory_format=torch.channels_last)}
        last_use = {i: position for position, (operator, _) in enumerate(self.steps) for i in operator.inputs}
        for position, (operator, weights) in enumerate(self.steps):
            y = values[operator.inputs[0]]
            if weights is None:
                y = y + values[operator.inputs[1]]
            else:
                kernel, bias, groups = weights
                stride, size = operator.options["stride"], kernel.shape[2]
                padding = size // 2
                if stride == 2:
                    y, padding = functional.pad(y, (0, 1, 0, 1)), 0
                y = functional.conv2d(y, kernel, bias, stride, padding, 1, groups)
            if operator.options.get("activation") == RELU6:
                y = functional.hardtanh_(y, 0, 6)
            values[operator.outputs[0]] = y
            for i in operator.inputs:
                if last_use[i] == position:
                    values.pop(i, None)
        return y


def enlarge(images: np.ndarray) -> torch.Tensor:
    x = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).float().sub_(127.5).div_(127.5)
    return functional.interpolate(x, size=(PIXELS, PIXELS), mode="bicubic", align_corners=False).clamp_(-1, 1)


def extract(network: MobileNet, split: str, batch: int = 50) -> np.ndarray:
    """Features [n,5,5,1280] float16 of a split, memory-mapped in .work; continues where it was stopped."""
    images, _ = load_split(EVERYDAY.pack, split)
    path, mark = WORK / f"teacher-features-{split}.npy", WORK / f"teacher-features-{split}.done"
    done = int(mark.read_text()) if mark.exists() else 0
    side = PIXELS // 32
    features = np.lib.format.open_memmap(path, "r+" if done else "w+", np.float16, (len(images), side, side, 1280))
    started, begun = time.monotonic(), done
    while done < len(images):
        y = network.features(enlarge(images[done : done + batch]))
        features[done : done + batch] = y.permute(0, 2, 3, 1).to(torch.float16).numpy()
        done += batch
        if done % 2500 == 0 or done >= len(images):
            mark.write_text(str(done))
            print(f"{split}: {done} of {len(images)}, {(done - begun) / (time.monotonic() - started):.0f} a second", flush=True)
    return features


def fit_head(pooled: torch.Tensor, labels: torch.Tensor, check: torch.Tensor, check_labels: torch.Tensor, decay: float, epochs: int = 12):
    """Softmax regression on features of unit spread; returns weight [100,1280], bias and both accuracies."""
    torch.manual_seed(1)
    mean, spread = pooled.mean(0), pooled.std(0) + 1e-3
    x, v = (pooled - mean) / spread, (check - mean) / spread
    head = torch.nn.Linear(x.shape[1], 100)
    torch.nn.init.zeros_(head.weight)
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-3, weight_decay=decay)
    batch = 256
    steps = epochs * (len(x) // batch)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps + 1, pct_start=0.1)
    for _ in range(epochs):
        for chosen in torch.randperm(len(x))[: len(x) // batch * batch].split(batch):
            loss = functional.cross_entropy(head(functional.dropout(x[chosen], 0.3)), labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            plan.step()
    with torch.no_grad():
        right = [(head(a).argmax(1) == b).float().mean().item() for a, b in ((x, labels), (v, check_labels))]
        five = (head(v).topk(5, 1).indices == check_labels[:, None]).any(1).float().mean().item()
        weight = head.weight / spread
        return weight, head.bias - weight @ mean, right[0], right[1], five


def _pool(features: np.ndarray) -> torch.Tensor:
    parts = [torch.from_numpy(features[i : i + 1000]).float().mean((1, 2)) for i in range(0, len(features), 1000)]
    return torch.cat(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--float32", action="store_true", help="slower; bfloat16 costs the head about nothing")
    arguments = parser.parse_args()
    assert len(read_class_names(EVERYDAY.pack)) == 100
    network = MobileNet(torch.float32 if arguments.float32 else torch.bfloat16)
    check_features = extract(network, "val")
    features = extract(network, "train")
    labels, check_labels = (torch.from_numpy(load_split(EVERYDAY.pack, split)[1]) for split in ("train", "val"))
    pooled, check = _pool(features), _pool(check_features)
    best = None
    for decay in (0.03, 0.3):
        result = fit_head(pooled, labels, check, check_labels, decay)
        print(f"head, decay {decay}: training {result[2]:.2%}, validation {result[3]:.2%}, top-5 {result[4]:.2%}", flush=True)
        if best is None or result[3] > best[3]:
            best = result
    weight, bias = best[0].detach(), best[1].detach()
    path = WORK / f"{EVERYDAY.pack}-teacher-maps.npy"
    temporary = WORK / "teacher-maps.tmp.npy"
    maps = np.lib.format.open_memmap(temporary, "w+", np.float16, (*features.shape[:3], 100))
    for i in range(0, len(features), 500):
        part = torch.from_numpy(features[i : i + 500]).float()
        maps[i : i + 500] = (part @ weight.T + bias).to(torch.float16).numpy()
    maps.flush()
    os.replace(temporary, path)
    print(f"maps in {path}: {maps.shape}", flush=True)


if __name__ == "__main__":
    main()
