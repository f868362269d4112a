"""What the studio starts with: the generator, who judges, and how much may still be asked for."""

from dataclasses import dataclass
from typing import Final

from ml.contracts.generation import MOST_SAMPLES
from webapp.accounts.models import User
from webapp.generation.selectors import Quota, Trouble, quota_of
from webapp.generation.wishes import Generator, NoGenerator, require_generator
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind

MOST: Final = MOST_SAMPLES


@dataclass(frozen=True, slots=True)
class Studio:
    """``reason``: why there is no generator, and who must act. ``judge``: the scorer's name."""

    generator: Generator | None
    reason: Trouble | None
    judge: str | None
    quota: Quota
    most: int = MOST


def studio_of(user: User) -> Studio:
    """As the person finds it now."""
    generator, reason = _generator()
    scorer = registry.active(ModelKind.SCORER)
    return Studio(generator, reason, None if scorer is None else scorer.name, quota_of(user))


def _generator() -> tuple[Generator | None, Trouble | None]:
    try:
        return require_generator(), None
    except NoGenerator as error:
        return None, Trouble(error.code, error.detail)
