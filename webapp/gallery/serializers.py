"""How read models look as JSON."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.catalogue.models import Album, Artwork, Medium, RenditionSize
from webapp.gallery.caution import caution
from webapp.gallery.explained_json import (
    DerivedArtworkSerializer,
    JudgedBySerializer,
    SourceArtworkSerializer,
    WhySerializer,
    render_why,
)
from webapp.gallery.links import Links
from webapp.gallery.selectors import Detail, Opinion
from webapp.jobs.models import JobKind, JobState
from webapp.registry.categories import name_in
from webapp.taste.selectors import Own


class CardScoreSerializer(serializers.Serializer[Any]):
    """The number and the curve that a card has room for."""

    mean = serializers.FloatField()
    distribution = serializers.ListField(child=serializers.FloatField())


class CardSerializer(serializers.ModelSerializer[Artwork]):
    """An artwork in a list. `thumb` is null until the first display file exists."""

    thumb = serializers.SerializerMethodField()
    score = serializers.SerializerMethodField()
    generated = serializers.SerializerMethodField()

    class Meta:
        model = Artwork
        fields: tuple[str, ...] = (
            "id", "title", "medium", "state", "error_code", "width", "height", "thumbhash",
            "created_at", "thumb", "score", "generated",
        )  # fmt: skip

    @property
    def links(self) -> Links:
        """The reader's kind of addresses."""
        links: Links = self.context.get("links") or Links()
        return links

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumb(self, artwork: Artwork) -> str | None:
        """Address of the small display file."""
        if not artwork.thumbhash:
            return None
        return self.links.rendition(artwork, RenditionSize.SMALL)

    @extend_schema_field(CardScoreSerializer(allow_null=True))
    def get_score(self, artwork: Artwork) -> dict[str, Any] | None:
        """The predicted mean rating and the ten bins around it."""
        if artwork.score_mean is None:
            return None
        scores = getattr(artwork, "opinions", [])
        bins = [round(share, 4) for share in scores[0].distribution] if scores else []
        return {"mean": artwork.score_mean, "distribution": bins}

    def get_generated(self, artwork: Artwork) -> bool:
        """Whether a model made it: here, or elsewhere by what its file says."""
        return artwork.generated is not None


class OwnSerializer(serializers.Serializer[Own]):
    """What the owner alone sees: whether they like it, and the chance of it from 0 to 1.

    Each is null where there is none; the chance unless their own order is shown.
    """

    pick = serializers.BooleanField(allow_null=True)
    value = serializers.FloatField(allow_null=True)


class OwnCardSerializer(CardSerializer):
    """An artwork in a list of one's own."""

    taste = serializers.SerializerMethodField()

    class Meta(CardSerializer.Meta):
        fields = (*CardSerializer.Meta.fields, "taste")

    @extend_schema_field(OwnSerializer)
    def get_taste(self, artwork: Artwork) -> dict[str, Any]:
        """The reader's."""
        return OwnSerializer(self.context["own"].get(artwork.pk, Own())).data


class PageSerializer(serializers.Serializer[Any]):
    """A window of cards."""

    count = serializers.IntegerField()
    results = OwnCardSerializer(many=True, source="artworks")


class LayoutSerializer(serializers.Serializer[Any]):
    """Aspect ratios of a whole list, in hundredths, to lay a grid out before its cards come."""

    count = serializers.IntegerField()
    aspects = serializers.ListField(child=serializers.IntegerField())


class JobSerializer(serializers.Serializer[Any]):
    """A job as its owner sees it."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=JobKind.choices)
    state = serializers.ChoiceField(choices=JobState.choices)
    attempt = serializers.IntegerField()
    error_code = serializers.CharField()
    error_text = serializers.CharField()


class ScoreSerializer(serializers.Serializer[Opinion]):
    """A predicted distribution of ratings 1 to 10.

    `percentile` is the share of the owner's judged artworks with a lower mean, in percent.
    `reference_percentile` is in how many of 100 photos that the model learned from it expects a
    lower mean, null where the model does not say; for a painting it means little.
    """

    distribution = serializers.ListField(
        child=serializers.FloatField(), source="score.distribution", min_length=10, max_length=10
    )
    mean = serializers.FloatField(source="score.mean")
    sd = serializers.FloatField(source="score.sd")
    interval = serializers.SerializerMethodField()
    model = serializers.CharField(source="score.model_version.name")
    percentile = serializers.FloatField(allow_null=True)
    reference_percentile = serializers.FloatField(
        source="score.reference_percentile", allow_null=True
    )

    @extend_schema_field(
        serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
    )
    def get_interval(self, opinion: Opinion) -> list[float]:
        """80 % interval of the crowd's mean."""
        return [opinion.score.low, opinion.score.high]


class RatingsSerializer(serializers.Serializer[Any]):
    """What people said; `distribution` counts votes for 1 to 10."""

    count = serializers.IntegerField()
    distribution = serializers.ListField(child=serializers.IntegerField(), source="counts")
    mean = serializers.FloatField(allow_null=True)
    mine = serializers.IntegerField(allow_null=True)


class AlbumNameSerializer(serializers.ModelSerializer[Album]):
    """An album by name."""

    class Meta:
        model = Album
        fields = ("id", "title")


class RenditionsSerializer(serializers.Serializer[Any]):
    """Addresses of the display files."""

    small = serializers.CharField()
    medium = serializers.CharField()
    large = serializers.CharField()


class DetailSerializer(CardSerializer):
    """An artwork with its judgement, its jobs and what people said."""

    error_text = serializers.CharField()
    bytes = serializers.IntegerField(source="original.size")
    renditions = serializers.SerializerMethodField()
    duplicate = serializers.BooleanField(default=False, read_only=True)

    class Meta(CardSerializer.Meta):
        fields = (
            *CardSerializer.Meta.fields, "error_text", "filename", "format", "bytes",
            "captured_at", "renditions", "duplicate",
        )  # fmt: skip

    @extend_schema_field(RenditionsSerializer(allow_null=True))
    def get_renditions(self, artwork: Artwork) -> dict[str, str] | None:
        """Addresses by size; null until they exist."""
        if not artwork.thumbhash:
            return None
        return {size: self.links.rendition(artwork, size) for size in RenditionSize.values}


class ArtworkSerializer(DetailSerializer, WhySerializer):
    """What the owner gets; the schema's name for the whole answer.

    `caution` warns where the picture is unlike everything that the model learned from. `recipe`:
    how a picture that was generated here was made, its parameters by name and what its category
    is called now (`category_name`); else null.
    """

    jobs = JobSerializer(many=True)
    score = ScoreSerializer(allow_null=True)  # type: ignore[assignment]  # widens the card's
    ratings = RatingsSerializer()
    albums = AlbumNameSerializer(many=True)
    versions = JudgedBySerializer(many=True)
    derived_from = SourceArtworkSerializer(allow_null=True)
    derived = DerivedArtworkSerializer(many=True)
    caution = serializers.CharField(allow_null=True)
    recipe = serializers.JSONField(allow_null=True)
    taste = OwnSerializer()

    class Meta(DetailSerializer.Meta):
        fields = (
            *DetailSerializer.Meta.fields, "jobs", "ratings", "albums", "attributes", "maps",
            "palette", "explanation", "versions", "derived_from", "derivation", "derived",
            "caution", "recipe", "taste",
        )  # fmt: skip


def render_detail(
    detail: Detail, *, links: Links | None = None, duplicate: bool = False
) -> dict[str, Any]:
    """The owner's answer."""
    shown = render_shared(detail, links=links)
    return {
        **shown,
        "duplicate": duplicate,
        "recipe": _recipe(detail.artwork),
        "jobs": JobSerializer(detail.jobs, many=True).data,
        "albums": AlbumNameSerializer(detail.albums, many=True).data,
        "taste": OwnSerializer(detail.own).data,
    }


def render_shared(detail: Detail, *, links: Links | None = None) -> dict[str, Any]:
    """A link visitor's answer: the same less jobs, albums, recipe and taste."""
    shown = DetailSerializer(detail.artwork, context={"links": links}).data
    opinion = detail.opinion
    return {
        **shown,
        "score": None if opinion is None else ScoreSerializer(opinion).data,
        "ratings": RatingsSerializer(detail.ratings).data,
        **render_why(detail.explanation, links),
        "versions": JudgedBySerializer(detail.judgements, many=True).data,
        "derived_from": detail.source and SourceArtworkSerializer(detail.source).data,
        "derivation": detail.artwork.derivation,
        "derived": DerivedArtworkSerializer(detail.derived, many=True).data,
        "caution": caution(detail.artwork, detail.explanation.palette),
    }


def _recipe(artwork: Artwork) -> dict[str, Any] | None:
    made = artwork.generated
    if not made:
        return None
    return {**made, "category_name": name_in(made["digest"], made["category"])}


class ArtworkChangeSerializer(serializers.Serializer[Any]):
    """What the owner may change."""

    title = serializers.CharField(max_length=200, allow_blank=True, required=False)
    medium = serializers.ChoiceField(choices=Medium.choices, required=False)


class AlbumSerializer(serializers.ModelSerializer[Album]):
    """An album with its size and cover."""

    size = serializers.IntegerField(read_only=True)
    cover = serializers.SerializerMethodField()

    class Meta:
        model = Album
        fields = ("id", "title", "created_at", "size", "cover")
        read_only_fields = ("id", "created_at")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_cover(self, album: Album) -> str | None:
        """Address of the newest picture's medium display file."""
        cover = self.context.get("covers", {}).get(album.pk)
        return reverse("rendition", args=[cover, "medium", "webp"]) if cover else None
