"""Who rates, what they were asked, what they answered, and what an organiser ruled."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ml.contracts import crowd
from webapp.common.models import Identified
from webapp.ratings.models.campaigns import Campaign, Entry


class Rater(Identified):
    """A person in one campaign, known to others by pseudonym alone; a guest has no account.

    Habits are those of RaterCard in `ml`, written by the fuse job. Quarantined: votes go on and
    do not count, until somebody lifts it.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="raters")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="raters"
    )
    pseudonym = models.CharField(max_length=40)
    consented_at = models.DateTimeField(null=True)  # None: came with imported votes
    consented_to = models.TextField(blank=True)  # the words, as they were then
    votes = models.PositiveIntegerField(default=0)  # that count; neither skips nor repeats
    checks_seen = models.PositiveIntegerField(default=0)
    checks_met = models.PositiveIntegerField(default=0)
    # what the rater is told of them, five or more at once: so that nobody learns which they were
    told_seen = models.PositiveIntegerField(default=0)
    told_met = models.PositiveIntegerField(default=0)
    median_dwell_ms = models.PositiveIntegerField(null=True)
    bias = models.FloatField(null=True)
    spread = models.FloatField(null=True)
    noise = models.FloatField(null=True)
    consistency = models.FloatField(null=True)  # None while there are too few votes to say
    side = models.FloatField(null=True)
    weight = models.FloatField(null=True)
    doubts = ArrayField(models.CharField(max_length=10), default=list)  # values of Doubt in `ml`
    quarantined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "user"], name="rater_once"),
            models.UniqueConstraint(fields=["campaign", "pseudonym"], name="pseudonym_once"),
        ]


class Purpose(models.TextChoices):
    """Why a rater is asked: to learn, to check them, or to see whether they agree with themselves.

    Never told to raters. A repeat counts for the rater's consistency, not for the picture.
    """

    FRESH = "fresh"
    GOLD = "gold"
    REPEAT = "repeat"


class Assignment(Identified):
    """A question to one rater about certain entries, in the order they are shown.

    Its token is signed, and good for one answer until it expires. An answer that is withdrawn
    gives the question back: it waits again.
    """

    rater = models.ForeignKey(
        Rater, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    entries = ArrayField(models.UUIDField())  # one; two, left first; or a burst
    purpose = models.CharField(max_length=6, choices=Purpose, default=Purpose.FRESH)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["rater", "created_at"], name="assignment_of_rater"),
            # how others answered the very same question
            HashIndex(fields=["entries"], name="assignment_of_entries"),
            # what raters have before them just now
            models.Index(
                fields=["rater", "expires_at"],
                name="assignment_outstanding",
                condition=Q(answered_at=None),
            ),
        ]


class VoteKind(models.TextChoices):
    """What the answer is. Withdrawn takes back the vote that it corrects."""

    SCORE = "score"
    ATTRIBUTE = "attribute"
    PAIR = "pair"
    BEST = "best"
    SKIP = "skip"
    WITHDRAWN = "withdrawn"


class SkipReason(models.TextChoices):
    """Why somebody would rather not say."""

    UNSURE = "unsure"
    KNOWN = "known"  # the picture or its maker
    UPSETTING = "upsetting"
    BROKEN = "broken"  # it does not show properly


class Uncounted(models.TextChoices):
    """Why a vote that came is kept and does not count."""

    LATE = "late"
    PICTURE_GONE = "picture_gone"
    SEEN = "seen"  # after its rater was told how others answered


class Outcome(models.TextChoices):
    """As PairOutcome in `ml`."""

    LEFT = crowd.PairOutcome.LEFT.value
    RIGHT = crowd.PairOutcome.RIGHT.value
    TIE = crowd.PairOutcome.TIE.value
    BOTH_BAD = crowd.PairOutcome.BOTH_BAD.value


class Vote(Identified):
    """One answer. Rows are only ever added: a changed mind is a new row that corrects the old one.

    The database refuses updates (see the migration). Votes go with their rater, when a person has
    their data erased, or with the campaign.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="given")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="given")
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.CASCADE, related_name="corrected_by"
    )
    kind = models.CharField(max_length=10, choices=VoteKind)
    value = models.FloatField(null=True)  # 1 to 10, or within the range of the attribute
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    best = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=SkipReason, blank=True)
    comment = models.TextField(blank=True)
    dwell_ms = models.PositiveIntegerField(null=True)  # as the browser says, never over the truth
    cast_at = models.DateTimeField()  # as the browser says, between issue and receipt
    received_at = models.DateTimeField(default=timezone.now)
    uncounted = models.CharField(max_length=12, choices=Uncounted, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(corrects=None), name="vote_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["score", "attribute"], value__isnull=False)
                | Q(kind="pair") & ~Q(outcome="")
                | Q(kind="best", best__isnull=False)
                | Q(kind="skip") & ~Q(reason="")
                | Q(kind="withdrawn", corrects__isnull=False),
                name="vote_says_what_its_kind_says",
            ),
        ]
        indexes = [
            # the fuse job and exports: a campaign's votes in order
            models.Index(fields=["campaign", "received_at"], name="vote_of_campaign"),
        ]


class RulingKind(models.TextChoices):
    """What an organiser decided about a rater or an entry."""

    QUARANTINE = "quarantine"
    LIFT = "lift"
    DISQUALIFY = "disqualify"
    REQUALIFY = "requalify"


class Ruling(Identified):
    """A decision with its reason; rows are only ever added."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rulings")
    kind = models.CharField(max_length=12, choices=RulingKind)
    rater = models.ForeignKey(Rater, null=True, on_delete=models.CASCADE, related_name="rulings")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="rulings")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=300)
