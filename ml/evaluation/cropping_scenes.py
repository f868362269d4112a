"""Scenes around well-composed pictures: the picture is planted whole, and its place is known.

The picture's own pixels are untouched; only what surrounds it is made up, in several kinds, so
that one kind can be kept from training. On some sides a picture may touch the scene's edge.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ml.contracts.crops import Box
from ml.crop.rank import to_shares

Shares = NDArray[np.float64]
Pixels = NDArray[np.uint8]

SCALES = (0.55, 0.92)  # of the scene's sides that the picture takes
_FLUSH = 0.12  # how often a margin is moved to the other side
_FEATHER = (0.0, 0.05)  # of the shorter side, how wide the seam is, outside the picture
_BLUR = 0.06
_GRAIN = 5.0
_PATCHES = 5  # along the shorter side of the picture


class Surroundings(StrEnum):
    """What a picture is planted in."""

    MIRRORED = "mirrored"
    BLURRED = "blurred"  # its edges drawn out and blurred
    COLLAGED = "collaged"  # another picture behind it
    QUILTED = "quilted"  # patches of itself, sewn together


HELD_OUT = Surroundings.QUILTED  # no cropper learns from it


@dataclass(frozen=True, slots=True)
class Scene:
    """``image`` with a picture planted at ``planted``, its pixels untouched there."""

    image: Image.Image
    planted: Box
    kind: Surroundings

    @property
    def shares(self) -> Shares:
        """(4,) left, top, right and bottom of the planted picture as shares of the scene."""
        box = self.planted
        edges = np.array([[box.x, box.y, box.width, box.height]])
        return np.asarray(to_shares(edges, *self.image.size)[0])


def planted_scene(
    picture: Image.Image, kind: Surroundings, other: Image.Image, *, seed: tuple[int, ...]
) -> Scene:
    """``picture`` (RGB) in surroundings; the same for the same seed.

    ``other`` is what a collage shows around it.
    """
    generator = np.random.default_rng(seed)
    margins = _margins(picture.size, generator)
    left, top, right, bottom = margins
    size = (picture.width + left + right, picture.height + top + bottom)
    behind = _behind(picture, kind, other, margins, generator)
    scene = Image.fromarray(behind)
    shorter = min(picture.size)
    seam = _seam(size, margins, int(shorter * generator.uniform(*_FEATHER)))
    mirrored = Image.fromarray(_padded(picture, margins, mode="symmetric"))
    scene.paste(mirrored, (0, 0), seam)
    scene.paste(picture, (left, top))
    return Scene(scene, Box(left, top, picture.width, picture.height), kind)


def _margins(size: tuple[int, int], generator: np.random.Generator) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels."""
    shared = generator.uniform(*SCALES)
    pairs: list[tuple[int, int]] = []
    for side in size:
        scale = float(np.clip(shared * generator.uniform(0.88, 1.12), *SCALES))
        room = round(side / scale) - side
        before = 0 if generator.random() < _FLUSH else round(room * generator.random())
        before = room if generator.random() < _FLUSH else before
        pairs.append((before, room - before))
    (left, right), (top, bottom) = pairs
    return left, top, right, bottom


def _behind(
    picture: Image.Image,
    kind: Surroundings,
    other: Image.Image,
    margins: tuple[int, int, int, int],
    generator: np.random.Generator,
) -> Pixels:
    left, top, right, bottom = margins
    size = (picture.width + left + right, picture.height + top + bottom)
    if kind is Surroundings.MIRRORED:
        return _padded(picture, margins, mode="symmetric")
    if kind is Surroundings.BLURRED:
        return _blurred(_padded(picture, margins, mode="edge"), generator)
    if kind is Surroundings.COLLAGED:
        return np.asarray(_covering(other, size))
    return _quilt(np.asarray(picture), size, generator)


def _padded(picture: Image.Image, margins: tuple[int, int, int, int], *, mode: str) -> Pixels:
    left, top, right, bottom = margins
    widths = ((top, bottom), (left, right), (0, 0))
    padded: Pixels = np.pad(np.asarray(picture), widths, mode=mode)  # type: ignore[call-overload]
    return padded


def _blurred(pixels: Pixels, generator: np.random.Generator) -> Pixels:
    """With grain, so that a blurred ground is not told by its smoothness alone."""
    radius = _BLUR * min(pixels.shape[:2])
    smooth = np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))
    grain = generator.normal(0.0, _GRAIN, size=(*pixels.shape[:2], 1))
    return np.clip(smooth + grain, 0, 255).astype(np.uint8)


def _covering(other: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The middle of ``other``, enlarged in proportion until it covers ``size``."""
    scale = max(size[0] / other.width, size[1] / other.height)
    box_size = (size[0] / scale, size[1] / scale)
    left = max(0.0, (other.width - box_size[0]) / 2)
    top = max(0.0, (other.height - box_size[1]) / 2)
    right = min(float(other.width), left + box_size[0])
    box = (left, top, right, min(float(other.height), top + box_size[1]))
    return other.resize(size, Image.Resampling.BILINEAR, box=box)


def _quilt(pixels: Pixels, size: tuple[int, int], generator: np.random.Generator) -> Pixels:
    """Random patches of ``pixels``, every other half over the next, faded into each other."""
    width, height = size
    side = 2 * max(2, min(pixels.shape[:2]) // (2 * _PATCHES))
    half = side // 2
    ramp = np.minimum(np.arange(1, side + 1), np.arange(side, 0, -1)).astype(np.float32)
    fade = (ramp[:, None] * ramp[None, :])[..., None]
    total = np.zeros((height + 2 * side, width + 2 * side, 3), np.float32)
    weight = np.zeros((height + 2 * side, width + 2 * side, 1), np.float32)
    for y in range(0, height + side, half):
        for x in range(0, width + side, half):
            row = generator.integers(0, pixels.shape[0] - side + 1)
            column = generator.integers(0, pixels.shape[1] - side + 1)
            patch = pixels[row : row + side, column : column + side]
            total[y : y + side, x : x + side] += fade * patch
            weight[y : y + side, x : x + side] += fade
    sewn = (total / np.maximum(weight, 1.0))[half : half + height, half : half + width]
    return np.clip(sewn, 0, 255).astype(np.uint8)


def _seam(size: tuple[int, int], margins: tuple[int, int, int, int], feather: int) -> Image.Image:
    """How much of the mirrored picture shows, 0..255: it fades within ``feather`` pixels."""
    width, height = size
    left, top, right, bottom = margins
    xs, ys = np.arange(width), np.arange(height)
    away_x = np.maximum(np.maximum(left - xs, xs - (width - 1 - right)), 0)
    away_y = np.maximum(np.maximum(top - ys, ys - (height - 1 - bottom)), 0)
    away = np.maximum(away_y[:, None], away_x[None, :])
    shown = np.clip(1.0 - away / (feather + 1), 0.0, 1.0)
    return Image.fromarray((255 * shown).astype(np.uint8))
