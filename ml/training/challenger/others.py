"""Test pictures of other snapshots: a challenger must not lose there what it wins here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ml.contracts.retrain import RunRequest
from ml.data.splits import Indices
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.voted import VotedPictures, read_tests
from ml.training.learned_pictures import PREFIX


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """The pictures of one, all of them for testing. ``title``: of its row in the verdict."""

    key: str
    title: str
    voted: VotedPictures

    def without(self, learned: frozenset[str]) -> "Other":
        """Less what a model learned from, told by how the digests of pictures begin."""
        new = [row for row, key in enumerate(self.voted.keys) if key[:PREFIX] not in learned]
        return replace(self, voted=replace(self.voted, test=np.array(new, dtype=np.intp)))

    @property
    def rows(self) -> Indices:
        """Those that count."""
        return self.voted.test


def read_others(request: RunRequest, folder: RunFolder) -> Iterator[Other]:
    """Those with pictures that are still there. Raises ManifestError, DataSetError."""
    for key, title in request.others.items():
        voted = read_tests(folder.other(key), folder.pictures)
        if voted is not None:
            yield Other(key, f"other pictures: {title}", voted)
