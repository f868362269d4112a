"""Maps that know nothing of the picture: what a map must beat before it is worth looking at."""

import numpy as np

from ml.evaluation.metrics import Array

_BLOB_SPREAD = 0.25  # of the side: the blob covers about the middle half


def same_spectrum(values: Array, generator: np.random.Generator) -> Array:
    """(h, w) noise with the amplitudes of ``values`` at every frequency and phases at random.

    As smooth, as grained and as strong as the map, but it puts its peaks anywhere. Not below 0,
    since the mean is kept and the rest is cut as a tile cuts it.
    """
    amplitudes = np.abs(np.fft.rfft2(values))
    phases = np.angle(np.fft.rfft2(generator.standard_normal(values.shape)))
    phases[0, 0] = 0.0  # the mean stays what it was
    noise: Array = np.fft.irfft2(amplitudes * np.exp(1j * phases), s=values.shape)
    return np.maximum(noise, 0.0)


def centre_blob(side: int) -> Array:
    """(side, side): a Gaussian in the middle, 1 at its peak."""
    places = (np.arange(side) + 0.5) / side - 0.5
    squares = places[:, None] ** 2 + places[None, :] ** 2
    blob: Array = np.exp(-squares / (2 * _BLOB_SPREAD**2))
    return blob
