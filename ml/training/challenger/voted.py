"""The pictures of a snapshot with their votes, in the parts that the manifest names."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from ml.contracts.manifest import Manifest, ManifestRow, read_manifest
from ml.contracts.retrain import MOST_GONE, RefusalCode
from ml.data.rows import check_steps
from ml.data.samples import Panel, VotedPicture
from ml.data.splits import Indices
from ml.evaluation.metrics import Array, mean_scores
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.refusals import RunRefusedError

READING = "reading the snapshot"
_TEST = "test"
PARTS = ("train", "validation", _TEST)
FEWEST = 30
FEWEST_TESTED = 10
FEWEST_LEARNED = 12
_FLAT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class VotedPictures:
    """``panel`` has the pictures that are still there, sorted by key; all rows are places in it.

    ``shares``: (n, 10); ``votes``: (n,); ``groups``: (n,) a number a group. ``gone``: pictures of
    the manifest that were deleted since.
    """

    panel: Panel
    shares: Array
    votes: Array
    groups: Indices
    train: Indices
    validation: Indices
    test: Indices
    gone: int

    @property
    def means(self) -> Array:
        """(n,) in points of 1 to 10."""
        return mean_scores(self.shares)

    @property
    def keys(self) -> tuple[str, ...]:
        """Digests that name the artworks."""
        return tuple(picture.key for picture in self.panel.pictures)

    def watching(self, validation: Indices) -> "VotedPictures":
        """The same, with these validation rows alone."""
        return replace(self, validation=validation)


def _untold(done: int, total: int) -> None:
    """Nobody listens."""


def read_pictures(
    folder: RunFolder, *, told: Callable[[int, int], None] = _untold
) -> VotedPictures:
    """What a run learns from and is judged on. ``told(done, total)`` after each picture.

    Raises ManifestError, DataSetError, or RunRefusedError for pictures that are too few, gone, or
    all voted alike.
    """
    manifest = read_manifest(folder.manifest)
    check_steps(manifest.steps)
    found = list(_found(manifest, folder.pictures, told))
    gone = len(manifest.rows) - len(found)
    _check_gone(gone, manifest)
    if len(found) < FEWEST:
        raise RunRefusedError(
            RefusalCode.TOO_FEW_PICTURES,
            f"There are {len(found)} pictures with votes; at least {FEWEST} are needed.",
        )
    voted = _parted(Panel.of(manifest.name, found), gone)
    _require_sound(voted)
    return voted


def read_tests(manifest: Path, pictures: Path) -> VotedPictures | None:
    """The test pictures of another snapshot that are still there; None if none is.

    Raises ManifestError, DataSetError, or RunRefusedError for rows that are not ours.
    """
    found = read_manifest(manifest)
    check_steps(found.steps)
    there = [each for each in _found(found, pictures, _untold) if each.part == _TEST]
    if not there:
        return None
    panel = Panel.of(found.name, there)
    return _parted(panel, gone=len(found.rows) - len(there))


def require_tested(count: int, *, left_out: int = 0) -> None:
    """Raises RunRefusedError when too few test pictures are there to judge by."""
    if count >= FEWEST_TESTED:
        return
    why = f", {left_out} more were learned from by the champion" if left_out else ""
    raise RunRefusedError(
        RefusalCode.TOO_FEW_PICTURES,
        f"There are {count} test pictures{why}; at least {FEWEST_TESTED} are needed.",
    )


def _require_sound(voted: VotedPictures) -> None:
    """Raises RunRefusedError for too few pictures, or all voted alike."""
    require_tested(len(voted.test))
    if len(voted.train) < FEWEST_LEARNED:
        raise RunRefusedError(
            RefusalCode.TOO_FEW_PICTURES,
            f"There are {len(voted.train)} pictures to learn from; at least {FEWEST_LEARNED} are "
            "needed.",
        )
    for rows, what in ((voted.train, "learn from"), (voted.test, "test on")):
        if np.ptp(voted.means[rows]) < _FLAT:
            raise RunRefusedError(
                RefusalCode.ONE_CLASS,
                f"All pictures to {what} have the same votes: there is nothing to tell apart.",
            )


def _parted(panel: Panel, gone: int) -> VotedPictures:
    parts = np.array([picture.part for picture in panel.pictures])
    train, validation, test = (np.flatnonzero(parts == part) for part in PARTS)
    return VotedPictures(
        panel=panel,
        shares=np.array([picture.distribution for picture in panel.pictures]),
        votes=np.array([sum(picture.counts) for picture in panel.pictures]),
        groups=_groups(panel),
        train=train,
        validation=validation,
        test=test,
        gone=gone,
    )


def _found(
    manifest: Manifest, pictures: Path, told: Callable[[int, int], None]
) -> Iterator[VotedPicture]:
    for done, row in enumerate(manifest.rows, start=1):
        _check_row(row)
        path = pictures / row.file
        told(done, len(manifest.rows))
        if _decodes(path):
            yield VotedPicture(
                key=row.artwork,
                path=path,
                counts=row.counts,
                tags=row.tags,
                attributes=row.attributes,
                part=row.part,
                group=row.group,
            )


def _check_row(row: ManifestRow) -> None:
    if row.part not in PARTS:
        raise RunRefusedError(
            RefusalCode.BAD_REQUEST, f"{row.artwork} lies in no part of the split but {row.part!r}."
        )
    if Path(row.file).name != row.file:
        raise RunRefusedError(
            RefusalCode.BAD_REQUEST, f"{row.file!r} leads out of the picture folder."
        )


def _decodes(path: Path) -> bool:
    """Whether there is a picture, whole to its last pixel."""
    try:
        with Image.open(path) as picture:
            picture.load()
            return True
    except (SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    except OSError as error:
        if error.errno in (None, errno.ENOENT):  # what Pillow raises of itself has no number
            return False
        raise


def _check_gone(gone: int, manifest: Manifest) -> None:
    if gone > MOST_GONE * len(manifest.rows):
        raise RunRefusedError(
            RefusalCode.PICTURES_GONE,
            f"{gone} of {len(manifest.rows)} pictures were deleted since the snapshot was frozen; "
            f"up to {MOST_GONE:.0%} may be. Freeze a new one.",
        )


def _groups(panel: Panel) -> Indices:
    """A number for each picture, the same within a group; those without one are alone."""
    numbers: dict[str, int] = {}
    names = [picture.group or f" {picture.key}" for picture in panel.pictures]
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.intp)
