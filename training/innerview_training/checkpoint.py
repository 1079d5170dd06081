"""Saves and restores a run: weights, optimiser, moving average, progress, random state."""
import os
from pathlib import Path

import torch
from torch import nn


class MovingAverage:
    """Exponential moving average of weights and of batch norm's statistics; this is what is shipped."""

    def __init__(self, network: nn.Module, decay: float):
        self.decay = decay
        self.state = {name: t.detach().float().clone() for name, t in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int, steps: int = 1) -> None:
        # A short memory at first: the random start must not linger.
        decay = min(self.decay, (1 + step) / (20 + step)) ** steps
        for name, t in network.state_dict().items():
            if t.dtype.is_floating_point:
                self.state[name].lerp_(t.detach().float(), 1 - decay)


def save_checkpoint(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    torch.save(content, temporary)
    os.replace(temporary, path)


def load_checkpoint(path: Path) -> dict | None:
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None
