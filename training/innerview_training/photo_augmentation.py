"""Augmentation of photographs, batched in torch: one resampling, one colour matrix, a little damage."""
import math
from dataclasses import dataclass

import torch
from torch.nn import functional


@dataclass
class View:
    """Which part of each picture is seen; all tensors are [n]. Coordinates run from -1 to 1."""

    centre_x: torch.Tensor
    centre_y: torch.Tensor
    half_width: torch.Tensor
    half_height: torch.Tensor
    angle: torch.Tensor
    tilt_x: torch.Tensor
    tilt_y: torch.Tensor
    flip: torch.Tensor

    def grid(self, size: int) -> torch.Tensor:
        """Sampling positions [n,size,size,2] of the view's pixels in the source picture."""
        axis = (torch.arange(size, dtype=torch.float32, device=self.angle.device) * 2 + 1) / size - 1
        v, u = torch.meshgrid(axis, axis, indexing="ij")
        per_image = lambda t: t[:, None, None]
        x = u[None] * per_image(self.half_width * self.flip)
        y = v[None] * per_image(self.half_height)
        cos, sin = per_image(self.angle.cos()), per_image(self.angle.sin())
        depth = 1 + per_image(self.tilt_x) * u[None] + per_image(self.tilt_y) * v[None]
        return torch.stack(
            ((cos * x - sin * y) / depth + per_image(self.centre_x), (sin * x + cos * y) / depth + per_image(self.centre_y)), -1
        )


def _uniform(n: int, low: float, high: float, device) -> torch.Tensor:
    return torch.rand(n, device=device) * (high - low) + low


def random_view(n: int, strength: float, device="cpu") -> View:
    smallest = 1 - 0.67 * strength
    area = _uniform(n, smallest, 1.0, device)
    shape = torch.exp(_uniform(n, -0.29, 0.29, device) * strength)
    half_width = (area * shape).sqrt().clamp(max=1)
    half_height = (area / shape).sqrt().clamp(max=1)
    turned = (torch.rand(n, device=device) < 0.5).float() * strength
    return View(
        centre_x=_uniform(n, -1, 1, device) * (1 - half_width),
        centre_y=_uniform(n, -1, 1, device) * (1 - half_height),
        half_width=half_width,
        half_height=half_height,
        angle=turned * _uniform(n, -0.3, 0.3, device),
        tilt_x=turned * _uniform(n, -0.2, 0.2, device),
        tilt_y=turned * _uniform(n, -0.2, 0.2, device),
        flip=torch.where(torch.rand(n, device=device) < 0.5, 1.0, -1.0),
    )


def _colour_matrix(n: int, strength: float, device) -> torch.Tensor:
    """[n,3,3]: saturation, hue and colour cast in one matrix, around Rec. 601 luma."""
    luma = torch.tensor([0.299, 0.587, 0.114], device=device)
    grey = luma.expand(3, 3)
    colour = torch.eye(3, device=device) - grey
    # Rotation about the grey axis (1,1,1) by the hue angle.
    hue = _uniform(n, -0.25, 0.25, device) * strength
    third = torch.full((3, 3), 1 / 3, device=device)
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=device) / math.sqrt(3)
    cos, sin = hue.cos()[:, None, None], hue.sin()[:, None, None]
    rotation = cos * torch.eye(3, device=device) + (1 - cos) * third + sin * cross
    saturation = 1 + _uniform(n, -0.5, 0.5, device) * strength
    saturation = torch.where(torch.rand(n, device=device) < 0.05 * strength, torch.zeros_like(saturation), saturation)
    cast = 1 + (torch.rand(n, 3, device=device) - 0.5) * 0.24 * strength
    return cast[:, :, None] * (grey + saturation[:, None, None] * (colour @ rotation))


def _erase(images: torch.Tensor, chance: float) -> None:
    n, _, height, width = images.shape
    device = images.device
    side = _uniform(n, 0.15, 0.5, device) * (torch.rand(n, device=device) < chance)
    centre_x, centre_y = torch.rand(n, device=device), torch.rand(n, device=device)
    x = (torch.arange(width, device=device) + 0.5) / width
    y = (torch.arange(height, device=device) + 0.5) / height
    inside = ((x[None] - centre_x[:, None]).abs() < side[:, None] / 2)[:, None, :] & (
        (y[None] - centre_y[:, None]).abs() < side[:, None] / 2
    )[:, :, None]
    fill = torch.randn(n, 3, 1, 1, device=device) * 0.5
    images.copy_(torch.where(inside[:, None], fill, images))


def augment(images: torch.Tensor, view: View, size: int, strength: float) -> torch.Tensor:
    """uint8 [n,3,h,w] in, normalised float [n,3,size,size] (about -1 to 1) out."""
    n, _, height, _ = images.shape
    device = images.device
    source = images.float().sub_(127.5).div_(127.5)
    # Sampled at the source's own size and shrunk with a filter afterwards: no aliasing at small sizes.
    seen = functional.grid_sample(source, view.grid(height), mode="bilinear", padding_mode="reflection", align_corners=False)
    if size != height:
        seen = functional.interpolate(seen, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
    contrast = torch.exp(_uniform(n, -0.45, 0.35, device) * strength)
    light = _uniform(n, -0.3, 0.3, device) * strength
    matrix = _colour_matrix(n, strength, device) * contrast[:, None, None]
    seen = torch.bmm(matrix, seen.reshape(n, 3, -1)).add_(light[:, None, None]).reshape(n, 3, size, size)
    few = torch.rand(n, device=device) < 0.15 * strength
    if few.any():
        kernel = torch.tensor([1.0, 2, 1], device=device)
        kernel = (kernel[:, None] * kernel / 16).expand(3, 1, 3, 3)
        seen[few] = functional.conv2d(functional.pad(seen[few], (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
    few = torch.rand(n, device=device) < 0.2 * strength
    if few.any():
        amount = torch.rand(int(few.sum()), 1, 1, 1, device=device) * 0.14
        seen[few] = seen[few] + torch.randn_like(seen[few]) * amount
    seen.clamp_(-1, 1)
    if strength > 0.5:
        _erase(seen, 0.2 * strength)
    return seen
