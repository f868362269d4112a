"""How well three parametric families describe vote histograms, by band of the mean score.

Protocol of Murray, Marchesotti & Perronnin, "AVA" (CVPR 2012), section 3 and its slides, fitted
picture by picture to the shares p_k of the votes on the steps x = 1..k:

- Gaussian: mean and standard deviation of the votes;
- Gamma: maximum likelihood of shape and scale (moments give another table);
- reversed Gamma: the same for k + 1 - x.

Each density is taken at the integers and *not* re-normalised; the error of a picture is
sqrt(mean_k (p_k - q_k)^2); a cell of the table is the mean over the pictures of a band.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, polygamma, psi

from ml.evaluation.checks import BadRowsError, as_shares
from ml.evaluation.metrics import Array

FAMILIES = ("Gaussian", "Gamma", "reversed Gamma")
_NEWTON_STEPS = 12
_SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class FitRow:
    """Mean RMSE of each family over the ``count`` pictures with ``low`` <= mean < ``high``."""

    low: int
    high: int
    count: int
    gaussian: float
    gamma: float
    reversed_gamma: float

    @property
    def errors(self) -> tuple[float, float, float]:
        """In the order of ``FAMILIES``."""
        return self.gaussian, self.gamma, self.reversed_gamma


@dataclass(frozen=True, slots=True)
class FitTable:
    """Rows by floor(mean score), lowest band first, and ``overall`` for all pictures.

    ``unanimous`` pictures, all votes on one step, have no spread to fit and are left out.
    """

    steps: int
    rows: tuple[FitRow, ...]
    overall: FitRow
    unanimous: int


def fit_table(counts: ArrayLike) -> FitTable:
    """Fit every row of (n, k) vote counts. Raises BadRowsError for rows without valid votes."""
    shares = as_shares(counts)
    varied = (shares > 0).sum(axis=1) > 1
    if not varied.any():
        raise BadRowsError("no picture has votes on more than one step")
    kept = shares[varied]
    steps = kept.shape[1]
    means = kept @ np.arange(1, steps + 1)
    errors = fit_errors(kept)
    return FitTable(
        steps=steps,
        rows=tuple(_bands(means, errors)),
        overall=_row(1, steps, errors),
        unanimous=int((~varied).sum()),
    )


def fit_errors(shares: Array) -> Array:
    """RMSE of each family for (n, k) shares, no row unanimous: (n, 3) as in ``FAMILIES``."""
    densities = (
        gaussian_density(shares),
        gamma_density(shares),
        gamma_density(shares[:, ::-1])[:, ::-1],
    )
    squares = [np.square(density - shares).mean(axis=1) for density in densities]
    errors: Array = np.sqrt(np.stack(squares, axis=1))
    return errors


def gaussian_density(shares: Array) -> Array:
    """Normal density with each row's mean and variance, at the steps 1..k. (n, k) -> (n, k)."""
    at = np.arange(1, shares.shape[1] + 1, dtype=np.float64)
    mean = (shares @ at)[:, None]
    variance = np.sum(shares * np.square(at - mean), axis=1, keepdims=True)
    density: Array = np.exp(-np.square(at - mean) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    return density


def gamma_density(shares: Array) -> Array:
    """Gamma density of each row's maximum likelihood fit, at the steps 1..k. (n, k) -> (n, k)."""
    at = np.arange(1, shares.shape[1] + 1, dtype=np.float64)
    mean = shares @ at
    shape = gamma_shape(np.log(mean) - shares @ np.log(at))[:, None]
    scale = mean[:, None] / shape
    log_density = (shape - 1) * np.log(at) - at / scale - gammaln(shape) - shape * np.log(scale)
    density: Array = np.exp(log_density)
    return density


def gamma_shape(gap: Array) -> Array:
    """Maximum likelihood shape a of a Gamma: log a - digamma(a) = ``gap``, for all rows at once.

    ``gap`` is log(mean x) - mean(log x) > 0. Newton's method on 1/a, which converges in a few
    steps from the start given there: Minka, "Estimating a Gamma distribution" (2002), eq. 10.
    """
    gap = np.maximum(gap, _SMALLEST_SPREAD)
    shape: Array = (3 - gap + np.sqrt(np.square(gap - 3) + 24 * gap)) / (12 * gap)
    for _ in range(_NEWTON_STEPS):
        slope = np.square(shape) * (1 / shape - polygamma(1, shape))
        shape = 1 / (1 / shape + (np.log(shape) - psi(shape) - gap) / slope)
    return shape


def _bands(means: Array, errors: Array) -> Iterator[FitRow]:
    band = np.floor(means + 1e-9).astype(int)
    for low in np.unique(band):
        yield _row(int(low), int(low) + 1, errors[band == low])


def _row(low: int, high: int, errors: Array) -> FitRow:
    gaussian, gamma, reverse = errors.mean(axis=0).tolist()
    return FitRow(low, high, len(errors), gaussian, gamma, reverse)
