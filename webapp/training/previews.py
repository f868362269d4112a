"""What a snapshot holds, in figures, before and after it is frozen."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webapp.accounts.models import User
from webapp.catalogue.models import Medium
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind
from webapp.training.gathering import Gathered, LeftOut, Voted, gather
from webapp.training.models import SnapshotPicture
from webapp.training.parts import Part, counted, part_of_group
from webapp.training.sources import choose
from webapp.training.specs import (
    ABOUT_FROZEN,
    ABOUT_PROVEN,
    FEWEST_CHECKED,
    FEWEST_LEARNED,
    FEWEST_PICTURES,
    FEWEST_PROVEN,
    FEWEST_TESTED,
    TEST_SHARE,
    Spec,
    Target,
    target_of,
)
from webapp.training.usable import taught_of

PLACES: Final = 10
# By votes of a picture, from and to; the last has no end.
BINS: Final = ((1, 2), (3, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, None))
_SAME: Final = 1e-6
_FEWEST: Final[Mapping[str, int]] = {
    Part.TRAIN: FEWEST_LEARNED,
    Part.VALIDATION: FEWEST_CHECKED,
    Part.TEST: FEWEST_TESTED,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing can be learned from this yet, or why little will come of it."""

    code: str
    text: str


def preview(asker: User, spec: Spec) -> dict[str, Any]:
    """From the tables alone: no picture is looked at, so near-duplicates are not known yet.

    Raises UnknownTarget and UnknownSource.
    """
    target = target_of(spec.target)
    gathered = gather(choose(asker, target, spec), spec, target)
    earlier = earlier_parts([each.sha256 for each in gathered.rows])
    parts = [part_of_group([each.sha256], earlier) for each in gathered.rows]
    tested = [
        each.sha256 for each, part in zip(gathered.rows, parts, strict=True) if part == Part.TEST
    ]
    return described(gathered, spec, target, parts, taught=_taught(tested, target))


def _taught(tested: Sequence[str], target: Target) -> int:
    """How many of the files for the test taught the model that judges the target now."""
    key = target.key if target.attribute else None
    champion = registry.active(ModelKind.ATTRIBUTES if key else ModelKind.SCORER)
    return 0 if champion is None else taught_of(tested, champion.card, key)


def described(
    gathered: Gathered, spec: Spec, target: Target, parts: Sequence[Part], *, taught: int = 0
) -> dict[str, Any]:
    """The figures as JSON; ``parts`` in the order of the rows. ``taught``: see `small_test`."""
    rows = gathered.rows
    sizes = counted(parts)
    problem = problem_of(gathered, spec, parts)
    media = Counter(each.medium for each in rows)
    return {
        "pictures": len(rows),
        "votes": round(sum(each.votes for each in rows)),
        "raters": gathered.raters,
        "media": {medium.value: media[medium.value] for medium in Medium},
        "means": _means(rows, target),
        "votes_per_picture": _per_picture(rows),
        "sources": _sources(gathered),
        "left_out": [_left_out(each) for each in gathered.left_out],
        "same_file": sum(each.copies - 1 for each in rows),
        "parts": sizes,
        "notes": [*gathered.notes, *_in_several(rows)],
        "problem": _told(problem),
        "caveats": [_told(each) for each in _caveats(sizes[Part.TEST], taught, problem)],
    }


def problem_of(gathered: Gathered, spec: Spec, parts: Sequence[Part]) -> Problem | None:
    """What stands in the way, the plainest reason first; ``parts`` in the order of the rows."""
    rows = gathered.rows
    if spec.empty:
        return Problem("nothing_chosen", "Choose at least one source.")
    if not rows and gathered.flagged and not gathered.raters:
        text = "Every rater of these campaigns is in quarantine or looks careless."
        return Problem("all_raters_flagged", f"{text} Look at them in the campaign's dashboard.")
    sizes = counted(parts)
    if len(rows) < FEWEST_PICTURES or any(sizes[part] < least for part, least in _FEWEST.items()):
        return Problem("too_few_pictures", _too_few(len(rows), sizes))
    for part, what in ((Part.TRAIN, "to learn from"), (Part.TEST, "for the test")):
        means = [each.mean for each, fell in zip(rows, parts, strict=True) if fell == part]
        if max(means) - min(means) < _SAME:
            text = f"All pictures {what} have the same votes: there is nothing to tell apart."
            return Problem("one_class", text)
    return None


def small_test(pictures: int, *, taught: int = 0) -> Problem | None:
    """That no challenger can be promoted by the gate's word: too few are kept for the test.

    ``taught``: so many others are left out, as the model that judges now learned from them.
    """
    if pictures >= FEWEST_PROVEN:
        return None
    one = "1 picture is" if pictures == 1 else f"{pictures:,} pictures are"
    beside = f" beside {taught:,} that taught the model that judges now" if taught else ""
    return Problem(
        "small_test",
        f"{one} left for the test{beside}, and with fewer than {FEWEST_PROVEN} the gate never says"
        f" yes. A fifth falls to the test, so that takes about {ABOUT_PROVEN} pictures in all: ask"
        " a crowd about more, or have `manage.py import_dataset` bring some.",
    )


def taught_test(tested: int, taught: int) -> Problem | None:
    """That no scorer can be trained: too few are left for the test besides the ``taught``."""
    lacking = FEWEST_TESTED - (tested - taught)
    if not taught or lacking <= 0:
        return None
    return Problem(
        "taught_test",
        f"{taught:,} of its {tested:,} test pictures taught the model that judges now; at least"
        f" {FEWEST_TESTED} others are needed. A fifth falls to the test, so that takes about"
        f" {lacking * TEST_SHARE} more pictures that it has not learned from.",
    )


def _caveats(tested: int, taught: int, problem: Problem | None) -> Iterator[Problem]:
    if problem is not None:
        return
    found = taught_test(tested, taught) or small_test(tested - taught, taught=taught)
    if found is not None:
        yield found


def _in_several(rows: Sequence[Voted]) -> Iterator[str]:
    """That sources hold the same pictures."""
    shared = sum(len(each.by_source) > 1 for each in rows)
    if shared:
        is_, whose = ("picture is", "its") if shared == 1 else ("pictures are", "their")
        yield f"{shared:,} {is_} in more than one source; {whose} votes go together."


def _told(problem: Problem | None) -> dict[str, str] | None:
    return None if problem is None else {"code": problem.code, "text": problem.text}


def _too_few(pictures: int, sizes: Mapping[str, int]) -> str:
    left, least = (
        f"{of[Part.TRAIN]:,} to learn from, {of[Part.VALIDATION]:,} to check with and"
        f" {of[Part.TEST]:,} for the test"
        for of in (sizes, _FEWEST)
    )
    return (
        f"{pictures:,} pictures are left: {left}. At least {FEWEST_PICTURES} are needed, among them"
        f" {least}. A fifth falls to the test, so that takes about {ABOUT_FROZEN} in all: ask a"
        " crowd about more."
    )


def earlier_parts(pictures: Sequence[str]) -> dict[str, set[str]]:
    """Where earlier snapshots put these pictures."""
    found: dict[str, set[str]] = {}
    earlier = SnapshotPicture.objects.filter(sha256__in=pictures)
    for sha256, part in earlier.values_list("sha256", "part").distinct():
        found.setdefault(sha256, set()).add(part)
    return found


def _means(rows: Sequence[Voted], target: Target) -> list[int]:
    """Pictures by the place their mean is nearest to, of ten from end to end of the scale."""
    found = [0] * PLACES
    for each in rows:
        share = (each.mean - target.low) / (target.high - target.low)
        found[min(max(int(share * (PLACES - 1) + 0.5), 0), PLACES - 1)] += 1
    return found


def _per_picture(rows: Sequence[Voted]) -> list[dict[str, int | None]]:
    votes = [round(each.votes) for each in rows]
    return [
        {"from": low, "to": high, "n": sum(low <= n and (high is None or n <= high) for n in votes)}
        for low, high in BINS
    ]


def _sources(gathered: Gathered) -> list[dict[str, Any]]:
    pictures: Counter[str] = Counter()
    votes: dict[str, float] = {}
    for row in gathered.rows:
        for name, given in row.by_source:
            pictures[name] += 1
            votes[name] = votes.get(name, 0.0) + given
    return [
        {
            "name": each.name, "title": each.title, "licence": each.licence,
            "pictures": pictures[each.name], "votes": round(votes.get(each.name, 0.0)),
            "alpha": each.alpha,
        }
        for each in gathered.sources
    ]  # fmt: skip


def _left_out(each: LeftOut) -> dict[str, Any]:
    return {"code": each.code, "n": each.n, "text": each.text}
