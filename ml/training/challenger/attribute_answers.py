"""What people said of one attribute, beside the pictures of a snapshot."""

from dataclasses import dataclass

import numpy as np

from ml.contracts.retrain import DataSource, RefusalCode, RunRequest
from ml.data.samples import VotedPicture
from ml.evaluation.metrics import Array
from ml.models.attribute_mapper import HeadSpec
from ml.training.attribute_measure import error_of_mean
from ml.training.challenger.refusals import RunRefusedError
from ml.training.challenger.voted import VotedPictures

_FLAT = 1e-9
_IMPORTED = "set:"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """``values``: (n,) mean answers of the pictures of ``voted``, in the range of ``spec``."""

    voted: VotedPictures
    spec: HeadSpec
    values: Array

    @property
    def raters(self) -> int:
        """About how many people answered for a picture."""
        return round(float(np.median(self.voted.votes)))

    def ceiling(self, sources: tuple[DataSource, ...]) -> float | None:
        """Correlation that the noise of the answers allows, as in ``label_ceiling``.

        None where a source publishes means alone, whose counts say nothing about the noise.
        """
        if any(source.name.startswith(_IMPORTED) for source in sources):
            return None
        panel = self.voted.panel
        apart = (self.spec.high - self.spec.low) / (panel.steps - 1)
        noise = np.mean([error_of_mean(picture.counts) for picture in panel.pictures]) * apart**2
        return float(np.sqrt(max(0.0, 1 - float(noise) / float(self.values.var()))))


def read_answers(request: RunRequest, voted: VotedPictures) -> Answers:
    """Raises RunRefusedError for rows without an answer in the range, or answers all alike."""
    spec = _spec(request)
    values = np.array([_value(picture, spec) for picture in voted.panel.pictures])
    for rows, what in ((voted.train, "learn from"), (voted.test, "test on")):
        if np.ptp(values[rows]) < _FLAT:
            raise RunRefusedError(
                RefusalCode.ONE_CLASS,
                f"All pictures to {what} have the same answers: there is nothing to tell apart.",
            )
    return Answers(voted, spec, values)


def answers_elsewhere(voted: VotedPictures, spec: HeadSpec) -> Answers:
    """Of another snapshot. Raises RunRefusedError for rows without an answer in the range."""
    return Answers(voted, spec, np.array([_value(each, spec) for each in voted.panel.pictures]))


def _spec(request: RunRequest) -> HeadSpec:
    try:
        return HeadSpec(request.target, request.low, request.high)
    except ValueError as error:
        raise RunRefusedError(RefusalCode.BAD_REQUEST, f"{error}.") from error


def _value(picture: VotedPicture, spec: HeadSpec) -> float:
    value = picture.attributes.get(spec.key)
    if value is None or not spec.low <= value <= spec.high:
        said = "no answer" if value is None else f"the answer {value:g}"
        raise RunRefusedError(
            RefusalCode.BAD_REQUEST,
            f"{picture.key} has {said} about {spec.key}, which goes from {spec.low:g} to "
            f"{spec.high:g}.",
        )
    return value
