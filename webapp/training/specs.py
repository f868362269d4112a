"""What somebody asks a snapshot to be made of, and what a model is to learn from it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from ml.contracts.retrain import OVERALL, Gate
from ml.contracts.votes import BINS
from webapp.common.errors import ApplicationError
from webapp.ratings.answers import STEPS
from webapp.registry import selectors as registry
from webapp.registry.models import Attribute, Family

# What `ml` needs to fit and to judge anything; fewer are refused before anybody waits.
FEWEST_PICTURES: Final = 30
FEWEST_LEARNED: Final = 12
FEWEST_CHECKED: Final = 1
FEWEST_TESTED: Final = 10
FEWEST_PROVEN: Final = Gate().fewest  # with fewer test pictures the gate never says yes
TEST_SHARE: Final = 5  # of so many pictures one falls to the test (`parts`)
ABOUT_FROZEN: Final = FEWEST_TESTED * TEST_SHARE  # pictures, so that enough fall to the test
ABOUT_PROVEN: Final = FEWEST_PROVEN * TEST_SHARE
OVERALL_LABEL: Final = "Overall: how people would rate a picture"


class UnknownTarget(ApplicationError):
    """The admin must choose a target of the list: one that a crowd answers on an ordered scale."""

    code = "unknown_target"


@dataclass(frozen=True, slots=True)
class Spec:
    """Which votes on which pictures. Ids are sorted, so that equal wishes are equal.

    ``medium``: photo, painting or empty for both. ``fewest_votes``: of a picture.
    ``leave_out_doubted``: votes of raters who look careless do not count. ``with_generated``:
    pictures that a model made are learned from too.
    """

    target: str = OVERALL
    campaigns: tuple[UUID, ...] = ()
    imported: tuple[UUID, ...] = ()
    library: bool = False
    medium: str = ""
    fewest_votes: int = 3
    leave_out_doubted: bool = True
    with_generated: bool = False

    @property
    def empty(self) -> bool:
        """No source is chosen."""
        return not (self.campaigns or self.imported or self.library)

    def as_json(self) -> dict[str, Any]:
        """As it is kept and told."""
        return {
            **asdict(self),
            "campaigns": [str(pk) for pk in self.campaigns],
            "imported": [str(pk) for pk in self.imported],
            "medium": self.medium or None,
        }


def spec_of(fields: Mapping[str, Any]) -> Spec:
    """From fields that were checked, or from what `as_json` kept."""
    return Spec(
        target=fields.get("target", OVERALL),
        campaigns=_ids(fields.get("campaigns", ())),
        imported=_ids(fields.get("imported", ())),
        library=fields.get("library", False),
        medium=fields.get("medium") or "",
        fewest_votes=fields.get("fewest_votes", 3),
        leave_out_doubted=fields.get("leave_out_doubted", True),
        with_generated=fields.get("with_generated", False),
    )


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be foretold: values in [``low``, ``high``], voted in ``steps`` equal steps.

    ``attribute`` None: the distribution of ratings.
    """

    key: str
    label: str
    low: float
    high: float
    steps: int
    attribute: Attribute | None = None

    @property
    def apart(self) -> float:
        """From one step to the next."""
        return (self.high - self.low) / (self.steps - 1)


def target_of(key: str) -> Target:
    """Raises UnknownTarget."""
    if key == OVERALL:
        return overall()
    found = [each for each in targets() if each.key == key]
    if not found:
        raise UnknownTarget(f"{key!r} is nothing that a crowd answers on an ordered scale.")
    return found[0]


def targets() -> list[Target]:
    """The overall rating, then the attributes that people answer.

    Those with choices have no order, and the measured ones come from a formula.
    """
    asked = registry.attributes().filter(choices=[]).exclude(family=Family.MEASURE)
    return [overall(), *(of_attribute(each) for each in asked)]


def overall() -> Target:
    """The distribution of ratings from 1 to 10."""
    return Target(OVERALL, OVERALL_LABEL, 1.0, float(BINS), BINS)


def of_attribute(attribute: Attribute) -> Target:
    """What raters are asked in campaigns: five steps."""
    return Target(
        attribute.key, attribute.label, attribute.low, attribute.high, STEPS, attribute
    )  # fmt: skip


def _ids(values: Any) -> tuple[UUID, ...]:
    return tuple(sorted({each if isinstance(each, UUID) else UUID(each) for each in values}))
