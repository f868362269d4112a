"""What somebody wants made, checked against the generator that is to make it."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import SystemRandom
from typing import Any, Final

from ml.contracts.generation import (
    LARGEST_SEED,
    MOST_SAMPLES,
    GenerationFault,
    GenerationFaultCode,
    GenerationRequest,
    checked_request,
)
from ml.contracts.generator_card import CategoryOutcome, GeneratorCard
from ml.contracts.results import SCALE_HIGH, SCALE_LOW
from webapp.common.errors import ApplicationError, Conflict
from webapp.generation.models import GenerationKind
from webapp.registry import selectors as registry
from webapp.registry.categories import named_card
from webapp.registry.models import ModelKind, ModelVersion

FEWEST_FRAMES: Final = 2
USUAL_COUNT: Final = {
    GenerationKind.SAMPLES: 8,
    GenerationKind.SWEEP: 10,
    GenerationKind.BETWEEN: 24,
}
_random = SystemRandom()


class NoGenerator(Conflict):
    """The operator must train a generator, or bring the files back that ship with the code."""

    code = "no_generator"


class GeneratorRetired(Conflict):
    """The user must ask the generator that is active; the operator may bring the other back."""

    code = "model_retired"


class BadWish(ApplicationError):
    """Whoever asks must change what they ask for; `code` says what."""

    code = "bad_wish"


@dataclass(frozen=True, slots=True)
class OfferedCategory:
    """What may be asked for. ``outcome``: what was measured of it; None in older cards."""

    key: str
    name: str
    pictures: int
    outcome: CategoryOutcome | None


@dataclass(frozen=True, slots=True)
class Generator:
    """A version with what its card says, its categories as people name them."""

    version: ModelVersion
    card: GeneratorCard

    @property
    def categories(self) -> tuple[OfferedCategory, ...]:
        """In the order of the card."""
        outcomes = {each.key: each for each in self.card.outcomes}
        return tuple(
            OfferedCategory(each.key, each.name, each.pictures, outcomes.get(each.key))
            for each in self.card.categories
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """Everything that decides the pictures but the generator; and how many of them to show."""

    kind: GenerationKind
    category: str
    histogram: tuple[float, ...]
    dial: float | None
    seed: int
    seed_to: int | None
    truncation: float
    count: int
    keep_best: int | None


def active_generator() -> Generator | None:
    """The one that makes pictures now; None where there is none, or its card is read no more."""
    version = registry.active(ModelKind.GENERATOR)
    return None if version is None else generator_of(version)


def generator_of(version: ModelVersion) -> Generator | None:
    """None for a card of a form that is read no more."""
    card = named_card(version)
    return None if card is None else Generator(version, card)


def require_generator(named: str = "") -> Generator:
    """The active one. Raises NoGenerator, and GeneratorRetired when another was ``named``."""
    found = active_generator()
    if found is None:
        raise NoGenerator(
            "No generator is active here. Whoever runs this website must train or import one."
        )
    if named and named != found.version.name:
        raise GeneratorRetired(
            f"The generator {named} makes no pictures any more; {found.version.name} does. The same"
            " wish gives other pictures there."
        )
    return found


def checked(fields: Mapping[str, Any], card: GeneratorCard) -> Wish:
    """Raises BadWish. ``fields``: as the API takes them, with the defaults left out."""
    kind = GenerationKind(fields.get("kind", GenerationKind.SAMPLES))
    count = fields.get("count", USUAL_COUNT[kind])
    seed = fields.get("seed")
    try:
        request = _request(kind, fields, card, _drawn() if seed is None else seed, count)
    except GenerationFault as fault:
        raise BadWish(str(fault), code=fault.code) from fault
    swept = kind is GenerationKind.SWEEP
    if kind is not GenerationKind.SAMPLES and request.count < FEWEST_FRAMES:
        raise BadWish(
            f"A film has {FEWEST_FRAMES} to {MOST_SAMPLES} pictures.",
            code=GenerationFaultCode.COUNT_OUT_OF_RANGE,
        )
    return Wish(
        kind=kind,
        category=request.category,
        histogram=() if swept else request.histogram,
        dial=None if swept else request.dial,
        seed=request.seed,
        seed_to=_second_seed(kind, fields.get("seed_to")),
        truncation=request.truncation,
        count=request.count,
        keep_best=_kept(kind, fields.get("keep_best"), request.count),
    )


def dials(count: int) -> list[float]:
    """The means that a sweep asks for, from end to end."""
    return [SCALE_LOW + (SCALE_HIGH - SCALE_LOW) * n / (count - 1) for n in range(count)]


def _request(
    kind: GenerationKind, fields: Mapping[str, Any], card: GeneratorCard, seed: int, count: int
) -> GenerationRequest:
    """Raises GenerationFault."""
    histogram, dial = fields.get("histogram"), fields.get("dial")
    if kind is GenerationKind.SWEEP:
        if histogram is not None or dial is not None:
            raise GenerationFault(
                GenerationFaultCode.DIAL_OR_HISTOGRAM,
                "A sweep goes over the whole dial: give neither a dial nor a histogram.",
            )
        dial = SCALE_LOW
    return checked_request(
        categories=[each.key for each in card.categories],
        sd=card.dial.sd,
        category=fields["category"],
        seed=seed,
        histogram=histogram,
        dial=dial,
        truncation=fields.get("truncation", 1.0),
        count=count,
    )


def _second_seed(kind: GenerationKind, seed: int | None) -> int | None:
    between = kind is GenerationKind.BETWEEN
    if between and seed is None:
        raise BadWish(
            "Pictures between two latents need a second seed: give seed_to.", code="seed_to"
        )
    if seed is not None and not between:
        raise BadWish("Only pictures between two latents take a seed_to.", code="seed_to")
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise BadWish(
            f"A seed lies in 0 to {LARGEST_SEED}.", code=GenerationFaultCode.SEED_OUT_OF_RANGE
        )
    return seed


def _kept(kind: GenerationKind, keep_best: int | None, count: int) -> int | None:
    if keep_best is None:
        return None
    if kind is not GenerationKind.SAMPLES or not 1 <= keep_best <= count:
        raise BadWish(
            f"Of {count} pictures 1 to {count} can be the best; of a film all belong together.",
            code="keep_best_out_of_range",
        )
    return keep_best


def _drawn() -> int:
    return _random.randint(0, LARGEST_SEED)
