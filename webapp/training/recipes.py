"""Ways to make a challenger from a snapshot: which fit, and about how long each takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from ml.contracts.generator_card import PATENT
from ml.contracts.generator_recipe import (
    FEWEST_JUDGED,
    FEWEST_LEARNED,
    GeneratorRecipe,
    generator_recipe,
)
from ml.contracts.retrain import MOST_GONE
from ml.contracts.retrain import RunRecipe as Way
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion
from webapp.training.models import RunRecipe, RunState, Snapshot, SnapshotState, TrainingRun
from webapp.training.parts import Part
from webapp.training.previews import Problem, small_test, taught_test
from webapp.training.snapshots import kind_in
from webapp.training.usable import Left, left, taught

LOOKED_BACK: Final = 10  # earlier runs that tell how long the next one takes
KERNEL_SCORERS: Final = ("scorer",)  # architectures whose head `refine` can move


@dataclass(frozen=True, slots=True)
class Words:
    """How a recipe is told. `seconds` and `each`: a guess, in all and for a picture, on a CPU.

    A generator learns as long as it is told to; `seconds` is what comes before and after.
    """

    title: str
    text: str
    seconds: float
    each: float


WORDS: Final = {
    Way.REFINE: Words(
        "Move the current model", "Keeps what it knows and corrects it where the new votes"
        " differ. Best with few votes.", 20.0, 0.3,
    ),
    Way.HEAD: Words(
        "A fresh head", "Learns from this snapshot alone, on what the current model's networks"
        " see. Needs some hundred pictures.", 15.0, 0.25,
    ),
    Way.FINE_TUNE: Words(
        "Fine-tune a whole network", "Its head first, then all of it. For thousands of pictures,"
        " and a GPU.", 60.0, 12.0,
    ),
    Way.SCRATCH: Words(
        "Train from nothing", "A whole network from random weights. To compare with: it needs"
        " tens of thousands of pictures.", 60.0, 20.0,
    ),
    Way.GENERATOR: Words(
        "A picture generator (PFAGAN)", "Learns to make pictures by category and by the mean that"
        " people should give. From some hundreds come colours and textures rather than things.",
        300.0, 0.0,
    ),
}  # fmt: skip
_QUICK: Final = (Way.REFINE, Way.HEAD)


@dataclass(frozen=True, slots=True)
class Offer:
    """A recipe for a snapshot. `why_not` says why it does not fit; `words` tell the estimate.

    `caveat`: why little can come of it. `patent`: whose a part of it is, unless another is chosen.
    """

    recipe: str
    title: str
    text: str
    fits: bool
    why_not: str | None
    caveat: Problem | None
    patent: str
    estimate_s: float | None
    words: str


@dataclass(frozen=True, slots=True)
class _Rival:
    """Whom a challenger meets, and how many pictures that judge it taught that one."""

    champion: ModelVersion | None
    taught: int


def offers(snapshot: Snapshot) -> list[Offer]:
    """All recipes, the quickest first."""
    there = left(snapshot)
    kinds = {kind_in(snapshot, way) for way in Way}
    rivals = {kind: _rival(kind, snapshot) for kind in kinds}
    return [_offer(way, snapshot, rivals[kind_in(snapshot, way)], there) for way in Way]


def offer(recipe: str, snapshot: Snapshot) -> Offer:
    """One of them."""
    rival = _rival(kind_in(snapshot, recipe), snapshot)
    return _offer(Way(recipe), snapshot, rival, left(snapshot))


def estimate_of(offered: Offer, changes: Mapping[str, Any]) -> float | None:
    """Seconds that a run takes with these fields changed, where they decide that.

    Raises RecipeError as `ml.contracts.generator_recipe` does.
    """
    if offered.recipe != Way.GENERATOR or offered.estimate_s is None:
        return offered.estimate_s
    longer = generator_recipe(changes).minutes - GeneratorRecipe().minutes
    return offered.estimate_s + 60 * longer


def _rival(kind: ModelKind, snapshot: Snapshot) -> _Rival:
    champion = registry.active(kind)
    if champion is None:
        return _Rival(None, 0)
    making = kind == ModelKind.GENERATOR  # whose judges learn from all that it does not
    parts = (Part.VALIDATION, Part.TEST) if making else (Part.TEST,)
    return _Rival(champion, taught(snapshot, champion.card, parts))


def _offer(way: Way, snapshot: Snapshot, rival: _Rival, there: Left) -> Offer:
    told, known, making = WORDS[way], rival.taught, way is Way.GENERATOR
    why_not = _why_not(way, snapshot, rival, there) or _gone(snapshot, there)
    caveat = None
    if not making:
        refused = taught_test(there.test, known)
        why_not = why_not or (refused.text if refused else None)
        caveat = small_test(there.test - known, taught=known)
    seconds, words = _estimate(way, snapshot)
    return Offer(
        way.value, told.title, told.text, why_not is None, why_not, caveat,
        PATENT if making else "", seconds, words if why_not is None else "",
    )  # fmt: skip


def _why_not(way: Way, snapshot: Snapshot, rival: _Rival, there: Left) -> str | None:
    champion = rival.champion
    if snapshot.state != SnapshotState.FROZEN:
        return "The snapshot is not frozen."
    if way is Way.GENERATOR:
        return _too_small_to_make(snapshot, there, rival.taught)
    if snapshot.attribute_id is not None and way not in _QUICK:
        return "An attribute is learned as a head on what the model sees, not as a whole network."
    if way in _QUICK and champion is None:
        return "No model judges yet, so there is nothing whose networks could be used."
    return _unlike(way, snapshot, champion.card) if champion and way in _QUICK else None


def _too_small_to_make(snapshot: Snapshot, there: Left, known: int) -> str | None:
    """What a generator lacks."""
    if snapshot.attribute_id is not None:
        return "A generator is asked for an overall mean: freeze a snapshot of overall ratings."
    others = there.others - known
    if there.train >= FEWEST_LEARNED and others >= FEWEST_JUDGED:
        return None
    beside = f" beside {known:,} that taught the generator in use" if known else ""
    return (
        f"It needs {FEWEST_LEARNED} pictures to learn from and {FEWEST_JUDGED} others to be judged"
        f" by; this snapshot has {there.train:,} and {others:,}{beside}."
    )


def _gone(snapshot: Snapshot, there: Left) -> str | None:
    """More than the process that trains puts up with."""
    if there.gone <= MOST_GONE * snapshot.pictures:
        return None
    return (
        f"{there.gone:,} of its {snapshot.pictures:,} pictures were deleted or withdrawn since;"
        f" up to {MOST_GONE:.0%} may be. Freeze a new one."
    )


def _unlike(way: Way, snapshot: Snapshot, card: Mapping[str, Any]) -> str | None:
    """What the champion lacks for a recipe that begins with it."""
    if snapshot.attribute_id is None:
        kernel = card.get("architecture", {}).get("name") in KERNEL_SCORERS
        return None if kernel else "The model that judges now is a whole network: it has no head."
    known = {head.get("key") for head in card.get("heads", [])}
    if way == Way.REFINE and snapshot.attribute_id not in known:
        return "The model has no head for this attribute yet: begin with a fresh one."
    return None


def _estimate(way: Way, snapshot: Snapshot) -> tuple[float, str]:
    """Seconds, and a sentence that says where they come from."""
    if way is Way.GENERATOR:
        minutes = GeneratorRecipe().minutes
        return 60 * minutes + WORDS[way].seconds, (
            f"As long as you let it, {minutes:g} minutes unless you say otherwise, and some more"
            " to judge."
        )
    rates = _rates(way, snapshot)
    if rates:
        seconds = median(rates) * snapshot.pictures
        runs = "the last run" if len(rates) == 1 else f"the last {len(rates)} runs"
        return seconds, f"{duration(seconds)}, from the pace of {runs} of this kind."
    told = WORDS[way]
    seconds = told.seconds + told.each * snapshot.pictures
    return seconds, f"{duration(seconds)} on a CPU: a guess, until a first run has shown it."


def _rates(way: Way, snapshot: Snapshot) -> Sequence[float]:
    """Seconds for a picture of earlier runs of the recipe, for the same kind of target."""
    overall = snapshot.attribute_id is None
    done = TrainingRun.objects.filter(
        recipe=RunRecipe(way.value), state=RunState.DONE, snapshot__attribute__isnull=overall,
        snapshot__pictures__gt=0,
    ).order_by("-ended_at")  # fmt: skip
    rows = done.values_list("verdict__seconds", "snapshot__pictures")[:LOOKED_BACK]
    return [seconds / pictures for seconds, pictures in rows if seconds]


def duration(seconds: float) -> str:
    """About how long, in words."""
    if seconds < 50:
        return f"About {max(5, round(seconds / 5) * 5)} seconds"
    minutes = seconds / 60
    if minutes < 50:
        count = max(1, round(minutes))
        return f"About {count} minute{'s' if count > 1 else ''}"
    hours = max(1, round(minutes / 60))
    return f"About {hours} hour{'s' if hours > 1 else ''}"
