"""Entries, rulings and comments as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.catalogue.models import Artwork
from webapp.common.fields import FiniteField
from webapp.crowd.addresses import media_address
from webapp.ratings.entries import Added, Refused
from webapp.ratings.models import Entry, EntryRole, Vote
from webapp.ratings.selectors import EntryPage, EntrySort

MOST_AT_ONCE = 10_000
MEDIUM = (1280, 640)  # what the medium display file fits into


class EntryListQuery(serializers.Serializer[Any]):
    """The order of the entries, and a window into them."""

    sort = serializers.ChoiceField([each.value for each in EntrySort], default=EntrySort.PLACE)
    offset = serializers.IntegerField(default=0, min_value=0, max_value=1_000_000)
    limit = serializers.IntegerField(default=60, min_value=1, max_value=200)


class EntriesAskSerializer(serializers.Serializer[Any]):
    """Which pictures to enter: by their ids, those of an album, or in bursts. One of the three."""

    artworks = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_AT_ONCE, required=False
    )
    album = serializers.UUIDField(required=False)
    bursts = serializers.ListField(
        child=serializers.ListField(child=serializers.UUIDField(), max_length=20),
        max_length=MOST_AT_ONCE, required=False,
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the ways."""
        if len(attrs) != 1:
            raise serializers.ValidationError("Give one of artworks, album and bursts.")
        return attrs


class RefusedSerializer(serializers.Serializer[Refused]):
    """A picture that was not taken."""

    artwork = serializers.UUIDField()
    code = serializers.CharField()
    text = serializers.CharField()


class AddedSerializer(serializers.Serializer[Added]):
    """How many are new, how many were there, and which were not taken."""

    added = serializers.IntegerField()
    already = serializers.IntegerField()
    refused = RefusedSerializer(many=True)


class EntryChangeSerializer(serializers.Serializer[Any]):
    """What an organiser says of an entry. `gold`: lowest and highest answer of a careful rater."""

    gold = serializers.ListField(
        child=FiniteField(), min_length=2, max_length=2, allow_null=True, required=False
    )
    role = serializers.ChoiceField(EntryRole.choices, required=False)
    burst = serializers.IntegerField(
        min_value=1, max_value=1_000_000, allow_null=True, required=False
    )


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something is decided; it is kept."""

    reason = serializers.CharField(max_length=300)


class CommentSerializer(serializers.Serializer[Vote]):
    """What a rater wrote, and the vote it came with."""

    pseudonym = serializers.CharField(source="rater.pseudonym")
    value = serializers.FloatField(allow_null=True)
    comment = serializers.CharField()


class DisqualifiedSerializer(serializers.Serializer[Entry]):
    """When, and why."""

    at = serializers.DateTimeField(source="disqualified_at")
    reason = serializers.CharField(source="disqualified_for")


class PriorSerializer(serializers.Serializer[Entry]):
    """What the scorer expected of the crowd's mean."""

    mean = serializers.FloatField(source="prior_mean")
    sd = serializers.FloatField(source="prior_sd")


class EntryPictureSerializer(serializers.Serializer[Any]):
    """A display file to show an entry by."""

    src = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    thumbhash = serializers.CharField()


class EntrySerializer(serializers.Serializer[Entry]):
    """An entry and what the crowd thinks of it, numbers null before the first votes are weighed.

    `votes_mean` is the plain mean of the votes, in units of a vote; neither habits nor the scorer
    enter it. `artwork` is told to its owner. `gold` to the organiser. `maker`, once revealed, is
    the name of who entered it, else their pseudonym. `generated`: a model made the picture; raters
    are not told while they vote.
    """

    id = serializers.UUIDField()
    artwork = serializers.SerializerMethodField()
    title = serializers.CharField()
    maker = serializers.SerializerMethodField()
    role = serializers.ChoiceField(EntryRole.choices)
    burst = serializers.IntegerField(allow_null=True)
    gold = serializers.SerializerMethodField()
    votes = serializers.IntegerField()
    votes_mean = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    sd = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    distribution = serializers.ListField(child=serializers.FloatField())
    divisive = serializers.FloatField(allow_null=True)
    place = serializers.IntegerField(allow_null=True)
    settled = serializers.BooleanField()
    prior = serializers.SerializerMethodField()
    disqualified = serializers.SerializerMethodField()
    mine = serializers.SerializerMethodField()
    medium = serializers.SerializerMethodField()
    comments = serializers.SerializerMethodField()
    generated = serializers.SerializerMethodField()

    def get_generated(self, entry: Entry) -> bool:
        """Of a picture that is still there."""
        return entry.artwork is not None and entry.artwork.generated is not None

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_artwork(self, entry: Entry) -> str | None:
        """Whoever owns it can open it."""
        artwork = entry.artwork
        own = artwork is not None and artwork.owner_id == self.context["viewer"]
        return str(entry.artwork_id) if own else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_maker(self, entry: Entry) -> str | None:
        """Nobody's before the reveal."""
        page: EntryPage = self.context["page"]
        return page.makers.get(entry.submitted_by_id) if entry.submitted_by_id else None

    @extend_schema_field(
        serializers.ListField(
            child=serializers.FloatField(), min_length=2, max_length=2, allow_null=True
        )
    )
    def get_gold(self, entry: Entry) -> list[float] | None:
        """Raters must not learn what is a check."""
        page: EntryPage = self.context["page"]
        if entry.gold_low is None or entry.gold_high is None:
            return None
        is_organiser = page.campaign.organiser_id == self.context["viewer"]
        return [entry.gold_low, entry.gold_high] if is_organiser else None

    @extend_schema_field(PriorSerializer(allow_null=True))
    def get_prior(self, entry: Entry) -> dict[str, Any] | None:
        """Null where no scorer had seen it."""
        return None if entry.prior_mean is None else dict(PriorSerializer(entry).data)

    @extend_schema_field(DisqualifiedSerializer(allow_null=True))
    def get_disqualified(self, entry: Entry) -> dict[str, Any] | None:
        """Null while it takes part."""
        return dict(DisqualifiedSerializer(entry).data) if entry.disqualified_at else None

    @extend_schema_field(serializers.BooleanField())
    def get_mine(self, entry: Entry) -> bool:
        """Whether the caller entered it."""
        return bool(entry.submitted_by_id == self.context["viewer"])

    @extend_schema_field(EntryPictureSerializer(allow_null=True))
    def get_medium(self, entry: Entry) -> dict[str, Any] | None:
        """Its medium display file; null when the artwork is gone, or has none yet."""
        artwork = entry.artwork
        if artwork is None or artwork.deleted_at is not None or not artwork.thumbhash:
            return None
        width, height = _fitted(artwork)
        page: EntryPage = self.context["page"]
        src = media_address(page.campaign.pk, entry.pk, "medium")
        return {"src": src, "width": width, "height": height, "thumbhash": artwork.thumbhash}

    @extend_schema_field(serializers.IntegerField())
    def get_comments(self, entry: Entry) -> int:
        """How many there are."""
        page: EntryPage = self.context["page"]
        return page.comments.get(entry.pk, 0)


class EntryPageSerializer(serializers.Serializer[EntryPage]):
    """A window of entries."""

    count = serializers.IntegerField()
    results = EntrySerializer(many=True)


def render_page(page: EntryPage, viewer: int) -> dict[str, Any]:
    """As this person (by id) may see it."""
    return {"count": page.count, "results": render_entries(page, viewer)}


def render_entries(page: EntryPage, viewer: int) -> list[Any]:
    """The entries of a page alone."""
    context = {"page": page, "viewer": viewer}
    return [EntrySerializer(entry, context=context).data for entry in page.entries]


def _fitted(artwork: Artwork) -> tuple[int | None, int | None]:
    """Pixels of the medium display file; none is enlarged."""
    width, height = artwork.width, artwork.height
    if not width or not height:
        return None, None
    scale = min(MEDIUM[0] / width, MEDIUM[1] / height, 1.0)
    return max(round(width * scale), 1), max(round(height * scale), 1)
