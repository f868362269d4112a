"""Where the eye goes: the image signature of Hou, Harel & Koch (2012)."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from scipy.ndimage import gaussian_filter, label, mean, sum_labels

Array = NDArray[np.float64]

SIDE = 64
_SMOOTHING = 0.045  # of the longest side, as in the paper
_REGION = 3.0  # times the mean, as Hou & Zhang (2007) cut out objects
_ZERO = 1e-9


def salience(lab: Array) -> Array:
    """Salience (h, w), h and w at most ``SIDE``, not negative; 0 everywhere in an even picture.

    ``lab``: (H, W, 3). Each channel x gives the square of idct(sign(dct(x))),
    smoothed. The signature forgets how strong a channel is, so a trace of colour noise would
    count as much as the lightness: channels are therefore weighted by their standard deviation.
    """
    small = _small(lab)
    total = np.zeros(small.shape[:2])
    for channel in np.moveaxis(small, 2, 0):
        spread = float(channel.std())
        if spread > _ZERO:
            total += spread * _signature(channel - channel.mean())
    smoothed: Array = gaussian_filter(total, _SMOOTHING * max(total.shape), mode="constant")
    return smoothed if smoothed.max() > _ZERO else np.zeros_like(smoothed)


def regions(salient: Array) -> tuple[Array, Array]:
    """Centres (n, 2) as (y, x) in [0, 1], and masses (n,), of what stands out.

    These are the connected regions above three times the mean salience; where nothing reaches
    that, those near the maximum. n = 0 where salience is 0 everywhere.
    """
    peak = float(salient.max())
    if peak <= 0:
        return np.zeros((0, 2)), np.zeros(0)
    level = min(_REGION * float(salient.mean()), 0.9 * peak)
    marks, count = label(salient >= level)
    names = np.arange(1, count + 1)
    ys, xs = positions(salient.shape)
    masses = sum_labels(salient, marks, names)
    weights = salient / peak
    scale = mean(weights, marks, names)
    centres = [mean(weights * axis, marks, names) / scale for axis in (ys, xs)]
    return np.stack(centres, axis=1), np.asarray(masses)


def positions(shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Pixel centres (y, x) as shares of the height and of the width, (h, w) each."""
    height, width = shape[:2]
    ys, xs = np.mgrid[0:height, 0:width]
    return (ys + 0.5) / height, (xs + 0.5) / width


def _small(lab: Array) -> Array:
    """Means of whole blocks, so that the longest side is at most ``SIDE``."""
    step = -(-max(lab.shape[:2]) // SIDE)
    height, width = lab.shape[:2]
    rows, columns = -(-height // step), -(-width // step)
    padding = ((0, rows * step - height), (0, columns * step - width), (0, 0))
    padded = np.pad(lab, padding, mode="edge")
    blocks = padded.reshape(rows, step, columns, step, lab.shape[2])
    return np.asarray(blocks.mean(axis=(1, 3)))


def _signature(channel: Array) -> Array:
    spectrum = dctn(channel, norm="ortho")
    strongest = np.abs(spectrum).max()
    signs = np.where(np.abs(spectrum) > 1e-6 * strongest, np.sign(spectrum), 0.0)
    image = np.asarray(idctn(signs, norm="ortho"), dtype=np.float64)
    return image**2
