"""What a gallery shows and in which order, parsed from the query string."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery
from rest_framework import serializers

from webapp.catalogue.models import ArtworkQuerySet, ArtworkState, Medium
from webapp.taste.models import Pick, TasteScore

# How much its owner would like it; such values exist where their owner is shown them.
_OWN_VALUE = Subquery(
    TasteScore.objects.filter(taste__user=OuterRef("owner"), artwork=OuterRef("pk")).values("value")
)
NEWEST = "-created"
SORTS = {
    "-created": (F("created_at").desc(), "id"),
    "created": (F("created_at").asc(), "id"),
    "-score": (F("score_mean").desc(nulls_last=True), "id"),
    "score": (F("score_mean").asc(nulls_last=True), "id"),
    "-taste": (_OWN_VALUE.desc(nulls_last=True), "id"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """One view of a library; the default shows everything, newest first."""

    medium: str | None = None
    state: str | None = None
    score_min: float | None = None
    score_max: float | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    album: UUID | None = None
    liked: bool | None = None
    q: str = ""
    sort: str = NEWEST

    def of_visitor(self) -> Self:
        """Without those that would answer questions about file names, other albums and taste."""
        sort = NEWEST if self.sort == "-taste" else self.sort
        return replace(self, q="", album=None, liked=None, sort=sort)

    def apply(self, artworks: ArtworkQuerySet) -> ArtworkQuerySet:
        """The artworks that pass, in order; ties broken by id so that pages never overlap."""
        columns = {
            "medium": self.medium,
            "state": self.state,
            "score_mean__gte": self.score_min,
            "score_mean__lte": self.score_max,
            "created_at__gte": self.created_from,
            "created_at__lt": self.created_to,
            "albums": self.album,
        }
        found = artworks.filter(
            **{name: value for name, value in columns.items() if value is not None}
        )
        if self.q:
            found = found.filter(Q(title__icontains=self.q) | Q(filename__icontains=self.q))
        if self.liked is not None:
            own = Pick.objects.filter(user=OuterRef("owner"), artwork=OuterRef("pk"))
            found = found.filter(Exists(own.filter(liked=self.liked)))
        return found.order_by(*SORTS[self.sort])


class FiltersSerializer(serializers.Serializer[object]):
    """The query parameters of a list."""

    medium = serializers.ChoiceField(choices=Medium.choices, required=False)
    state = serializers.ChoiceField(choices=ArtworkState.choices, required=False)
    score_min = serializers.FloatField(required=False, min_value=1, max_value=10)
    score_max = serializers.FloatField(required=False, min_value=1, max_value=10)
    created_from = serializers.DateTimeField(required=False)
    created_to = serializers.DateTimeField(required=False)
    album = serializers.UUIDField(required=False)
    liked = serializers.BooleanField(required=False, allow_null=True, default=None)
    q = serializers.CharField(required=False, max_length=200)
    sort = serializers.ChoiceField(choices=list(SORTS), default=NEWEST)


class PageSerializer(FiltersSerializer):
    """Filters and a window into the list."""

    offset = serializers.IntegerField(default=0, min_value=0, max_value=10_000_000)
    limit = serializers.IntegerField(default=60, min_value=1, max_value=200)


def parse(query: Any) -> Filters:
    """Filters of a request. Raises a validation error that names the wrong parameter."""
    asked = FiltersSerializer(data=query)
    asked.is_valid(raise_exception=True)
    return Filters(**asked.validated_data)


def parse_page(query: Any) -> tuple[Filters, int, int]:
    """Filters, offset and limit of a request."""
    asked = PageSerializer(data=query)
    asked.is_valid(raise_exception=True)
    values = dict(asked.validated_data)
    offset, limit = values.pop("offset"), values.pop("limit")
    return Filters(**values), offset, limit
