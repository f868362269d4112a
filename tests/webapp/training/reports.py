"""Made-up reports of the gate, and runs that ended with one."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from ml.contracts.config import Estimate
from ml.contracts.verdict import (
    Figures,
    Flip,
    Point,
    Reason,
    ReasonCode,
    Ruling,
    RunReport,
    SliceVerdict,
    Verdict,
)
from tests.world import frozen
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.registry.models import ModelVersion, StoredWeights
from webapp.training.models import TrainingRun

_SOME = Estimate(0.1, 0.05, 0.15)
_FIGURES = Figures(_SOME, _SOME, _SOME, 0.8, 12.0, 3.0)


def report(
    *, passed: bool = True, points: Sequence[Point] = (), flips: Sequence[Flip] = ()
) -> dict[str, Any]:
    """As the process that trains writes it."""
    ruling = Ruling.PASS if passed else Ruling.VETO
    verdict = Verdict(
        passed=passed,
        reasons=(Reason(ReasonCode.BETTER, ruling, "It orders pictures better by 0.10."),),
        pictures=len(points),
        challenger=_FIGURES,
        champion=_FIGURES,
        constant=_FIGURES,
        gain=_SOME,
        emd_gain=None,
        ceiling=None,
        slices=(SliceVerdict("dark", "Dark pictures", 9, None, None, False),),
    )
    return asdict(RunReport(verdict, tuple(flips), tuple(points), 70, 0, 0, 12.5))


def version(name: str, digit: str, **columns: Any) -> ModelVersion:
    """A scorer whose digest is that digit over and over."""
    defaults = {"kind": "scorer", "digest": digit * 64, "card": {"version": name}, "proof": "sound"}
    made = ModelVersion.objects.create(name=name, **{**defaults, **columns})
    StoredWeights.objects.create(version=made, data=b"weights")
    return made


def ended(
    by: User,
    made: ModelVersion,
    *artworks: Artwork,
    champion: ModelVersion | None,
    passed: bool = True,
    points: Sequence[Point] = (),
) -> TrainingRun:
    """A run that made this version."""
    now = timezone.now()
    return TrainingRun.objects.create(
        snapshot=frozen(by, *artworks), recipe="head", by=by, state="done", started_at=now,
        ended_at=now, champion=champion, version=made, passed=passed,
        verdict=report(passed=passed, points=points),
    )  # fmt: skip
