"""What is said of a person's own head: whether it foretells their picks, and in which words."""

from dataclasses import asdict, dataclass
from typing import Any

from ml.contracts.config import Estimate
from ml.contracts.fields import mapping, number, whole

NEEDED = 20  # picks before anything is learned
OF_A_KIND = 5  # of them liked, and as many not
MOST = 400  # the newest picks that a head learns from
NO_SKILL = 0.5  # an AUC that a coin has too


@dataclass(frozen=True, slots=True)
class Badge:
    """How well a head puts a liked picture before one that is not, on picks it did not see.

    ``own``: that share (AUC, 0 to 1, .5 is chance) by the person's head; ``crowd``: by the crowd's
    score alone on the same picks; ``gain``: the difference. Intervals of 95 % over picks.
    """

    picks: int
    liked: int
    own: Estimate
    crowd: Estimate
    gain: Estimate

    @property
    def shown(self) -> bool:
        """Better than chance, and not certainly worse than what everybody gets."""
        return self.own.low > NO_SKILL and self.gain.high >= 0

    @property
    def text(self) -> str:
        """The same for people."""
        told = f"{_percent(self.own)} ({round(100 * self.own.low)} to {round(100 * self.own.high)})"
        beside = f"the crowd's score alone in {_percent(self.crowd)}"
        if self.gain.high < 0:
            return (
                "Not shown: the crowd foretells your picks better than we do. Of two pictures, one"
                f" liked and one not, we name yours in {told} of 100 cases, {beside}."
            )
        if not self.shown:
            return (
                "Not shown: we cannot foretell your taste yet. Of two pictures, one liked and one"
                f" not, we name yours in {told} of 100 cases; a coin does in 50. More picks help."
            )
        better = "That is more than chance explains." if self.gain.low > 0 else (
            "The difference may be chance."
        )  # fmt: skip
        return (
            "Of two pictures that we had not seen your picks of, one liked and one not, we name the"
            f" one you like in {told} of 100 cases, {beside}. {better}"
        )

    def document(self) -> dict[str, Any]:
        """As JSON, with what follows from it."""
        return {**asdict(self), "shown": self.shown, "text": self.text}


def parse_badge(document: object) -> Badge:
    """What `document` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    fields = mapping(document)
    return Badge(
        picks=whole(fields["picks"], least=0),
        liked=whole(fields["liked"], least=0),
        own=_estimate(fields["own"]),
        crowd=_estimate(fields["crowd"]),
        gain=_estimate(fields["gain"]),
    )


def enough(liked: int, disliked: int) -> bool:
    """Whether there is anything to learn from, and to hold out."""
    return liked + disliked >= NEEDED and min(liked, disliked) >= OF_A_KIND


def _estimate(value: object) -> Estimate:
    fields = mapping(value)
    return Estimate(**{name: number(fields[name]) for name in ("value", "low", "high")})


def _percent(found: Estimate) -> str:
    return f"{round(100 * found.value)}"
