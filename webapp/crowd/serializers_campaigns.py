"""Campaigns as JSON: what an organiser says of one, and how it is told."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.catalogue.models import Album
from webapp.common.fields import FiniteField
from webapp.crowd.addresses import join_address, media_address
from webapp.crowd.serializers_rating import MeSerializer
from webapp.ratings.models import (
    Access,
    CampaignKind,
    CampaignState,
    Mode,
    Reveal,
    Sampling,
)
from webapp.ratings.selectors import CampaignCard, Counts, Role
from webapp.registry import selectors as registry
from webapp.registry.models import Attribute

MOST_EMAILS = 1000
_OPTIONAL: Final[dict[str, Any]] = {"required": False, "allow_null": True}


class CampaignAskSerializer(serializers.Serializer[Any]):
    """What an organiser says of a campaign. `attribute` is a key; dates may be null.

    `for_training`: whoever runs the installation may train models with its pictures and votes.
    Raters agree to that; once people have voted it can only be taken back. `generated_allowed`:
    pictures that a model made may be entered; staff alone may switch it on.
    """

    title = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(CampaignKind.choices, default=CampaignKind.CAMPAIGN)
    mode = serializers.ChoiceField(Mode.choices, default=Mode.SCORE)
    attribute = serializers.CharField(max_length=40, **_OPTIONAL)
    question = serializers.CharField(max_length=200, allow_blank=True, required=False)
    description = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    consent = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    access = serializers.ChoiceField(Access.choices, required=False)
    guests = serializers.BooleanField(required=False)
    emails = serializers.ListField(
        child=serializers.EmailField(max_length=254), max_length=MOST_EMAILS, required=False
    )
    sampling = serializers.ChoiceField(Sampling.choices, required=False)
    reveal = serializers.ChoiceField(Reveal.choices, required=False)
    votes_wanted = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    narrow_enough = FiniteField(min_value=0.05, max_value=9, **_OPTIONAL)
    gold_share = FiniteField(min_value=0, max_value=0.3, required=False)
    repeat_share = FiniteField(min_value=0, max_value=0.3, required=False)
    most_per_rater = serializers.IntegerField(min_value=1, max_value=1_000_000, **_OPTIONAL)
    least_dwell_ms = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    for_training = serializers.BooleanField(required=False)
    generated_allowed = serializers.BooleanField(required=False)
    submissions_close_at = serializers.DateTimeField(**_OPTIONAL)
    most_submissions = serializers.IntegerField(min_value=1, max_value=100, required=False)
    must_vote_share = FiniteField(min_value=0, max_value=1, required=False)
    comment_at_most = serializers.IntegerField(min_value=0, max_value=9, required=False)
    opens_at = serializers.DateTimeField(**_OPTIONAL)
    closes_at = serializers.DateTimeField(**_OPTIONAL)

    def validate_attribute(self, key: str | None) -> Attribute | None:
        """The attribute itself; raises NotFound for one that nobody asks."""
        return None if key is None else registry.attribute_of(key)


class CampaignListQuery(serializers.Serializer[Any]):
    """Which campaigns to list; all that one sees without either."""

    role = serializers.ChoiceField([each.value for each in Role], required=False)
    kind = serializers.ChoiceField(CampaignKind.choices, required=False)


class CountsSerializer(serializers.Serializer[Counts]):
    """How much of a campaign there is; `settled` pictures need no more votes."""

    entries = serializers.IntegerField()
    raters = serializers.IntegerField()
    votes = serializers.IntegerField()
    settled = serializers.IntegerField()


class AskedAttributeSerializer(serializers.ModelSerializer[Attribute]):
    """What a campaign of the mode attribute asks."""

    class Meta:
        model = Attribute
        fields = ("key", "label", "asks", "low", "high", "low_word", "high_word", "choices")


class AlbumChoiceSerializer(serializers.ModelSerializer[Album]):
    """An album to take pictures from."""

    size = serializers.IntegerField()

    class Meta:
        model = Album
        fields = ("id", "title", "size")


class CampaignSerializer(serializers.Serializer[CampaignCard]):
    """A campaign as the caller sees it.

    `organiser` says whether it is the caller's. `link` and `emails` are null for everybody else,
    `covers` empty until it is revealed. `me` is null for who does not rate in it.
    """

    id = serializers.UUIDField(source="campaign.pk")
    kind = serializers.ChoiceField(CampaignKind.choices, source="campaign.kind")
    mode = serializers.ChoiceField(Mode.choices, source="campaign.mode")
    state = serializers.ChoiceField(CampaignState.choices, source="campaign.state")
    title = serializers.CharField(source="campaign.title")
    description = serializers.CharField(source="campaign.description")
    question = serializers.CharField(source="campaign.question")
    consent = serializers.CharField(source="campaign.consent")
    attribute = AskedAttributeSerializer(source="campaign.attribute", allow_null=True)
    access = serializers.ChoiceField(Access.choices, source="campaign.access")
    guests = serializers.BooleanField(source="campaign.guests")
    sampling = serializers.ChoiceField(Sampling.choices, source="campaign.sampling")
    reveal = serializers.ChoiceField(Reveal.choices, source="campaign.reveal")
    votes_wanted = serializers.IntegerField(source="campaign.votes_wanted")
    narrow_enough = serializers.FloatField(source="campaign.narrow_enough", allow_null=True)
    gold_share = serializers.FloatField(source="campaign.gold_share")
    repeat_share = serializers.FloatField(source="campaign.repeat_share")
    most_per_rater = serializers.IntegerField(source="campaign.most_per_rater", allow_null=True)
    least_dwell_ms = serializers.IntegerField(source="campaign.least_dwell_ms")
    for_training = serializers.BooleanField(source="campaign.for_training")
    generated_allowed = serializers.BooleanField(source="campaign.generated_allowed")
    submissions_close_at = serializers.DateTimeField(
        source="campaign.submissions_close_at", allow_null=True
    )
    most_submissions = serializers.IntegerField(source="campaign.most_submissions")
    must_vote_share = serializers.FloatField(source="campaign.must_vote_share")
    comment_at_most = serializers.IntegerField(source="campaign.comment_at_most")
    published_at = serializers.DateTimeField(source="campaign.published_at", allow_null=True)
    opens_at = serializers.DateTimeField(source="campaign.opens_at", allow_null=True)
    closes_at = serializers.DateTimeField(source="campaign.closes_at", allow_null=True)
    revealed_at = serializers.DateTimeField(source="campaign.revealed_at", allow_null=True)
    organiser = serializers.BooleanField(source="is_organiser")
    link = serializers.SerializerMethodField()
    emails = serializers.ListField(child=serializers.EmailField(), allow_null=True)
    counts = CountsSerializer()
    me = MeSerializer(allow_null=True)
    covers = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_link(self, card: CampaignCard) -> str | None:
        """The address by which people join."""
        return join_address(card.campaign) if card.is_organiser else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_covers(self, card: CampaignCard) -> list[str]:
        """Addresses of up to four pictures."""
        return [media_address(card.campaign.pk, entry, "small") for entry in card.covers]
