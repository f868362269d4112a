"""Writing and signatures, by the text detector of PaddleOCR (PP-OCRv6, small).

The network marks the cores of words: Liao et al. (2020), "Real-time scene text detection with
differentiable binarization". A core is grown by area x ratio / perimeter on each side (their
equation 10). It is asked about the whole picture and, twice as large, about the two lower
corners, where painters sign.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import find_objects, label, mean

from ml.marks.edges import Edges, Weights, suppressed
from ml.marks.networks import Compiled, PackagedNetwork, Planes

WRITING_NETWORK = PackagedNetwork(
    package="rapidocr",
    file="models/PP-OCRv6_det_small.onnx",
    digest="090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
)
_MULTIPLE = 32
_CORE = 0.2
_GROWTH = 1.6
_SMALLEST = 3  # pixels of the map
_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class _Look:
    """A part of the picture by its edges as shares, and what to believe of it.

    ``side``: pixels that the longest side of the whole picture would have at its scale.
    ``largest``: height of writing as a share of the picture's shorter side; what is higher is a
    shape, not writing. ``sure``: the least mean probability of a core.
    """

    edges: tuple[float, float, float, float]
    side: int
    sure: float
    largest: float


# What these thresholds find, and what they take for writing, stands in docs/crop-fairness.md.
_LOOKS = (
    _Look((0.0, 0.0, 1.0, 1.0), 480, 0.8, 0.2),
    _Look((0.0, 0.75, 0.55, 1.0), 960, 0.6, 0.1),
    _Look((0.45, 0.75, 1.0, 1.0), 960, 0.6, 0.1),
)


def find_writing(picture: NDArray[np.uint8], network: Compiled) -> tuple[Edges, Weights]:
    """Edges (N, 4) of writing as shares of the picture (H, W, 3), and probabilities (N,)."""
    image = Image.fromarray(picture)
    found = [one for look in _LOOKS for one in _seen(image, look, network)]
    edges = np.reshape([edges for edges, _ in found], (-1, 4))
    weights = np.array([weight for _, weight in found], dtype=np.float64)
    return suppressed(np.clip(edges, 0.0, 1.0), weights, overlap=_OVERLAP)


def _seen(image: Image.Image, look: _Look, network: Compiled) -> Iterator[tuple[Edges, float]]:
    """Edges (4,) as shares of the picture, and probability, of each piece of writing in a look."""
    chances = network(_planes(image, look))[0][0, 0]  # (h, w)
    left, top, right, bottom = look.edges
    step = np.array([right - left, bottom - top]) / chances.shape[::-1]  # shares a cell, x and y
    pixels = step * [image.width, image.height]
    most = look.largest * min(image.size)
    for start, stop, sure in _cores(chances):
        size = stop - start
        if sure < look.sure or size.min() < _SMALLEST or (size * pixels).min() > most:
            continue
        margin = size.prod() * _GROWTH / (2 * size.sum())
        corner = np.array([left, top])
        grown = [corner + (start - margin) * step, corner + (stop + margin) * step]
        yield np.concatenate(grown), sure


def _cores(
    chances: Planes,
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], float]]:
    """First and last corner (x, y) in cells, and mean probability, of each connected core."""
    cores, count = label(chances > _CORE)
    sure = np.reshape(mean(chances, cores, np.arange(1, count + 1)), -1)
    for (rows, columns), one in zip(find_objects(cores), sure, strict=True):
        start = np.array([columns.start, rows.start], dtype=np.float64)
        stop = np.array([columns.stop, rows.stop], dtype=np.float64)
        yield start, stop, float(one)


def _planes(image: Image.Image, look: _Look) -> Planes:
    """The look as the network reads it: (1, 3, h, w), blue first, in -1..1."""
    left, top, right, bottom = look.edges
    box = (left * image.width, top * image.height, right * image.width, bottom * image.height)
    scale = look.side / max(image.size) / _MULTIPLE
    columns, rows = (
        max(1, round((high - low) * scale)) * _MULTIPLE
        for low, high in ((box[0], box[2]), (box[1], box[3]))
    )
    part = image.resize((columns, rows), Image.Resampling.BICUBIC, box=box)
    values = np.asarray(part, dtype=np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(values[..., ::-1].transpose(2, 0, 1)[None])
