"""The main colours of a picture."""

import numpy as np
from PIL import Image
from scipy.cluster.vq import kmeans2, vq
from skimage.color import lab2rgb, rgb2lab

from ml.measured.canvas import Array

COLORS = 6
_SIDE = 64
_ALIKE = 6.0  # CIE76; about 2.3 can just be seen, and the colours of one surface vary by more
_ROUNDS = 10
_WHITE = 255


def palette(rgb: Array) -> tuple[str, ...]:
    """At most six colours as #rrggbb, the one that covers most first.

    k-means in CIE L*a*b* from the start of a median cut (Heckbert 1982), so that nothing is drawn
    by chance; a colour that can hardly be told from a larger one is counted with it.
    """
    image = Image.fromarray(rgb.astype(np.uint8))
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.NEAREST)  # averages would be new colours
    pixels = rgb2lab(np.asarray(image)).reshape(-1, 3)
    start = _median_cut(image)
    centres, _ = kmeans2(pixels, start, iter=_ROUNDS, minit="matrix", missing="warn")
    merged = _merged(centres, _areas(pixels, centres))
    colors = np.rint(lab2rgb(merged) * _WHITE).astype(int)
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in colors)


def _median_cut(image: Image.Image) -> Array:
    """Distinct starting colours (k, 3) in L*a*b*."""
    cut = image.quantize(COLORS, method=Image.Quantize.MEDIANCUT)
    listed = np.array(cut.getpalette(), dtype=np.uint8).reshape(-1, 3)
    used = listed[np.unique(np.asarray(cut))]
    return np.asarray(rgb2lab(np.unique(used, axis=0)))


def _areas(pixels: Array, centres: Array) -> Array:
    nearest, _ = vq(pixels, centres)
    return np.bincount(nearest, minlength=len(centres)) / len(pixels)


def _merged(centres: Array, areas: Array) -> Array:
    """Largest first; alike ones joined to the larger, which keeps its place by the sum."""
    kept: list[int] = []
    area = areas.copy()
    for place in np.argsort(-areas, kind="stable"):
        if areas[place] == 0:
            continue
        gaps = [float(np.linalg.norm(centres[place] - centres[other])) for other in kept]
        if gaps and min(gaps) < _ALIKE:
            area[kept[int(np.argmin(gaps))]] += areas[place]
        else:
            kept.append(int(place))
    kept.sort(key=lambda place: -area[place])
    return centres[kept]
