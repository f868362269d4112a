"""Normal equations of all pictures and raters at once: solved and sampled without a matrix inverse.

Unknowns are stacked as qualities (pictures), biases, slopes and sides (raters each). Every vote
is a row with three entries. Qualities lie around a line X theta that is integrated out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ml.raters.votes import Floats, Places

_TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Qualities are normal around ``design`` @ theta with ``precision``; theta is normal too.

    ``design`` (pictures, k), ``precision`` (pictures,), ``mean`` and ``weight`` (k,) of theta.
    """

    design: Floats
    precision: Floats
    mean: Floats
    weight: Floats

    def theta(self, quality: Floats) -> Floats:
        """(k,) what the line is when these are the qualities."""
        drawn = self.design.T @ (self.precision * quality) + self.weight * self.mean
        return np.asarray(np.linalg.solve(self._gram(), drawn), np.float64)

    def at(self, quality: Floats) -> Floats:
        """(pictures,) the line."""
        return self.design @ self.theta(quality)

    def pulled(self, block: Floats) -> Floats:
        """The precision of the qualities, theta integrated out, times ``block`` (pictures, n)."""
        weighed = self.precision[:, None] * block
        inner = np.linalg.solve(self._gram(), self.design.T @ weighed)
        return weighed - self.precision[:, None] * (self.design @ inner)

    def diagonal(self) -> Floats:
        """(pictures,) the diagonal of that precision."""
        inner = np.linalg.solve(self._gram(), self.design.T)
        leverage = np.einsum("ik,ki->i", self.design, inner)
        return np.asarray(self.precision * np.maximum(1.0 - self.precision * leverage, 1e-6))

    def drawn(self, random: np.random.Generator, count: int) -> Floats:
        """(pictures, count) normal with that precision as covariance."""
        root = np.sqrt(self.precision)[:, None]
        own = root * random.standard_normal((len(self.precision), count))
        of_line = np.sqrt(self.weight)[:, None] * random.standard_normal((len(self.mean), count))
        inner = np.linalg.solve(self._gram(), of_line - self.design.T @ own)
        return own + self.precision[:, None] * (self.design @ inner)

    def _gram(self) -> Floats:
        gram = self.design.T @ (self.precision[:, None] * self.design)
        return np.asarray(gram + np.diag(self.weight))


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """Rows (votes, unknowns) scaled by the root of their weight, and what held before them."""

    rows: csr_array
    line: Line
    precision: Floats  # of all unknowns but the qualities, each around 0

    def times(self, block: Floats) -> Floats:
        """The matrix of the equations times ``block`` (unknowns, n)."""
        pictures = len(self.line.precision)
        product = np.asarray(self.rows.T @ (self.rows @ block))
        product[:pictures] += self.line.pulled(block[:pictures])
        product[pictures:] += self.precision[:, None] * block[pictures:]
        return product

    def diagonal(self) -> Floats:
        """(unknowns,) of the matrix; one over it is a variance when all else is known."""
        squares = np.bincount(
            self.rows.indices, weights=self.rows.data**2, minlength=self.rows.shape[1]
        )
        return np.asarray(squares + np.concatenate([self.line.diagonal(), self.precision]))

    def noise(self, random: np.random.Generator, count: int) -> Floats:
        """(unknowns, count) normal with the matrix as covariance: its solution is a sample."""
        drawn = np.asarray(self.rows.T @ random.standard_normal((self.rows.shape[0], count)))
        pictures = len(self.line.precision)
        drawn[:pictures] += self.line.drawn(random, count)
        others = random.standard_normal((len(self.precision), count))
        drawn[pictures:] += np.sqrt(self.precision)[:, None] * others
        return drawn


def scaled_rows(places: Places, entries: Floats, weight: Floats, unknowns: int) -> csr_array:
    """Rows with entries (n, 3) at ``places`` (n, 3), scaled by the root of ``weight`` (n,)."""
    data = (entries * np.sqrt(weight)[:, None]).ravel()
    starts = np.arange(0, data.size + 1, places.shape[1], dtype=np.int32)
    return csr_array((data, places.ravel(), starts), shape=(len(places), unknowns))


def solve(
    times: Callable[[Floats], Floats],
    diagonal: Floats,
    right: Floats,
    *,
    tolerance: float,
    limit: int = 400,
) -> Floats:
    """Columns x of ``times(x) = right`` (unknowns, n), by conjugate gradients.

    Hestenes & Stiefel 1952, preconditioned by the diagonal. ``tolerance``: of the residual beside
    ``right``, both in the norm of the preconditioner.
    """
    answer, rest = np.zeros_like(right), right.copy()
    eased = rest / diagonal[:, None]
    step = eased.copy()
    size = _dots(rest, eased)
    goal = tolerance**2 * size
    for _ in range(limit):
        if np.all(size <= goal):
            break
        moved = times(step)
        length = size / np.maximum(_dots(step, moved), _TINY)
        answer += length * step
        rest -= length * moved
        eased = rest / diagonal[:, None]
        before, size = size, _dots(rest, eased)
        step = eased + (size / np.maximum(before, _TINY)) * step
    return answer


def variances(equations: Equations, random: np.random.Generator, draws: int) -> Floats:
    """(unknowns,) diagonal of the inverse, by sampling.

    The variance given all else is exact; only what the others add is sampled, from what each
    unknown would be expected to be given the sampled others (perturb and solve: Papandreou &
    Yuille 2010; conditioning: Rao-Blackwell). ``draws`` 0: without what others add.
    """
    diagonal = equations.diagonal()
    if draws == 0:
        return 1.0 / diagonal
    right = equations.noise(random, draws)
    sample = solve(equations.times, diagonal, right, tolerance=0.03)
    expected = sample - right / diagonal[:, None]
    return np.asarray(1.0 / diagonal + np.mean(expected**2, axis=1))


def _dots(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->j", one, other))
