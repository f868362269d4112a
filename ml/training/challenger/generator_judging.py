"""Ask challenger and champion the same, let the same judges look, and hear the gate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch

from ml.contracts.generation import histogram_of_dial
from ml.contracts.retrain import RunRequest
from ml.contracts.verdict import Point, Verdict
from ml.evaluation.gate_inputs import Judged, Occasion
from ml.evaluation.generation import Ground, Trial
from ml.evaluation.generation_gate import Looks, decide_generator
from ml.evaluation.generation_space import kid_difference, kid_estimate
from ml.evaluation.metrics import Array
from ml.inference.frozen import frozen
from ml.inference.generation import LoadedGenerator, open_generator
from ml.inference.golden import GoldenMismatchError
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.generator_champion import GeneratorChampion
from ml.training.challenger.judging import MEGABYTE, TIMED, bytes_of, milliseconds
from ml.training.generator.judges import Judges
from ml.training.generator.material import Material
from ml.training.generator.measure import Measured, held_out
from ml.training.generator.sheets import free_samples, questions_of, sheet_of, trial_of

LATENTS = 24  # rows of a category: more than the gate's fewest


@dataclass(frozen=True, slots=True, eq=False)
class Court:
    """What samples are judged of and by. ``told`` hears how much is done."""

    material: Material
    judges: Judges
    ground: Ground
    device: torch.device
    told: Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What judges make of a generator: its sheet, (n, d) places of samples as people vote."""

    trial: Trial
    placed: Array


def judge_generator(
    request: RunRequest,
    folder: RunFolder,
    measured: Measured,
    champion: GeneratorChampion | None,
    court: Court,
) -> tuple[Verdict, tuple[Point, ...]]:
    """By the challenger's files. Raises GateError, CardError, DigestMismatchError, WeightsError."""
    network, card = open_generator(folder.weights, folder.card)
    loaded = [LoadedGenerator(frozen(network, device=court.device), card)]
    answered = [Answered(measured.trial, measured.placed)]
    if champion is not None:
        served = LoadedGenerator(frozen(champion.network, device=court.device), champion.card)
        loaded.append(served)
        answered.append(_answered(champion, court))
    judged = _judged(loaded, answered, court)
    verdict = decide_generator(
        judged[0],
        judged[1] if champion is not None else None,
        measured.trial,
        court.material.semantics.names,
        _looks(measured, answered, court),
        gate=request.gate,
        seed=request.seed,
        occasion=Occasion(
            attempt=request.attempt(card.sha256), named=champion is None or champion.complete
        ),
    )
    return verdict, _points(answered)


def _answered(champion: GeneratorChampion, court: Court) -> Answered:
    """Of the champion: in place of categories that it does not know each of its own in turn."""
    material, judges = court.material, court.judges
    told = partial(court.told, f"asking {champion.card.version} the same")
    questions, names = questions_of(material, latents=LATENTS), material.semantics.names
    sheet = sheet_of(champion.network, questions, champion.asked(questions.category, names))
    asked = champion.asked(material.semantics.category[material.judged], names)
    free = free_samples(champion.network, material, asked)
    return Answered(
        trial_of(sheet, questions, judges, told=told),
        judges.space.place(judges.eyes.of(free, told=told)),
    )


def _judged(
    loaded: Sequence[LoadedGenerator], answered: Sequence[Answered], court: Court
) -> list[Judged]:
    court.told("measuring speed", 0, 0)
    spent = milliseconds(
        [partial(_some, each) for each in loaded], pictures=TIMED, device=court.device
    )
    return [
        Judged(
            shares=None,
            means=answers.trial.judged,
            half_widths=None,
            milliseconds=time,
            megabytes=bytes_of(each.network) / MEGABYTE,
            golden=_is_golden(each),
        )
        for each, answers, time in zip(loaded, answered, spent, strict=True)
    ]


def _some(generator: LoadedGenerator) -> list[object]:
    """A few samples, as the studio makes them."""
    card = generator.card
    histogram = histogram_of_dial((card.dial.low + card.dial.high) / 2, card.dial.sd)
    category = card.categories[0].key
    return list(generator.samples(category=category, histogram=histogram, seed=1, count=TIMED))


def _is_golden(generator: LoadedGenerator) -> bool:
    try:
        generator.check_golden()
    except GoldenMismatchError:
        return False
    return True


def _looks(measured: Measured, answered: Sequence[Answered], court: Court) -> Looks:
    near = measured.figures.likeness
    aside = held_out(court.material, court.judges)
    looks = Looks(
        kid=near.kid,
        kid_real=near.kid_real,
        kid_champion=None,
        kid_gain=None,
        near=near.memories.share,
        judge=court.ground.judge,
        aside=court.ground.held_out,
    )
    if len(answered) < 2:
        return looks
    new, old = (each.placed for each in answered)
    return replace(
        looks, kid_champion=kid_estimate(old, aside), kid_gain=kid_difference(new, old, aside)
    )


def _points(answered: Sequence[Answered]) -> tuple[Point, ...]:
    """Each sample: what was asked for, and what the judge says of both answers."""
    new = answered[0].trial
    old = answered[1].trial.judged.tolist() if len(answered) > 1 else [None] * len(new.asked)
    return tuple(
        Point(artwork="", voted=asked, champion=before, challenger=after)
        for asked, before, after in zip(new.asked.tolist(), old, new.judged.tolist(), strict=True)
    )
