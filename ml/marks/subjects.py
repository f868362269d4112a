"""What stands out: the regions of a salience map that a crop should not cut through."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label, sum_labels

from ml.marks.edges import Edges, Weights

_REGION = 3.0  # times the mean, as Hou & Zhang (2007) cut out objects
_LEAST = 0.05  # of all salience


def find_subjects(attention: NDArray[np.floating]) -> tuple[Edges, Weights]:
    """Edges (N, 4) as shares of the picture, and the share of all salience that lies within each.

    ``attention``: (h, w), not negative. Nothing in a picture where nothing stands out.
    """
    total = float(attention.sum())
    if total <= 0:
        return np.zeros((0, 4)), np.zeros(0)
    regions, count = label(attention >= _REGION * attention.mean())
    masses = np.reshape(sum_labels(attention, regions, np.arange(1, count + 1)), -1) / total
    kept = masses >= _LEAST
    places = [place for place, keep in zip(find_objects(regions), kept, strict=True) if keep]
    edges = [(x.start, y.start, x.stop, y.stop) for y, x in places]
    height, width = attention.shape
    return np.reshape(edges, (-1, 4)) / [width, height, width, height], masses[kept]
