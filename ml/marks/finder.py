"""What must not be cut through in a picture: faces, writing, subjects."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contracts.crops import Mark, MarkKind
from ml.marks.edges import Edges, Weights
from ml.marks.faces import FACE_NETWORK, find_faces
from ml.marks.networks import Compiled, MarksUnavailableError, PackagedNetwork, compiled
from ml.marks.subjects import find_subjects
from ml.marks.writing import WRITING_NETWORK, find_writing

Picture = NDArray[np.uint8]
_Search = Callable[[Picture, Compiled], tuple[Edges, Weights]]

_log = logging.getLogger(__name__)
_NETWORKS: tuple[tuple[MarkKind, PackagedNetwork, _Search], ...] = (
    (MarkKind.FACE, FACE_NETWORK, find_faces),
    (MarkKind.TEXT, WRITING_NETWORK, find_writing),
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A kind of mark that cannot be found here, and why."""

    kind: MarkKind
    reason: str


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks for marks. One picture at a time; about 0.3 s of one core for a picture."""

    searches: tuple[tuple[MarkKind, _Search, Compiled], ...]
    missing: tuple[Missing, ...] = ()

    def find(
        self, picture: Picture, *, attention: NDArray[np.floating] | None = None
    ) -> tuple[Mark, ...]:
        """Marks of an upright sRGB picture (H, W, 3), each kind by falling weight.

        ``attention``: its salience (h, w), not negative; without it no subjects.
        """
        marks: list[Mark] = []
        for kind, search, network in self.searches:
            marks += _marks(kind, *search(picture, network))
        if attention is not None:
            marks += _marks(MarkKind.SUBJECT, *find_subjects(attention))
        return tuple(marks)


def open_finder(*, threads: int = 1) -> Finder:
    """Compile the networks. A network that cannot be had is named in ``missing``, and logged."""
    searches, missing = [], []
    for kind, network, search in _NETWORKS:
        try:
            searches.append((kind, search, compiled(network, threads=threads)))
        except MarksUnavailableError as error:
            _log.warning("Crops will not spare marks of the kind %s: %s", kind, error)
            missing.append(Missing(kind, str(error)))
    return Finder(tuple(searches), tuple(missing))


def _marks(kind: MarkKind, edges: Edges, weights: Weights) -> list[Mark]:
    order = np.argsort(-weights, kind="stable")
    return [Mark(kind, *_rounded(edges[at]), weight=round(float(weights[at]), 3)) for at in order]


def _rounded(edges: Edges) -> tuple[float, float, float, float]:
    left, top, right, bottom = (round(float(edge), 4) for edge in edges)
    return left, top, right, bottom
