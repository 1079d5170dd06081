"""How each pack's pictures become network input, when training and when measuring."""
import numpy as np
import torch

from . import digit_augmentation, photo_augmentation
from .recipes import Recipe


def to_tensor(images: np.ndarray) -> torch.Tensor:
    """uint8 [n,h,w,c] to uint8 [n,c,h,w]."""
    return torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)


def training_input(recipe: Recipe, images: torch.Tensor, size: int, strength: float):
    """Augmented network input and, for photographs, the view it shows (the teacher's map needs it)."""
    if recipe.id == "digits":
        return digit_augmentation.augment(images), None
    view = photo_augmentation.random_view(len(images), strength, images.device)
    return photo_augmentation.augment(images, view, size, strength), view


def camera_input(images: torch.Tensor) -> torch.Tensor:
    """Digits as the imitated camera sees them, none left clean; seed torch first."""
    return digit_augmentation.augment(images, clean_share=0.0)


def validation_input(recipe: Recipe, images: torch.Tensor) -> torch.Tensor:
    """Normalised input without augmentation. Digits are centred on a 32 px sheet, as in training."""
    values = digit_augmentation.clean_sheet(images) if recipe.id == "digits" else images.float()
    return (values - 127.5) / 127.5


@torch.no_grad()
def accuracy(forward, recipe: Recipe, images: np.ndarray, labels: np.ndarray, prepare=None) -> tuple[float, float]:
    """Top-1 and top-5 of `forward` (normalised [n,c,h,w] to logits) on a split."""
    first = five = 0
    for start in range(0, len(labels), 250):
        batch = to_tensor(images[start : start + 250])
        x = prepare(batch) if prepare else validation_input(recipe, batch)
        ranked = forward(x).topk(5, 1).indices
        hit = ranked == torch.from_numpy(labels[start : start + 250])[:, None]
        first += int(hit[:, 0].sum())
        five += int(hit.any(1).sum())
    return first / len(labels), five / len(labels)
