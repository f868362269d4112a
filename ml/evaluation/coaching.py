"""What the coach is worth: on pictures it never saw, judged by the scorer it did not optimise."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from ml.coach.apply import apply
from ml.coach.coach import Coach
from ml.coach.space import opposite, random_like
from ml.coach.study import Trial
from ml.coach.trust import Trust
from ml.contracts.edits import Edits
from ml.contracts.files import replace_file
from ml.data.opening import open_picture
from ml.data.samples import Panel, VotedPicture
from ml.data.splits import held_out
from ml.evaluation.metrics import Array, conformal_half_width

LEVEL = 0.8
CUTOFF = 0.5  # percent of the pixels at each end that the fixed auto-contrast gives up
DECODED = 1024


@dataclass(frozen=True, slots=True)
class Change:
    """One recipe and what became of the picture, in points of both scorers."""

    edits: dict[str, float]
    gain: float
    second_gain: float
    sd: float = 0.0
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was tried on one picture.

    ``wanted``: the optimum before any check; ``whole``: what was proposed; ``random``: a recipe
    of the same size in another direction; ``fixed``: auto-contrast; ``opposite``: the optimum's
    tones the other way, beside ``tones``, the same without its frame. ``seconds``: what the search
    and the checks took, without the parts and the baselines.
    """

    panel: str
    key: str
    voted: float
    before: float
    second_before: float
    reason: str
    wanted: Change | None
    whole: Change | None
    random: Change | None
    fixed: Change
    tones: Change | None
    opposite: Change | None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture to coach, and the crowd it comes from."""

    panel: str
    picture: VotedPicture


def subjects(
    panels: Sequence[Panel], *, count: int, test: bool, split_seed: int, share: float, seed: int
) -> tuple[Subject, ...]:
    """``count`` pictures of the test or the training parts: the first panel's, then the next's.

    Drawn without replacement within each panel.
    """
    chosen: list[Subject] = []
    generator = np.random.default_rng(seed)
    for panel in panels:
        split = held_out(panel, seed=split_seed, share=share)
        rows = generator.permutation(split.test if test else split.train)
        chosen += [Subject(panel.name, panel.pictures[row]) for row in rows]
    return tuple(chosen[:count])


def outcomes(
    coach: Coach,
    chosen: Sequence[Subject],
    *,
    cache: Path | None,
    seed: int,
    on_progress: Callable[[int, int], None],
) -> tuple[Outcome, ...]:
    """Coach every picture. ``cache`` keeps what was done, so that a run may be killed."""
    done: list[Outcome] = []
    for number, subject in enumerate(chosen):
        path = cache / f"{_name(coach, subject, seed)}.json" if cache else None
        if path is not None and path.is_file():
            done.append(read_outcome(json.loads(path.read_text(encoding="utf-8"))))
        else:
            done.append(_outcome(coach, subject, seed=seed + number))
            if path is not None:
                replace_file(path, json.dumps(asdict(done[-1])).encode())
        on_progress(number + 1, len(chosen))
    return tuple(done)


def read_outcome(document: dict[str, Any]) -> Outcome:
    """What `outcomes` keeps, read back."""
    changes = {
        name: Change(**{**document[name], "faults": tuple(document[name]["faults"])})
        for name in ("wanted", "whole", "random", "fixed", "tones", "opposite")
        if document[name] is not None
    }
    return Outcome(**{**document, **changes})


def picture_of(subject: Subject) -> Image.Image:
    """The subject's picture, upright, as large as the coach looks at it."""
    return open_picture(subject.picture.path, DECODED).convert("RGB")


def measured_trust(done: Sequence[Outcome], *, scorer: str) -> Trust:
    """How much of the promised gains the second scorer confirms, by least squares through 0.

    From every optimum that looked natural, before the second scorer had its say.
    """
    promised, confirmed = promises(done)
    if not len(promised):
        return Trust(share=0.0, spread=0.0, pictures=0, scorer=scorer)
    share = float(promised @ confirmed / (promised @ promised))
    rest = confirmed - share * promised
    spread = conformal_half_width(rest, level=LEVEL)
    return Trust(share=round(share, 4), spread=round(spread, 4), pictures=len(rest), scorer=scorer)


def promises(done: Sequence[Outcome]) -> tuple[Array, Array]:
    """(n,) gains that the optimised scorer promised, and (n,) what the second one saw."""
    natural = [one.wanted for one in done if one.wanted and not one.wanted.faults]
    gains = np.array([change.gain for change in natural])
    return gains, np.array([change.second_gain for change in natural])


def _outcome(coach: Coach, subject: Subject, *, seed: int) -> Outcome:
    picture = picture_of(subject)
    began = perf_counter()
    study = coach.study(picture)
    seconds = perf_counter() - began
    wanted = study.wanted.edits if study.wanted else Edits()

    def tried(changed: Image.Image, edits: Edits) -> Change:
        result, second = coach.look(changed)
        return Change(
            edits=edits.to_json(),
            gain=result.mean - study.before.mean,
            second_gain=second - study.second_before,
        )

    def recipe(edits: Edits) -> Change | None:
        return None if edits == Edits() else tried(apply(picture, edits), edits)

    tones = wanted.tones()
    return Outcome(
        panel=subject.panel,
        key=subject.picture.key,
        voted=subject.picture.mean,
        before=study.before.mean,
        second_before=study.second_before,
        reason=study.reason,
        wanted=_change(study.wanted),
        whole=_change(study.whole),
        random=recipe(random_like(wanted, seed=seed)),
        fixed=tried(ImageOps.autocontrast(picture, cutoff=CUTOFF), Edits()),
        tones=recipe(tones),
        opposite=recipe(opposite(tones)),
        seconds=seconds,
    )


def _change(trial: Trial | None) -> Change | None:
    if trial is None:
        return None
    return Change(
        edits=trial.edits.to_json(),
        gain=trial.gain,
        second_gain=trial.second_gain,
        sd=trial.result.sd,
        faults=trial.faults,
    )


def _name(coach: Coach, subject: Subject, seed: int) -> str:
    """What decides an outcome, but for the code: both scorers, the plan, the picture."""
    picture = sha256(subject.picture.path.read_bytes()).hexdigest()
    facts = (coach.digest, coach.second_digest, coach.plan, seed, subject.panel, picture)
    return sha256(repr(facts).encode()).hexdigest()[:32]
