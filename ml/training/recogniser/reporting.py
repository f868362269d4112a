"""Measure every way on untouched pictures, and the shipped one's boxes; the page and the card."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ml.contracts.objects import NONE_LABEL
from ml.contracts.recogniser_card import ClassFigures, RecogniserCard, RecogniserFigure
from ml.data.opening import open_picture
from ml.data.transforms import on_white
from ml.evaluation.recognition import (
    Recognised,
    by_figure,
    calibration_error,
    f1_by_class,
    flags,
    majority,
    recognised,
)
from ml.evaluation.recognition_boxes import (
    BoxFigures,
    BoxTrials,
    box_trials,
    centre_shares,
    known_figures,
    told_figures,
)
from ml.evaluation.recognition_page import RecognitionPage, Shown
from ml.explain.objects import Found, find
from ml.inference.recognition import LoadedRecogniser
from ml.training.recogniser.card import figure_row
from ml.training.recogniser.material import PHOTOS, Material
from ml.training.recogniser.recipes import Way
from ml.training.recogniser.run import Taught

MAJORITY = "majority"
_OPENED = 1200  # pixels of the longer side of a picture of art, while it is searched

Rows = dict[str, dict[str, Recognised]]


@dataclass(frozen=True, slots=True, eq=False)
class Masters:
    """Pictures of art, opened, with what was found in them."""

    pictures: tuple[tuple[str, Image.Image, Found], ...]


def measured(taught: Mapping[Way, Sequence[Taught]], material: Material, *, resamples: int) -> Rows:
    """Every way and the majority baseline on every kind of test picture."""
    rows: Rows = {MAJORITY: {}}
    learned = [picture.labels for picture in material.learned]
    for kind, trial in material.test.items():
        most = majority(learned, len(material.data.classes), count=len(trial.labels))
        rows[MAJORITY][kind] = recognised([most], trial.labels, resamples=resamples)
    for way, runs in taught.items():
        rows[way] = {
            kind: recognised(
                [one.answers(trial) for one in runs], trial.labels, resamples=resamples
            )
            for kind, trial in material.test.items()
        }
    return rows


def card_figures(rows: Rows) -> list[RecogniserFigure]:
    """The table as rows of a card."""
    return [
        figure_row(recipe, kind, name, value)
        for recipe, kinds in rows.items()
        for kind, found in kinds.items()
        for name, value in by_figure(found).items()
    ]


def class_figures(one: Taught, material: Material) -> list[ClassFigures]:
    """Each class of one recogniser on test photos."""
    trial = material.test[PHOTOS]
    names = material.data.classes
    f1s = f1_by_class(flags(one.answers(trial).told, len(names)), flags(trial.labels, len(names)))
    learned = Counter(label for picture in material.learned for label in picture.labels)
    tested = Counter(label for labels in trial.labels for label in labels)
    return [
        ClassFigures(name, learned[label], tested[label], f1)
        for label, (name, f1) in enumerate(zip(names, f1s, strict=False))
    ]


def masters(recogniser: LoadedRecogniser, paths: Sequence[Path]) -> Masters:
    """Search pictures of art. Raises OSError, UnusablePictureError."""
    found = []
    for path in paths:
        picture = on_white(open_picture(path, _OPENED // 3))
        picture.thumbnail((_OPENED, _OPENED))
        found.append((path.name, picture, find(recogniser, picture)))
    return Masters(tuple(found))


def page_of(
    material: Material,
    rows: Rows,
    one: Taught,
    card: RecogniserCard,
    boxes: tuple[Sequence[BoxFigures], BoxTrials] | None,
    art: Masters,
    *,
    resamples: int,
    picture: str,
) -> RecognitionPage:
    """Everything that was measured, ready to be written."""
    return RecognitionPage(
        facts=_facts(material),
        kinds={kind: len(trial.labels) for kind, trial in material.test.items()},
        rows=rows,
        chosen=_chosen(one, material, card),
        by_class=class_figures(one, material),
        known=boxes[0] if boxes else (),
        told=told_figures(boxes[1], resamples=resamples) if boxes else {},
        objects=len(boxes[1].objects) if boxes else 0,
        shown=[Shown(name, _found(found)) for name, _, found in art.pictures],
        picture=picture,
    )


def boxes_of(
    recogniser: LoadedRecogniser,
    material: Material,
    *,
    resamples: int,
    on_progress: Callable[[int, int], None],
) -> tuple[Sequence[BoxFigures], BoxTrials] | None:
    """Boxes on the test composites; None without any."""
    if not any(one.placed for one in material.test_composites):
        return None
    trials = box_trials(recogniser, material.test_composites, on_progress=on_progress)
    centre = centre_shares(material.check_composites or material.test_composites)
    return known_figures(trials, centre=centre, resamples=resamples), trials


def _facts(material: Material) -> list[str]:
    learned, lesson = material.learned, material.lesson
    none = sum(NONE_LABEL in picture.labels for picture in learned)
    bare = sum(not one.placed for one in material.test_composites)
    return [
        f"{material.data.cleaned.summary}.",
        (
            f"{len(learned):,} photos to learn from, {none} of them of none of the "
            f"{len(material.data.classes)} classes; {len(material.check[PHOTOS].labels)} to check "
            f"with; {len(material.test[PHOTOS].labels)} to test on."
        ),
        (
            f"{len(lesson.styled_rows):,} photos to learn from in the styles of "
            f"{material.paintings[0]} paintings; {material.paintings[1]} paintings by others are "
            "unseen. "
            f"{material.leaks} stylised photos of a style of the other side were left out."
        ),
        (
            f"{len(material.test_composites) - bare} composites on unseen paintings, "
            f"{material.plain_cut_outs} of the cut-outs taken from test photos; {bare} paintings "
            "without any of the classes."
        ),
    ]


def _chosen(one: Taught, material: Material, card: RecogniserCard) -> list[str]:
    lines = [
        f"{one.way}, seed {one.seed}: the best on check photos and check photos in learned styles.",
        (
            f"A class is told from a confidence of {one.deciding.threshold:.2f} on, a box from "
            f"{card.box_threshold:.2f}; evidence is cut at {card.box_level:.0%} of its highest "
            "place."
        ),
    ]
    for kind, trial in material.test.items():
        answers = one.answers(trial)
        truth = flags(trial.labels, answers.confidences.shape[1])
        error = calibration_error(answers.confidences, truth[:, :-1])
        told = flags(answers.told, answers.confidences.shape[1])[:, -1]
        bare = truth[:, -1] == 1
        none = f"{told[bare].mean():.0%} of the {bare.sum()} without any class are told to be none"
        some = f"{told[~bare].mean():.0%} of the others"
        lines.append(f"{kind}: gap between confidence and truth {error:.3f}; {none}, {some}.")
    return lines


def _found(found: Found) -> str:
    said = found.recognition
    objects = ", ".join(
        f"{one.name} {one.confidence:.0%} at {list(one.box)}" for one in said.objects
    )
    cut = ", ".join(f"{one.kind} of {one.pixels} pixels ({one.side})" for one in said.margins)
    return f"{objects or 'nothing found'}{f'; cut away: {cut}' if cut else ''}"
