"""Read models of the pages and the API: whole answers in a fixed number of queries."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, IntegerField, Prefetch, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Cast

from webapp.catalogue.models import Album, Artwork, ArtworkQuerySet, Visitor
from webapp.common.errors import NotFound
from webapp.gallery import explained
from webapp.gallery.explained import Explanation
from webapp.gallery.filters import Filters
from webapp.inference.explaining import ModelRetired
from webapp.inference.models import Score
from webapp.jobs import selectors as jobs
from webapp.jobs.models import Job
from webapp.ratings.models import Rating
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion, VersionState
from webapp.taste.selectors import Own, own_of

CARD_COLUMNS = (
    "id", "title", "medium", "state", "error_code", "width", "height", "thumbhash",
    "created_at", "score_mean", "generated",
)  # fmt: skip


class UnknownModel(NotFound):
    """The reader must name a scorer that is, or was, here."""

    code = "unknown_model"


@dataclass(frozen=True, slots=True)
class Page:
    """A window into a list, how long the list is, and what concerns its reader alone."""

    count: int
    artworks: list[Artwork]
    own: dict[UUID, Own]


@dataclass(frozen=True, slots=True)
class Opinion:
    """The judgement of an artwork that counts, and where it stands in its owner's library."""

    score: Score
    percentile: float | None


@dataclass(frozen=True, slots=True)
class Ratings:
    """People's votes: counts for 1 to 10, and the reader's own."""

    counts: tuple[int, ...]
    mean: float | None
    mine: int | None

    @property
    def count(self) -> int:
        """How many people voted."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything the artwork page shows."""

    artwork: Artwork
    jobs: list[Job]
    opinion: Opinion | None
    ratings: Ratings
    albums: list[Album]
    judgements: list[Score]
    explanation: Explanation
    source: Artwork | None
    derived: list[Artwork]
    own: Own


def page(
    artworks: ArtworkQuerySet,
    filters: Filters,
    *,
    offset: int,
    limit: int,
    reader: Visitor = None,
) -> Page:
    """A window of cards with their curves. As many queries, whatever the window."""
    found = filters.apply(artworks)
    window = list(found.only(*CARD_COLUMNS)[offset : offset + limit])
    prefetch_related_objects(window, Prefetch("scores", _by_authority(), to_attr="opinions"))
    own = own_of(reader, [artwork.pk for artwork in window]) if reader is not None else {}
    return Page(found.order_by().count(), window, own)


def layout(artworks: ArtworkQuerySet, filters: Filters) -> list[int]:
    """Width/height of every artwork of the list, in hundredths; 100 where it is not known yet."""
    aspect = Cast(100.0 * F("width") / F("height"), IntegerField())
    known = filters.apply(artworks).values_list(aspect, flat=True)
    return [value or 100 for value in known.iterator(chunk_size=20_000)]


def artwork_of(user: Visitor, artwork_id: UUID) -> Artwork:
    """One visible artwork with its original's size. Raises NotFound."""
    found = (
        Artwork.objects.visible_to(user).select_related("original").filter(pk=artwork_id).first()
    )
    if found is None:
        raise NotFound
    return found


def detail(
    artwork: Artwork,
    user: Visitor,
    *,
    among: ArtworkQuerySet | None = None,
    model: str | None = None,
) -> Detail:
    """The artwork page's read model for one reader, who may see the relatives `among` those.

    With `model` as that scorer version judged: raises UnknownModel, or ModelRetired when it never
    judged the artwork and does so no more.
    """
    version = scorer_named(model) if model else None
    judgements = explained.judgements(artwork)
    score = _chosen(judgements, version)
    known = list(jobs.jobs_of(artwork.pk))
    kin = Artwork.objects.visible_to(user) if among is None else among
    source, derived = explained.relatives(artwork, kin)
    return Detail(
        artwork=artwork,
        jobs=known,
        opinion=None if score is None else Opinion(score, _percentile(artwork, score.mean)),
        ratings=ratings(artwork, user),
        albums=list(Album.objects.visible_to(user).filter(artworks=artwork).order_by("title")),
        judgements=judgements,
        explanation=explained.explanation(
            artwork,
            user,
            scorer=version or (score.model_version if score else None),
            only=version is not None,
            jobs=known,
        ),
        source=source,
        derived=derived,
        own=own_of(user, [artwork.pk]).get(artwork.pk, Own()),
    )


def scorer_named(name: str) -> ModelVersion:
    """A scorer that judges or once did, by its name. Raises UnknownModel."""
    version = registry.named(ModelKind.SCORER, name)
    if version is None:
        raise UnknownModel(f"There is no scorer named {name} here. Ask for one of `versions`.")
    return version


def _chosen(judgements: list[Score], version: ModelVersion | None) -> Score | None:
    """By the version that was asked for; else the active one's; else the newest."""
    if version is None:
        active = VersionState.ACTIVE
        current = (each for each in judgements if each.model_version.state == active)
        return next(current, judgements[0] if judgements else None)
    found = next((each for each in judgements if each.model_version_id == version.pk), None)
    if found is None and version.state == VersionState.RETIRED:
        raise ModelRetired(
            f"{version.name} is retired and never judged this picture. Ask for another version,"
            " or have the operator bring this one back."
        )
    return found


def _by_authority() -> QuerySet[Score]:
    """The active model's judgement first, then the newest."""
    active = Q(model_version__state=VersionState.ACTIVE)
    return Score.objects.annotate(current=active).order_by("-current", "-created_at")


def _percentile(artwork: Artwork, mean: float) -> float | None:
    """Share of the owner's judged artworks below `mean`; None when it is the only one."""
    library = Artwork.objects.filter(owner=artwork.owner_id, deleted_at=None)
    judged = library.exclude(pk=artwork.pk).filter(score_mean__isnull=False)
    tally = judged.aggregate(all=Count("pk"), below=Count("pk", filter=Q(score_mean__lt=mean)))
    return 100.0 * tally["below"] / tally["all"] if tally["all"] else None


def ratings(artwork: Artwork, user: Visitor) -> Ratings:
    """What people said, in one query."""
    votes = dict(Rating.objects.filter(artwork=artwork).values_list("rater_id", "value"))
    tally = Counter(votes.values())
    counts = tuple(tally[value] for value in range(1, 11))
    mean = sum(votes.values()) / len(votes) if votes else None
    return Ratings(counts, mean, votes.get(user.pk) if user is not None and user.pk else None)


def albums_of(user: Visitor) -> QuerySet[Album]:
    """A person's albums with their sizes, newest first."""
    live = Q(artworks__deleted_at=None)
    return (
        Album.objects.visible_to(user)
        .annotate(size=Count("artworks", filter=live))
        .order_by("-created_at")
    )


def album_of(user: Visitor, album_id: UUID) -> Album:
    """One visible album. Raises NotFound."""
    found = albums_of(user).filter(pk=album_id).first()
    if found is None:
        raise NotFound
    return found


def covers(albums: list[Album]) -> dict[UUID, UUID]:
    """The newest rendered artwork of each album, in one query."""
    rows = (
        Artwork.objects.filter(items__album__in=albums, deleted_at=None)
        .exclude(thumbhash="")
        .order_by("items__album", "-items__added_at")
        .distinct("items__album")
        .values_list("items__album", "pk")
    )
    return dict(rows)
