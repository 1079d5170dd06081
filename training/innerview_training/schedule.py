"""How far training is, and what follows from that: learning rate, image size, strength of augmentation.

Progress is a fraction from 0 to 1. It is counted either in images (`--epochs`, deterministic) or in
seconds (`--minutes`, for a shared machine whose speed nobody knows): then a slow hour costs epochs
instead of the end of the schedule.
"""
import math
import time
from dataclasses import asdict, dataclass

# One step that takes longer than this means the process was suspended, not that it was training.
LONGEST_STEP_SECONDS = 60.0


@dataclass
class Progress:
    fraction: float = 0.0
    seconds: float = 0.0
    step: int = 0
    epoch: int = 0
    position: int = 0
    images: int = 0

    def as_dict(self) -> dict:
        return asdict(self)


class Clock:
    """Advances `Progress`; resumed runs spread the rest of the schedule over the rest of the budget."""

    def __init__(self, progress: Progress, total_images: int | None, total_seconds: float | None):
        self.progress = progress
        self.by_images = total_images is not None
        done = progress.images if self.by_images else progress.seconds
        total = total_images if self.by_images else total_seconds
        self.rate = (1.0 - progress.fraction) / max(total - done, 1e-9)
        self.last = time.monotonic()

    def start(self) -> None:
        self.last = time.monotonic()

    def advance(self, images: int) -> None:
        now = time.monotonic()
        seconds = min(now - self.last, LONGEST_STEP_SECONDS)
        self.last = now
        p = self.progress
        p.seconds += seconds
        p.images += images
        p.step += 1
        p.fraction = min(1.0, p.fraction + self.rate * (images if self.by_images else seconds))


def learning_rate(fraction: float, peak: float, warm_up: float = 0.05) -> float:
    """Linear warm-up, then half a cosine to zero."""
    if fraction < warm_up:
        return peak * (0.02 + 0.98 * fraction / warm_up)
    return peak * 0.5 * (1 + math.cos(math.pi * (fraction - warm_up) / (1 - warm_up)))


def image_size(fraction: float, steps: tuple[tuple[float, int], ...]) -> int:
    """`steps` are (from this fraction, pixels): small pictures first, since cost goes with the square."""
    return [size for start, size in steps if fraction >= start][-1]


def augmentation_strength(fraction: float, full: float = 0.65, calm: float = 0.35, calm_from: float = 0.84) -> float:
    """`full`, then down to `calm`, so that the last steps see pictures like those at run time.

    Less than 1 because a network this small, trained for an hour or two, learns too little, not too much.
    """
    return full - (full - calm) * min(1.0, max(0.0, (fraction - calm_from) / (1 - calm_from) * 2))
