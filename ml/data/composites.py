"""Cut-outs pasted on paintings: pictures of art whose objects have exact boxes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from ml.contracts.objects import NONE_LABEL, Edges, overlap
from ml.data.samples import DataSetError

CANVAS = 480  # pixels of the longer side
SIZES = (0.35, 0.8)  # longer side of a cut-out, as a share of the canvas' shorter side
SEVERAL = 0.2  # of the composites hold two
_SOLID = 128
_TRIES = 30
_TOUCH = 0.02
# Of a photo on a plain ground: how even its border is, and how much of it the object covers.
_EVEN_SHARE = 0.9
_EVEN = 14
_GROUND = 20
_COVERS = (0.06, 0.75)
_SCRAP = 0.03  # of the largest part: smaller ones are writing or dirt


@dataclass(frozen=True, slots=True)
class CutOut:
    """An object without its surroundings. ``open``: RGBA; ``key``: part of a composite's name."""

    key: str
    label: int
    open: Callable[[], Image.Image]


@dataclass(frozen=True, slots=True)
class Placed:
    """An object of a composite: its class and its tight box [x, y, w, h]."""

    label: int
    box: Edges


@dataclass(frozen=True, slots=True)
class Composite:
    """An RGB picture and all objects in it; without any it is a bare painting."""

    image: Image.Image
    placed: tuple[Placed, ...]

    @property
    def labels(self) -> tuple[int, ...]:
        """What it holds, ``NONE_LABEL`` alone for nothing."""
        return tuple(sorted({one.label for one in self.placed})) or (NONE_LABEL,)


def cut_out_files(folder: Path, classes: Sequence[str]) -> list[CutOut]:
    """RGBA pictures in class folders; folders of other names are not read. Raises DataSetError."""
    label_of = {name: label for label, name in enumerate(classes)}
    found = [
        CutOut(path.name, label_of[below.name], lambda path=path: _rgba(path))  # type: ignore[misc]
        for below in sorted(folder.iterdir())
        if below.is_dir() and below.name in label_of
        for path in sorted(below.glob("*.png"))
    ]
    if not found:
        raise DataSetError(f"{folder} holds no cut-outs of the known classes")
    return found


def on_plain_ground(picture: Image.Image) -> Image.Image | None:
    """The object of an RGB photo on an even ground as RGBA, None where the ground is not even.

    The ground is what touches the border and differs from the border's colour by at most
    ``_GROUND`` levels in every channel. Small scraps, such as writing, are left out.
    """
    pixels = np.asarray(picture).astype(np.int16)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colour = np.median(border, axis=0)
    if (np.abs(border - colour).max(axis=1) <= _EVEN).mean() < _EVEN_SHARE:
        return None
    near = np.abs(pixels - colour).max(axis=2) <= _GROUND
    regions, _ = ndimage.label(near)
    edge = np.concatenate([regions[0], regions[-1], regions[:, 0], regions[:, -1]])
    solid = _large_parts(~np.isin(regions, np.unique(edge[edge > 0])))
    if not _COVERS[0] <= solid.mean() <= _COVERS[1]:
        return None
    alpha = Image.fromarray((solid * 255).astype(np.uint8))
    cut = picture.convert("RGBA")
    cut.putalpha(alpha)
    return cut


def composite(
    painting: Image.Image, cut_outs: Sequence[CutOut], *, seed: tuple[int, ...]
) -> Composite:
    """Paste cut-outs of random size and place on a painting, mirrored half of the time.

    The same for the same seed. One that finds no free place is left out, the first never.
    """
    rng = np.random.default_rng(seed)
    canvas = painting.convert("RGB")
    scale = CANVAS / max(canvas.size)
    canvas = canvas.resize((round(canvas.width * scale), round(canvas.height * scale)))
    placed: list[Placed] = []
    for cut_out in cut_outs:
        piece = _sized(tight(cut_out.open()), canvas.size, rng)
        box = _free_place(piece, canvas.size, placed, rng)
        if box is not None:
            canvas.paste(piece, box[:2], piece)
            placed.append(Placed(cut_out.label, box))
    return Composite(canvas, tuple(placed))


def drawn_cut_outs(cut_outs: Sequence[CutOut], *, seed: tuple[int, ...]) -> list[CutOut]:
    """One, or two for a share of ``SEVERAL``; every class as likely as another."""
    rng = np.random.default_rng((*seed, 1))
    count = 2 if rng.random() < SEVERAL else 1
    labels = sorted({one.label for one in cut_outs})
    chosen = rng.choice(labels, size=min(count, len(labels)), replace=False)
    drawn = []
    for label in chosen:
        of_class = [one for one in cut_outs if one.label == label]
        drawn.append(of_class[int(rng.integers(len(of_class)))])
    return drawn


def tight(piece: Image.Image) -> Image.Image:
    """Without the transparent border. Raises DataSetError for nothing solid."""
    box = _solid_box(piece)
    if box is None:
        raise DataSetError("a cut-out has no solid pixels")
    return piece.crop(box)


def synthetic_ground(side: int, *, seed: int) -> Image.Image:
    """Soft patches of colour, for those who have no paintings at hand: (side, side) RGB."""
    noise = np.random.default_rng(seed).uniform(0, 255, size=(6, 6, 3)).astype(np.uint8)
    return Image.fromarray(noise).resize((side, side), Image.Resampling.BICUBIC)


def _large_parts(solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    parts, count = ndimage.label(ndimage.binary_opening(solid))
    if not count:
        return np.zeros_like(solid)
    sizes = np.bincount(parts.ravel())[1:]
    kept: NDArray[np.bool_] = np.isin(parts, 1 + np.flatnonzero(sizes >= _SCRAP * sizes.max()))
    return kept


def _sized(piece: Image.Image, canvas: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """At a random size; its alpha is made 0 or 255, so that its box is exact."""
    wanted = rng.uniform(*SIZES) * min(canvas)
    scale = wanted / max(piece.size)
    size = (max(4, round(piece.width * scale)), max(4, round(piece.height * scale)))
    sized = piece.resize(size, Image.Resampling.LANCZOS)
    if rng.random() < 0.5:
        sized = sized.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    alpha: NDArray[np.uint8] = np.asarray(sized.getchannel("A"))
    sized.putalpha(Image.fromarray(((alpha >= _SOLID) * 255).astype(np.uint8)))
    return tight(sized)


def _free_place(
    piece: Image.Image,
    canvas: tuple[int, int],
    placed: Sequence[Placed],
    rng: np.random.Generator,
) -> Edges | None:
    for _ in range(_TRIES):
        x = int(rng.integers(canvas[0] - piece.width + 1))
        y = int(rng.integers(canvas[1] - piece.height + 1))
        box = (x, y, piece.width, piece.height)
        if all(overlap(box, one.box) <= _TOUCH for one in placed):
            return box
    return None


def _solid_box(piece: Image.Image) -> Edges | None:
    alpha = piece.getchannel("A").point(lambda value: 255 if value >= _SOLID else 0)
    return alpha.getbbox()


def _rgba(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGBA")
