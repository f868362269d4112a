"""Pictures sorted into folders by what they show, and pictures that show none of that."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from ml.contracts.objects import NONE_LABEL, NONE_NAME
from ml.data.duplicates import groups_of, near_pairs
from ml.data.faults import Fault
from ml.data.pictures import SUFFIXES, examine_all
from ml.data.samples import DataSetError, Fingerprint
from ml.data.splits import Indices

FEWEST = 5  # pictures of a class, below which nothing can be learned, chosen and tested
FEW = 20  # below which a class is named in a warning
PARTS = ("learn", "check", "test")
SHARES = (0.12, 0.2)  # of each class, to check with and to test on
_PUBLISHED = ("train", "valid", "validation", "test")


class TooFewOfClassError(DataSetError):
    """A class has hardly any pictures: the operator brings more, or leaves the class out."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """``labels``: what it holds, ``NONE_LABEL`` alone for none of the classes.

    ``name``: its path below the folder that was read. ``published``: the part that its publisher
    put it into, empty where there are no parts.
    """

    path: Path
    name: str
    labels: tuple[int, ...]
    published: str
    fingerprint: Fingerprint

    @property
    def copy_name(self) -> str:
        """What a copy of it is called in a folder of its class: no other copy has that name."""
        return self.name.replace("/", "__")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was left out, and why.

    ``pairs``: how many pairs look the same; ``across_parts`` and ``across_classes`` of them lie in
    two of the publisher's parts, and in two classes. ``removed``: pictures left out for that.
    ``few``: classes of fewer than ``FEW`` pictures, with how many.
    """

    seen: int
    faults: tuple[Fault, ...]
    pairs: int
    across_parts: int
    across_classes: int
    removed: int
    few: tuple[tuple[str, int], ...]

    @property
    def summary(self) -> str:
        """One sentence for each thing that whoever trains should know."""
        said = [
            f"{self.seen:,} pictures, {len(self.faults)} of them unusable",
            (
                f"{self.pairs} pairs look the same, {self.across_parts} of them in two parts of "
                f"the publisher's split, {self.across_classes} in two classes: "
                f"{self.removed} pictures left out"
            ),
            *(
                f"only {count} pictures show {name}: expect little of it"
                for name, count in self.few
            ),
        ]
        return "; ".join(said)


@dataclass(frozen=True, slots=True)
class LabelledPictures:
    """No two of ``pictures`` look the same. ``labels`` count from 0 in ``classes``."""

    classes: tuple[str, ...]
    pictures: tuple[LabelledPicture, ...]
    cleaned: Cleaned

    def names(self, labels: Iterable[int]) -> str:
        """Labels in words."""
        words = (NONE_NAME if one == NONE_LABEL else self.classes[one] for one in labels)
        return ", ".join(words)


def read_labelled(
    root: Path,
    *,
    none: Sequence[Path] = (),
    leave_out: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
) -> LabelledPictures:
    """A folder of class folders, or of parts (train, valid, test) that hold class folders.

    ``none``: folders of pictures that show none of the classes. ``leave_out``: patterns of names
    of pictures or classes that are not read. ``renamed``: classes by the names of their folders.
    The same bytes in several class folders are one picture that holds them all. Of pictures that
    look the same one is kept, and none where their classes differ. Raises DataSetError.
    """
    found = [
        (name, path, renamed.get(folder, folder) if renamed else folder, part)
        for name, path, folder, part in _labelled_files(root)
        if not any(fnmatch(name, one) or fnmatch(folder, one) for one in leave_out)
    ]
    classes = tuple(sorted({folder for _, _, folder, _ in found}))
    if not classes:
        raise DataSetError(f"{root} holds no class folders with pictures")
    label_of = {name: label for label, name in enumerate(classes)}
    rows = [(name, path, label_of[folder], part) for name, path, folder, part in found]
    rows += [
        (f"{folder.name}/{path.relative_to(folder)}", path, NONE_LABEL, "")
        for folder in none
        for path in _pictures_below(folder)
        if not any(fnmatch(path.name, one) for one in leave_out)
    ]
    return _cleaned(rows, classes)


def drawn_parts(pictures: Sequence[LabelledPicture], *, seed: int) -> dict[str, Indices]:
    """Positions to learn from, to check with and to test on: ``SHARES`` of every class.

    A picture of several classes goes with its first. At least one of a class is in each part.
    """
    rng = np.random.default_rng(seed)
    first = np.array([picture.labels[0] for picture in pictures])
    parts: dict[str, list[int]] = {part: [] for part in PARTS}
    for label in np.unique(first):
        rows = rng.permutation(np.flatnonzero(first == label))
        check, test = (max(1, round(share * len(rows))) for share in SHARES)
        parts["check"] += rows[:check].tolist()
        parts["test"] += rows[check : check + test].tolist()
        parts["learn"] += rows[check + test :].tolist()
    return {part: np.sort(np.array(rows, dtype=np.intp)) for part, rows in parts.items()}


def _labelled_files(root: Path) -> list[tuple[str, Path, str, str]]:
    """(name, path, class folder, part) of every picture, sorted by name."""
    if not root.is_dir():
        raise DataSetError(f"{root} is no folder")
    below = sorted(folder for folder in root.iterdir() if folder.is_dir())
    parted = below and all(folder.name in _PUBLISHED for folder in below)
    shelves = [(part, part.name) for part in below] if parted else [(root, "")]
    return [
        (path.relative_to(root).as_posix(), path, folder.name, name)
        for shelf, name in shelves
        for folder in sorted(shelf.iterdir())
        if folder.is_dir()
        for path in _pictures_below(folder)
    ]


def _pictures_below(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataSetError(f"{folder} is no folder")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def _cleaned(
    rows: Sequence[tuple[str, Path, int, str]], classes: tuple[str, ...]
) -> LabelledPictures:
    looked = list(examine_all((name, path) for name, path, _, _ in rows))
    faults = tuple(one for one in looked if isinstance(one, Fault))
    pictures = _merged(
        LabelledPicture(path, name, (label,), part, facts.fingerprint)
        for (name, path, label, part), facts in zip(rows, looked, strict=True)
        if not isinstance(facts, Fault)
    )
    pairs = near_pairs([picture.fingerprint for picture in pictures])
    kept = _one_of_each(pictures, pairs)
    few = _few(kept, classes)
    cleaned = Cleaned(
        seen=len(rows),
        faults=faults,
        pairs=len(pairs),
        across_parts=sum(pictures[a].published != pictures[b].published for a, b in pairs),
        across_classes=sum(pictures[a].labels != pictures[b].labels for a, b in pairs),
        removed=len(pictures) - len(kept),
        few=few,
    )
    return LabelledPictures(classes, tuple(kept), cleaned)


def _merged(pictures: Iterable[LabelledPicture]) -> list[LabelledPicture]:
    """Equal bytes in several class folders as one picture of several labels."""
    found: dict[tuple[str, str], LabelledPicture] = {}
    for picture in pictures:
        key = picture.fingerprint.digest, picture.published
        known = found.get(key)
        if known is None:
            found[key] = picture
        elif NONE_LABEL not in (*known.labels, *picture.labels):
            labels = tuple(sorted({*known.labels, *picture.labels}))
            found[key] = replace(known, labels=labels)
    return list(found.values())


def _one_of_each(
    pictures: Sequence[LabelledPicture], pairs: Sequence[tuple[int, int]]
) -> list[LabelledPicture]:
    """The first of every group that looks the same, none where its labels differ."""
    members: dict[int, list[LabelledPicture]] = {}
    for group, picture in zip(groups_of(len(pictures), pairs).tolist(), pictures, strict=True):
        members.setdefault(group, []).append(picture)
    alike = (group for group in members.values() if len({one.labels for one in group}) == 1)
    return [group[0] for group in alike]


def _few(
    pictures: Sequence[LabelledPicture], classes: Sequence[str]
) -> tuple[tuple[str, int], ...]:
    """Classes of few pictures. Raises TooFewOfClassError for those of hardly any."""
    counts = Counter(label for picture in pictures for label in picture.labels)
    few = tuple((name, counts[label]) for label, name in enumerate(classes) if counts[label] < FEW)
    hardly = [f"{name} ({count})" for name, count in few if count < FEWEST]
    if hardly:
        raise TooFewOfClassError(
            f"fewer than {FEWEST} pictures of {', '.join(hardly)}: bring more or leave them out"
        )
    return few
