"""Teach a recogniser by every way, choose one by the check pictures, and ship it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor, nn

from ml.contracts.objects import Edges, overlap
from ml.data.composites import Composite
from ml.evaluation.recognition import Answers, flags, macro_f1_of
from ml.explain.object_maps import SCALES, look, parts_above
from ml.explain.objects import find
from ml.inference.devices import open_device
from ml.inference.frozen import frozen
from ml.inference.recognition import LoadedRecogniser
from ml.models.recogniser import Recogniser, SmallNetwork, TaughtPart
from ml.training.progress import Callbacks, Progress
from ml.training.recogniser.deciding import Deciding, fit_deciding
from ml.training.recogniser.fit import fit_end, fit_head, fit_small, in_chunks
from ml.training.recogniser.looking import Seen
from ml.training.recogniser.material import PHOTOS, STYLISED, Material, Trial
from ml.training.recogniser.recipes import RecogniserConfig, Way

BOX_LEVELS = (0.3, 0.4, 0.5, 0.6, 0.7)
BOX_THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(2, 20))
_RIGHT = 0.3
_CHOSEN_BY = (STYLISED, PHOTOS)


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What one way and one seed made, and how it decides."""

    way: Way
    seed: int
    part: TaughtPart | SmallNetwork
    deciding: Deciding

    def answers(self, trial: Trial) -> Answers:
        """What it says of pictures."""
        return self.deciding.answers(logits_of(self.part, trial.seen))


def logits_of(part: nn.Module, seen: Seen) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(n, K)."""
    rows: Tensor = seen.small if isinstance(part, SmallNetwork) else seen.maps
    return in_chunks(part, rows).numpy().astype(np.float64)


def taught_by(
    ways: Sequence[Way], material: Material, config: RecogniserConfig, *,
    callbacks: Callbacks[Progress],
) -> list[Taught]:  # fmt: skip
    """One seed by several ways. Raises TrainingStoppedError, NonFiniteLossError."""
    found: list[Taught] = []
    lesson, network = material.lesson, material.network
    head = None
    for way in ways:
        part: TaughtPart | SmallNetwork
        if way is Way.SCRATCH:
            part = fit_small(lesson, config, callbacks=callbacks)
        else:
            head = head or fit_head(network, lesson, config, callbacks=callbacks)
            part = head
        if way in (Way.PHOTOS, Way.STYLES, Way.ADVERSARIAL):
            assert head is not None
            part = fit_end(head, lesson, config, way, callbacks=callbacks)
        check = material.check[PHOTOS]
        deciding = fit_deciding(logits_of(part, check.seen), check.labels)
        found.append(Taught(way, config.seed, part, deciding))
    return found


def by_seeds(
    ways: Sequence[Way], material: Material, config: RecogniserConfig, seeds: Sequence[int], *,
    callbacks: Callbacks[Progress],
) -> dict[Way, list[Taught]]:  # fmt: skip
    """Every way with every seed."""
    found: dict[Way, list[Taught]] = {way: [] for way in ways}
    for seed in seeds:
        for one in taught_by(ways, material, replace(config, seed=seed), callbacks=callbacks):
            found[one.way].append(one)
    return found


def chosen(taught: Mapping[Way, Sequence[Taught]], material: Material) -> Taught:
    """The way that does best on check pictures, mean over seeds; of it the best seed.

    Photos and photos in learned styles count as much. No test picture is looked at.
    """
    able = {way: rows for way, rows in taught.items() if way is not Way.SCRATCH}
    way = max(able, key=lambda one: np.mean([quality(each, material) for each in able[one]]))
    return max(able[way], key=lambda one: quality(one, material))


def quality(one: Taught, material: Material) -> float:
    """Mean macro-F1 over the kinds of check pictures that a choice is made by."""
    kinds = [kind for kind in _CHOSEN_BY if kind in material.check]
    return float(np.mean([checked(one, material.check[kind]) for kind in kinds]))


def checked(one: Taught, trial: Trial) -> float:
    """Macro-F1 on some pictures."""
    answers = one.answers(trial)
    classes = answers.confidences.shape[1]
    told, truth = flags(answers.told, classes), flags(trial.labels, classes)
    return float(macro_f1_of(told, truth)(np.ones((1, len(trial.labels))))[0])


def rounded(one: Taught, network: Recogniser) -> Recogniser:
    """The network as a reader of the shipped half-precision file will have it."""
    assert isinstance(one.part, TaughtPart)
    state = {name: value.half().float() for name, value in one.part.state_dict().items()}
    network.taught.load_state_dict(state)
    return frozen(network, device=open_device("cpu"))


def box_level(recogniser: LoadedRecogniser, composites: Sequence[Composite]) -> float:
    """Where to cut evidence maps: the level of the best mean overlap on check composites."""
    fits: dict[float, list[float]] = {level: [] for level in BOX_LEVELS}
    for one in composites:
        if not one.placed:
            continue
        seen = look(recogniser, one.image, scales=SCALES)
        for placed in one.placed:
            for level, found in fits.items():
                boxes = parts_above(seen.maps[placed.label], level, size=one.image.size)
                found.append(_fit(boxes, placed.box))
    return max(BOX_LEVELS, key=lambda level: float(np.mean(fits[level] or [0.0])))


def box_threshold(
    recogniser: LoadedRecogniser, composites: Sequence[Composite], *,
    callbacks: Callbacks[Progress],
) -> float:  # fmt: skip
    """From where on to tell a box: the best F1 of boxes on check composites and bare paintings.

    A box is right where it overlaps an object of its class by ``_RIGHT``.
    """
    sure: list[float] = []
    right: list[bool] = []
    for number, one in enumerate(composites, start=1):
        for each in find(recogniser, one.image, least=0.0).recognition.objects:
            fits = [overlap(each.box, o.box) for o in one.placed if o.label == each.label]
            sure.append(each.confidence)
            right.append(max(fits, default=0.0) >= _RIGHT)
        callbacks.on_progress(Progress("boxes to check with", number, len(composites)))
    wanted = sum(len(one.placed) for one in composites)
    hits, values = np.array(right, dtype=bool), np.array(sure)

    def f1(level: float) -> float:
        told = values >= level
        return float(2 * hits[told].sum() / max(told.sum() + wanted, 1))

    return float(max(BOX_THRESHOLDS, key=f1))


def _fit(boxes: Sequence[Edges], box: Edges) -> float:
    return overlap(boxes[0], box) if boxes else 0.0
