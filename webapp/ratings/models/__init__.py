"""Votes: a person's own on their library, and those of a crowd in a campaign."""

from webapp.ratings.models.campaigns import (
    Access,
    Campaign,
    CampaignKind,
    CampaignState,
    Entry,
    EntryRole,
    Fusion,
    Invitee,
    Mode,
    Reveal,
    Sampling,
)
from webapp.ratings.models.library import AttributeRating, Rating
from webapp.ratings.models.votes import (
    Assignment,
    Outcome,
    Purpose,
    Rater,
    Ruling,
    RulingKind,
    SkipReason,
    Uncounted,
    Vote,
    VoteKind,
)

__all__ = [
    "Access",
    "Assignment",
    "AttributeRating",
    "Campaign",
    "CampaignKind",
    "CampaignState",
    "Entry",
    "EntryRole",
    "Fusion",
    "Invitee",
    "Mode",
    "Outcome",
    "Purpose",
    "Rater",
    "Rating",
    "Reveal",
    "Ruling",
    "RulingKind",
    "Sampling",
    "SkipReason",
    "Uncounted",
    "Vote",
    "VoteKind",
]
