"""What a generator can and cannot: its categories with what was measured and samples of each."""

from dataclasses import dataclass
from uuid import UUID

from ml.contracts.generator_card import AVA_TEN, Category, CategoryOutcome
from webapp.accounts.models import User
from webapp.common.errors import NotFound
from webapp.generation.models import Generation, Sample
from webapp.generation.selectors import ShownSample
from webapp.jobs.models import LIVE_STATES, Job, JobKind
from webapp.registry.categories import card_of, names_of
from webapp.registry.models import ModelKind, ModelVersion, VersionState


@dataclass(frozen=True, slots=True)
class Ability:
    """A category: its name, ``given`` by the card, and how far samples are what was asked for.

    ``outcome`` is None where its card tells of none.
    """

    category: Category
    name: str
    outcome: CategoryOutcome | None
    samples: tuple[ShownSample, ...]


@dataclass(frozen=True, slots=True)
class Abilities:
    """``making``: samples are on their way. ``can_make``: they may be asked for."""

    version: ModelVersion
    categories: tuple[Ability, ...]
    making: bool
    can_make: bool
    presets: tuple[str, ...] = tuple(name.capitalize() for name in AVA_TEN)


def generator_version(viewer: User, pk: UUID) -> ModelVersion:
    """A generator that the viewer may know of. Raises NotFound."""
    known = ModelVersion.objects.visible_to(viewer).filter(kind=ModelKind.GENERATOR)
    found = known.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def abilities_of(version: ModelVersion) -> Abilities:
    """As they are known now; no category for a card of a form that is read no more."""
    card = card_of(version)
    shown = Generation.objects.filter(model_version=version, shows_category=True)
    live = Job.objects.filter(
        kind=JobKind.GENERATE, subject__in=shown.values("pk"), state__in=LIVE_STATES
    )
    samples = _samples(version)
    names = names_of([version])
    outcomes = {} if card is None else {each.key: each for each in card.outcomes}
    return Abilities(
        version=version,
        categories=tuple(
            Ability(
                category=each,
                name=names[version.pk, each.key],
                outcome=outcomes.get(each.key),
                samples=tuple(samples.get(each.key, ())),
            )
            for each in (() if card is None else card.categories)
        ),
        making=live.exists(),
        can_make=card is not None and version.state == VersionState.ACTIVE,
    )


def _samples(version: ModelVersion) -> dict[str, list[ShownSample]]:
    """By category, in the order of their seeds."""
    rows = Sample.objects.select_related("generation").filter(
        generation__model_version=version, generation__shows_category=True
    )
    found: dict[str, list[ShownSample]] = {}
    for sample in rows.order_by("generation", "index"):
        found.setdefault(sample.generation.category, []).append(ShownSample(sample, kept=True))
    return found
