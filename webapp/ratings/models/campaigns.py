"""A campaign: pictures, a question, and the crowd that is asked; a challenge is one of a kind."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from webapp.catalogue.models import Visitor
from webapp.common.models import Identified


class CampaignKind(models.TextChoices):
    """A challenge gathers its pictures from the crowd, and has a reveal night."""

    CAMPAIGN = "campaign"
    CHALLENGE = "challenge"


class Mode(models.TextChoices):
    """What a rater does: a score of 1 to 10, the better of two, an attribute, the best of many."""

    SCORE = "score"
    PAIRS = "pairs"
    ATTRIBUTE = "attribute"
    BURST = "burst"


class Access(models.TextChoices):
    """Who may rate: everybody with an account, whoever has the link, or those named."""

    OPEN = "open"
    LINK = "link"
    GROUP = "group"


class Sampling(models.TextChoices):
    """Which picture is asked about next: the one that teaches most, or any."""

    ACTIVE = "active"
    RANDOM = "random"


class Reveal(models.TextChoices):
    """When a rater sees how others voted."""

    AFTER_VOTE = "after_vote"
    AT_END = "at_end"


class CampaignState(models.TextChoices):
    """draft -> scheduled | submitting -> open -> closed -> revealed; told from the dates.

    `submitting` is a challenge that takes pictures and no votes yet. An open one may be closed
    early, a closed one opened again until it is revealed.
    """

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SUBMITTING = "submitting"
    OPEN = "open"
    CLOSED = "closed"
    REVEALED = "revealed"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Filters on campaigns."""

    def organised_by(self, user: Visitor) -> "CampaignQuerySet":
        """Those that this person runs."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(organiser=user.pk)

    def visible_to(self, user: Visitor) -> "CampaignQuerySet":
        """One's own; those one rates in; and, once no drafts, open ones and where one is named.

        Who came by a link is a rater once they joined.
        """
        if user is None or not user.is_authenticated:
            return self.none()
        named = Campaign.objects.filter(invitees__email=user.email).values("pk")
        rates = Campaign.objects.filter(raters__user=user.pk).values("pk")
        asked = Q(access=Access.OPEN) | Q(pk__in=named) | Q(pk__in=rates)
        return self.filter(Q(organiser=user.pk) | Q(published_at__isnull=False) & asked)


class Campaign(Identified):
    """A question about pictures to a crowd."""

    organiser = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="campaigns"
    )
    kind = models.CharField(max_length=10, choices=CampaignKind, default=CampaignKind.CAMPAIGN)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.SCORE)
    attribute = models.ForeignKey(
        "registry.Attribute", null=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    question = models.CharField(max_length=200)
    consent = models.TextField(blank=True)  # what a rater agrees to, beside our own words
    access = models.CharField(max_length=10, choices=Access, default=Access.LINK)
    guests = models.BooleanField(default=True)  # with a link: no account is needed
    link_epoch = models.PositiveSmallIntegerField(default=0)  # counts up when links are revoked
    sampling = models.CharField(max_length=10, choices=Sampling, default=Sampling.ACTIVE)
    reveal = models.CharField(max_length=10, choices=Reveal, default=Reveal.AFTER_VOTE)
    votes_wanted = models.PositiveSmallIntegerField(default=10)  # the least of each picture
    narrow_enough = models.FloatField(null=True)  # width of an 80 % interval, in points
    gold_share = models.FloatField(default=0.1)
    repeat_share = models.FloatField(default=0.05)
    most_per_rater = models.PositiveIntegerField(null=True)
    least_dwell_ms = models.PositiveIntegerField(default=400)
    # whoever runs the installation may train models with these pictures and votes
    for_training = models.BooleanField(default=False, db_default=False)
    # pictures that a model made may be entered; staff alone say so
    generated_allowed = models.BooleanField(default=False, db_default=False)
    # of a challenge
    submissions_close_at = models.DateTimeField(null=True)
    most_submissions = models.PositiveSmallIntegerField(default=1)
    must_vote_share = models.FloatField(default=0)  # of the entries; fewer votes are void
    comment_at_most = models.PositiveSmallIntegerField(default=0)  # asked why at votes up to this
    # its life
    published_at = models.DateTimeField(null=True)  # None: a draft
    opens_at = models.DateTimeField(null=True)  # voting; None: with publication
    closes_at = models.DateTimeField(null=True)  # None: until it is closed by hand
    revealed_at = models.DateTimeField(null=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mode=Mode.ATTRIBUTE, attribute__isnull=False)
                | ~Q(mode=Mode.ATTRIBUTE) & Q(attribute=None),
                name="campaign_attribute_with_its_mode",
            ),
            models.CheckConstraint(
                condition=Q(gold_share__range=(0, 0.3), repeat_share__range=(0, 0.3)),
                name="campaign_checks_within_bounds",
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(opens_at__lte=F("closes_at")),
                name="campaign_opens_before_it_closes",
            ),
        ]

    def state_at(self, now: datetime) -> CampaignState:
        """What it is at that moment."""
        if self.published_at is None:
            return CampaignState.DRAFT
        if self.revealed_at is not None:
            return CampaignState.REVEALED
        if self.closes_at is not None and self.closes_at <= now:
            return CampaignState.CLOSED
        if self.submissions_close_at is not None and now < self.submissions_close_at:
            return CampaignState.SUBMITTING
        if self.opens_at is not None and now < self.opens_at:
            return CampaignState.SCHEDULED
        return CampaignState.OPEN

    @property
    def state(self) -> CampaignState:
        """What it is now."""
        return self.state_at(timezone.now())


class Invitee(models.Model):
    """An e-mail address that may rate in a campaign of a group; it need not have an account yet."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="invitees")
    email = models.EmailField(max_length=254)  # in small letters, as accounts have it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "email"], name="invitee_once")]


class EntryRole(models.TextChoices):
    """To be rated, or shown beside the question as an example of one end."""

    ENTRY = "entry"
    ANCHOR_LOW = "anchor_low"
    ANCHOR_HIGH = "anchor_high"


class Entry(Identified):
    """An artwork's place in a campaign, and what the crowd thinks of it (see Standing in `ml`).

    `votes` is counted with every vote (the repeats of a rater aside), the rest written by the fuse
    job, which had seen `fused_votes` of them. A picture whose artwork is gone keeps its votes and
    is asked about no more.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="entries")
    artwork = models.ForeignKey(
        "catalogue.Artwork", null=True, on_delete=models.SET_NULL, related_name="entries"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    role = models.CharField(max_length=12, choices=EntryRole, default=EntryRole.ENTRY)
    title = models.CharField(max_length=200, blank=True)  # kept when the artwork is gone
    burst = models.PositiveIntegerField(null=True)  # entries of one burst share it
    # a check: what a careful rater answers, in the units of a vote; both or none
    gold_low = models.FloatField(null=True)
    gold_high = models.FloatField(null=True)
    disqualified_at = models.DateTimeField(null=True)
    disqualified_for = models.CharField(max_length=300, blank=True)
    votes = models.PositiveIntegerField(default=0)
    fused_votes = models.PositiveIntegerField(default=0)
    prior_mean = models.FloatField(null=True)  # of the scorer, before any vote
    prior_sd = models.FloatField(null=True)
    votes_mean = models.FloatField(null=True)  # of the scores as they are, in units of a vote
    mean = models.FloatField(null=True)
    sd = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    distribution = ArrayField(models.FloatField(), default=list)
    divisive = models.FloatField(null=True)
    place = models.PositiveIntegerField(null=True)  # rank from 1; None: not ranked
    settled = models.BooleanField(default=False)  # its interval is narrow enough

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "artwork"], name="entry_once"),
            models.CheckConstraint(
                condition=Q(gold_low=None, gold_high=None)
                | Q(gold_low__isnull=False, gold_high__gte=F("gold_low")),
                name="entry_gold_range",
            ),
        ]


class Fusion(models.Model):
    """What the fuse job last found about a campaign as a whole, and where it starts again."""

    campaign = models.OneToOneField(
        Campaign, on_delete=models.CASCADE, primary_key=True, related_name="fusion"
    )
    fused_at = models.DateTimeField()  # as of when: rulings up to then are in it
    read_up_to = models.DateTimeField(null=True)  # `received_at` of the newest vote it saw
    votes = models.PositiveIntegerField()  # that counted
    alpha = models.FloatField(null=True)  # Krippendorff's, at the level of the mode
    split_half = models.FloatField(null=True)  # Spearman-Brown
    noise = models.FloatField(null=True)  # standard deviation of a typical vote, in points
    plain_noise = models.FloatField(null=True)  # the same for a vote of anybody, habits included
    figures = models.JSONField(default=dict)  # curves of the dashboard
    state = models.BinaryField(default=bytes)  # arrays for a warm start
