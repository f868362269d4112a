"""The read model of why an artwork was judged so: attributes, maps, palette, other versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ml.contracts.attributes import OVERALL
from ml.contracts.attributes_card import AttributesCard, MapFacts
from webapp.catalogue.models import Artwork, ArtworkQuerySet, Visitor
from webapp.gallery.evidence import Standing, standing
from webapp.inference.models import AttributeMap, AttributeValue, Explained, MapKind, Score
from webapp.jobs.models import LIVE_STATES, Job, JobKind
from webapp.jobs.selectors import STOPPED_STATES
from webapp.ratings.models import AttributeRating
from webapp.registry import selectors as registry
from webapp.registry.models import Attribute, Family, ModelKind, ModelVersion, VersionState

KIND_LABELS = {
    MapKind.MERGE: "All layers",
    MapKind.AESAM: "What speaks for it",
    MapKind.ATTAM: "Where it is seen",
    MapKind.GRADIENT: "What the score rests on",
    MapKind.BACKPROP: "What the network sees",
    MapKind.RAISE: "What would raise the score",
    MapKind.LOWER: "What would lower the score",
}


@dataclass(frozen=True, slots=True)
class AttributeView:
    """One attribute of one artwork. `mine` is the reader's own answer, of `votes` in all."""

    attribute: Attribute
    standing: Standing
    value: float | None
    percentile: float | None
    source: str | None
    votes: int
    mine: float | None

    @property
    def choice(self) -> str | None:
        """The word that the value stands for."""
        choices = self.attribute.choices
        if self.value is None or not choices:
            return None
        return choices[min(max(round(self.value), 0), len(choices) - 1)]


@dataclass(frozen=True, slots=True)
class MapView:
    """One map and how kinds like it were tested; None before they were."""

    map: AttributeMap
    label: str
    facts: MapFacts | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the explanation is, and who gives it to whose judgement."""

    state: str
    model: str | None
    scorer: str | None
    error_code: str = ""
    error_text: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that explains one judgement of an artwork."""

    attributes: tuple[AttributeView, ...]
    maps: tuple[MapView, ...]
    palette: tuple[str, ...]
    progress: Progress


def judgements(artwork: Artwork) -> list[Score]:
    """Every version's judgement, newest first, each with `explained`. One query."""
    explained = Explained.objects.filter(
        artwork=OuterRef("artwork"), scorer=OuterRef("model_version")
    )
    found = Score.objects.filter(artwork=artwork).select_related("model_version")
    rows = found.annotate(explained=Exists(explained)).defer("model_version__card")
    return list(rows.order_by("-created_at", "-pk"))


def relatives(artwork: Artwork, among: ArtworkQuerySet) -> tuple[Artwork | None, list[Artwork]]:
    """What the artwork was made from and what was made from it, as far as the reader may see."""
    kin = among.filter(Q(pk=artwork.derived_from_id) | Q(derived_from=artwork))
    shown = list(kin.order_by("-created_at").only("pk", "title", "derivation", "score_mean"))
    source = next((each for each in shown if each.pk == artwork.derived_from_id), None)
    return source, [each for each in shown if each.pk != artwork.derived_from_id]


def explanation(
    artwork: Artwork,
    reader: Visitor,
    *,
    scorer: ModelVersion | None,
    only: bool,
    jobs: Sequence[Job],
) -> Explanation:
    """Of the judgement by `scorer`; unless `only` of that one, an older explanation stands in.

    A `reader` who is None holds a share link: what an administrator added is shown to them only
    with a value. The queries are as many whether there are few maps or many.
    """
    versions = _active_versions()
    shown = _shown(artwork, scorer, only=only)
    model = shown.model_version if shown else versions.get(ModelKind.ATTRIBUTES)
    card = registry.attributes_card(model)
    views = _attributes(artwork, reader, list(registry.attributes()), card, shown)
    if reader is None:
        views = tuple(view for view in views if _public(view))
    return Explanation(
        attributes=views,
        maps=_maps(shown, [view.attribute for view in views], card),
        palette=tuple(shown.palette) if shown else (),
        progress=_progress(shown, jobs, _awaited(versions, scorer, only=only)),
    )


def _active_versions() -> dict[str, ModelVersion]:
    wanted = (ModelKind.ATTRIBUTES, ModelKind.SCORER)
    active = ModelVersion.objects.filter(kind__in=wanted, state=VersionState.ACTIVE)
    return {version.kind: version for version in active.defer("card")}


def _shown(artwork: Artwork, scorer: ModelVersion | None, *, only: bool) -> Explained | None:
    """To the judgement that is shown, by the attribute model of today if it gave one."""
    if only and scorer is None:
        return None
    found = Explained.objects.filter(artwork=artwork).select_related("model_version", "scorer")
    found = found.defer("scorer__card")
    if only:
        found = found.filter(scorer=scorer)
    to_it, today = Q(scorer=scorer), Q(model_version__state=VersionState.ACTIVE)
    order = ("-to_it", "-today", "-created_at")
    return found.annotate(to_it=to_it, today=today).order_by(*order).first()


def _attributes(
    artwork: Artwork,
    reader: Visitor,
    known: Sequence[Attribute],
    card: AttributesCard | None,
    shown: Explained | None,
) -> tuple[AttributeView, ...]:
    by = shown.model_version_id if shown else None
    found = AttributeValue.objects.filter(artwork=artwork, model_version=by)
    values = {value.key: value for value in found} if by else {}
    votes = _votes(artwork, reader)
    return tuple(
        _attribute(each, standing(each, card), values.get(each.key), votes.get(each.key))
        for each in known
    )


def _attribute(
    attribute: Attribute,
    stands: Standing,
    found: AttributeValue | None,
    votes: tuple[int, float | None] | None,
) -> AttributeView:
    count, mine = votes or (0, None)
    if found is None or stands.missing:
        return AttributeView(attribute, stands, None, None, stands.source, count, mine)
    return AttributeView(
        attribute, stands, found.value, found.percentile, found.source, count, mine
    )


def _public(view: AttributeView) -> bool:
    return view.attribute.family != Family.OWN or view.value is not None


def _votes(artwork: Artwork, reader: Visitor) -> dict[str, tuple[int, float | None]]:
    """How many answered each question, and the reader's own answer."""
    answers = AttributeRating.objects.filter(artwork=artwork)
    mine = dict(answers.filter(rater=reader.pk).values_list("attribute", "value")) if reader else {}
    counted = answers.values_list("attribute").annotate(count=Count("pk"))
    return {key: (count, mine.get(key)) for key, count in counted}


def _maps(
    shown: Explained | None, known: Sequence[Attribute], card: AttributesCard | None
) -> tuple[MapView, ...]:
    if shown is None:
        return ()
    labels = {OVERALL: "Overall", **{each.key: each.label for each in known}}
    facts = {each.kind.value: each for each in card.maps} if card else {}
    visible = _of(shown).filter(key__in=labels).order_by("place", "kind", "key")
    return tuple(
        MapView(each, _map_label(each, labels[each.key]), facts.get(each.kind))
        for each in visible.defer("png")
    )


def _map_label(shown: AttributeMap, label: str) -> str:
    return f"{label}: {KIND_LABELS[MapKind(shown.kind)].lower()}"


def _of(shown: Explained) -> QuerySet[AttributeMap]:
    return AttributeMap.objects.filter(
        artwork=shown.artwork_id, model_version=shown.model_version_id, scorer=shown.scorer_id
    )


def _awaited(
    versions: dict[str, ModelVersion], scorer: ModelVersion | None, *, only: bool
) -> tuple[ModelVersion, ModelVersion] | None:
    """The pair that an explanation would come from; None where none can come any more."""
    model, judge = versions.get(ModelKind.ATTRIBUTES), versions.get(ModelKind.SCORER)
    if model is None or judge is None or (only and judge != scorer):
        return None
    return model, judge


def _progress(
    shown: Explained | None,
    jobs: Sequence[Job],
    awaited: tuple[ModelVersion, ModelVersion] | None,
) -> Progress:
    """What is under way says so, even while an older explanation stands in."""
    job = _job(jobs, awaited)
    names: tuple[str | None, str | None] = (None, None)
    if awaited is not None:
        names = (awaited[0].name, awaited[1].name)
    if job is not None and job.state in LIVE_STATES:
        return Progress(str(job.state), *names)
    if shown is not None:
        return Progress("ready", shown.model_version.name, shown.scorer.name)
    if job is not None and job.state in STOPPED_STATES:
        return Progress("failed", *names, job.error_code, job.error_text)
    return Progress("none", None, None)


def _job(jobs: Sequence[Job], pair: tuple[ModelVersion, ModelVersion] | None) -> Job | None:
    if pair is None:
        return None
    digests = (pair[0].digest, pair[1].digest)
    asked = (job for job in jobs if job.kind == JobKind.EXPLAIN)
    return next((job for job in asked if (job.model_version, job.params_hash) == digests), None)


def map_of(artwork: Artwork, map_id: UUID) -> AttributeMap | None:
    """One map of an artwork, with its picture."""
    return AttributeMap.objects.filter(artwork=artwork, pk=map_id).first()
