"""Imitates digits on paper held to a camera, from MNIST's clean strokes. Batched in torch.

MNIST is white ink on black in perfect light. Paper before a webcam is anything but: dark on light or
the reverse, thick or thin pens, tilted sheets, shadows, blur, grain, and other things at the border.
"""
import math

import torch
from torch.nn import functional

SHEET = 32
CLEAN_SHARE = 0.15


def _uniform(n: int, low: float, high: float) -> torch.Tensor:
    return torch.rand(n, 1, 1, 1) * (high - low) + low


def _sometimes(n: int, chance: float) -> torch.Tensor:
    return (torch.rand(n, 1, 1, 1) < chance).float()


def _axes() -> tuple[torch.Tensor, torch.Tensor]:
    axis = (torch.arange(SHEET, dtype=torch.float32) * 2 + 1) / SHEET - 1
    v, u = torch.meshgrid(axis, axis, indexing="ij")
    return u[None, None], v[None, None]


def _change_stroke(ink: torch.Tensor) -> torch.Tensor:
    """A thicker or thinner pen: part of the way to the dilated or the eroded stroke."""
    n = len(ink)
    thick = functional.max_pool2d(ink, 3, 1, 1)
    thin = -functional.max_pool2d(-ink, 3, 1, 1)
    amount = _uniform(n, -0.5, 1.0) * _sometimes(n, 0.7)
    return torch.where(amount > 0, ink.lerp(thick, amount.clamp(min=0)), ink.lerp(thin, (-amount).clamp(min=0)))


def _place(ink: torch.Tensor, shift_x: torch.Tensor, shift_y: torch.Tensor) -> torch.Tensor:
    """The stroke seen in perspective, turned, sheared, scaled and shifted on a SHEET x SHEET picture."""
    n = len(ink)
    u, v = _axes()
    zoom = torch.exp(_uniform(n, math.log(0.72), math.log(1.45)))
    stretch = torch.exp(_uniform(n, -0.18, 0.18))
    angle, shear = _uniform(n, -0.28, 0.28), _uniform(n, -0.25, 0.25)
    depth = 1 + _uniform(n, -0.2, 0.2) * u + _uniform(n, -0.2, 0.2) * v
    # A 28 px digit on a 32 px sheet: zoom 1 means the digit keeps its size.
    x, y = (u - shift_x) * zoom * stretch * SHEET / 28, (v - shift_y) * zoom / stretch * SHEET / 28
    x = x + shear * y
    cos, sin = angle.cos(), angle.sin()
    grid = torch.stack(((cos * x - sin * y) / depth, (sin * x + cos * y) / depth), -1).squeeze(1)
    return functional.grid_sample(ink, grid, align_corners=False)


def _half_plane(n: int, nearest: float, farthest: float, softness: float) -> torch.Tensor:
    """1 beyond a straight line in a random direction, 0 before it."""
    u, v = _axes()
    direction = _uniform(n, 0, 2 * math.pi)
    distance = _uniform(n, nearest, farthest)
    return torch.sigmoid((u * direction.cos() + v * direction.sin() - distance) / softness)


def _border_strokes(ink: torch.Tensor) -> torch.Tensor:
    """Neighbouring writing: other digits of the batch, pushed so far out that only their edge shows."""
    n = len(ink)
    direction = _uniform(n, 0, 2 * math.pi)
    distance = _uniform(n, 1.45, 1.9)
    other = _place(ink.roll(1, 0), direction.cos() * distance, direction.sin() * distance)
    return other * _sometimes(n, 0.35)


def _ruled_lines(n: int) -> torch.Tensor:
    u, v = _axes()
    angle = _uniform(n, -0.1, 0.1) + _sometimes(n, 0.5) * math.pi / 2
    across = u * angle.sin() + v * angle.cos()
    wave = torch.cos(across * _uniform(n, 8, 25) + _uniform(n, 0, 6.3))
    return (wave - 0.9).clamp(min=0) * 10 * _uniform(n, 0.05, 0.25) * _sometimes(n, 0.15)


def _blur(picture: torch.Tensor) -> torch.Tensor:
    kernel = torch.tensor([1.0, 2, 1])
    kernel = (kernel[:, None] * kernel / 16)[None, None]
    for chance in (0.6, 0.35):
        soft = functional.conv2d(functional.pad(picture, (1, 1, 1, 1), mode="replicate"), kernel)
        picture = picture.lerp(soft, _uniform(len(picture), 0, 1) * _sometimes(len(picture), chance))
    return picture


def camera_picture(ink: torch.Tensor) -> torch.Tensor:
    """Ink coverage 0..1 [n,1,28,28] to luminance 0..1 [n,1,32,32] as a camera might see it."""
    n = len(ink)
    u, v = _axes()
    stroke = _change_stroke(ink)
    drawn = _place(stroke, _uniform(n, -0.16, 0.16), _uniform(n, -0.16, 0.16))
    coverage = torch.maximum(drawn, _border_strokes(stroke)) * _uniform(n, 0.75, 1.0)
    coverage = torch.maximum(coverage, _ruled_lines(n))

    light, dark = _uniform(n, 0.45, 1.0), _uniform(n, 0.0, 0.45)
    dark = torch.minimum(dark, light - 0.3)
    inverted = _sometimes(n, 0.4)
    paper, pen = light.lerp(dark, inverted), dark.lerp(light, inverted)
    # Beyond the sheet's edge there is a table, a wall or a hand of any brightness.
    table = _half_plane(n, 0.72, 1.3, 0.03) * _sometimes(n, 0.35)
    picture = paper.lerp(pen, coverage).lerp(_uniform(n, 0, 1), table)

    slope_x, slope_y = _uniform(n, -0.25, 0.25), _uniform(n, -0.25, 0.25)
    picture = picture * (1 + slope_x * u + slope_y * v) * (1 - _uniform(n, 0, 0.25) * (u * u + v * v))
    picture = picture * (1 - _half_plane(n, -0.9, 0.9, 0.12) * _uniform(n, 0, 0.45) * _sometimes(n, 0.35))
    picture = _blur(picture)
    grain = _uniform(n, 0, 0.07) * _sometimes(n, 0.7)
    return (picture + torch.randn_like(picture) * grain).clamp(0, 1)


def clean_sheet(images: torch.Tensor) -> torch.Tensor:
    """uint8 [n,1,28,28] to luminance 0..255 float [n,1,32,32], centred, unchanged."""
    return functional.pad(images.float(), (2, 2, 2, 2))


def augment(images: torch.Tensor, clean_share: float = CLEAN_SHARE) -> torch.Tensor:
    """uint8 [n,1,28,28] to normalised network input [n,1,32,32]; `clean_share` of them stay as they are."""
    device, images = images.device, images.cpu()
    seen = camera_picture(images.float() / 255) * 255
    seen = torch.where(_sometimes(len(images), clean_share) > 0, clean_sheet(images), seen)
    return ((seen - 127.5) / 127.5).to(device)
