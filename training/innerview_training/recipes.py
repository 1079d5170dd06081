"""What is trained: one entry per shipped network, with its layers, its data and its recipe."""
from collections.abc import Callable
from dataclasses import dataclass

from .network import Layer, plain_layers, residual_layers


@dataclass(frozen=True)
class Recipe:
    id: str
    pack: str
    size: int
    layers: Callable[[], list[Layer]]
    batch: int
    peak_learning_rate: float
    weight_decay: float
    ema_decay: float
    sizes: tuple[tuple[float, int], ...]
    default_epochs: int
    seed: int = 20261123
    momentum: float = 0.9
    label_smoothing: float = 0.1
    # With a teacher: share of the soft-target loss, and the temperature of both sides.
    soft_share: float = 0.6
    temperature: float = 2.0
    # Recompute batch norm's statistics before export (settle.py): for networks trained on smaller pictures.
    settles: bool = False


EVERYDAY = Recipe(
    id="everyday",
    pack="everyday-objects",
    size=64,
    # Most of the compute is at 8x8 with wide channels: rich in parameters and fast on a CPU.
    layers=lambda: residual_layers(32, [(32, 1), (64, 2), (192, 2), (192, 1), (192, 1)], 100),
    batch=128,
    peak_learning_rate=0.15,
    weight_decay=5e-4,
    ema_decay=0.999,
    sizes=((0.0, 40), (0.45, 48), (0.74, 56), (0.92, 64)),
    default_epochs=60,
    settles=True,
)

DIGITS = Recipe(
    id="digits",
    pack="digits",
    size=32,
    layers=lambda: plain_layers([(16, 1), (32, 2), (32, 1), (64, 2), (64, 1)], 10),
    batch=128,
    peak_learning_rate=0.1,
    weight_decay=2e-4,
    ema_decay=0.998,
    sizes=((0.0, 32),),
    default_epochs=10,
    label_smoothing=0.05,
)

RECIPES = {recipe.id: recipe for recipe in (EVERYDAY, DIGITS)}
