"""Questions, progress and the crowd's answers put into the JSON that the serializers describe."""

from typing import Any, Final

from webapp.catalogue.models import Artwork
from webapp.crowd.addresses import media_address
from webapp.crowd.serializers_rating import (
    LARGE,
    SMALL,
    CrowdSerializer,
    RatingProgressSerializer,
    StepSerializer,
)
from webapp.ratings.asking import WORDS, Asked, Question
from webapp.ratings.models import Campaign, Entry, EntryRole
from webapp.ratings.others import Others
from webapp.ratings.progress import Progress

# Made once: that takes longer than what they do with every vote.
_CROWD: Final = CrowdSerializer()
_PROGRESS: Final = RatingProgressSerializer()


def render_crowd(others: Others) -> dict[str, Any]:
    """How others answered, as `CrowdSerializer` says."""
    return dict(_CROWD.to_representation(others))


def render_progress(progress: Progress) -> dict[str, Any]:
    """How far it is, as `RatingProgressSerializer` says."""
    return dict(_PROGRESS.to_representation(progress))


def render_asked(asked: Asked) -> dict[str, Any]:
    """Questions with their pictures, as `AskedSerializer` says."""
    done = None if asked.done is None else {"code": asked.done, "text": WORDS[asked.done]}
    steps = None if asked.steps is None else StepSerializer(asked.steps, many=True).data
    shared = {
        "mode": asked.campaign.mode,
        "question": asked.campaign.question,
        "answers": steps,
        "anchors": _examples(asked),
        "comment_at_most": asked.campaign.comment_at_most,
    }
    return {
        "assignments": [_question(asked.campaign, each, shared) for each in asked.questions],
        "done": done,
        "progress": render_progress(asked.progress),
    }


def _question(campaign: Campaign, question: Question, shared: dict[str, Any]) -> dict[str, Any]:
    return {
        "token": question.token,
        **shared,
        "entries": [_shown(campaign, each) for each in question.entries],
        "expires_at": question.assignment.expires_at,
    }


def _shown(campaign: Campaign, entry: Entry) -> dict[str, Any]:
    artwork: Artwork | None = entry.artwork
    return {
        "entry": str(entry.pk),
        "src": media_address(campaign.pk, entry.pk, LARGE),
        "small": media_address(campaign.pk, entry.pk, SMALL),
        "width": (artwork and artwork.width) or 1,
        "height": (artwork and artwork.height) or 1,
        "thumbhash": artwork.thumbhash if artwork else "",
    }


def _examples(asked: Asked) -> dict[str, Any] | None:
    attribute = asked.campaign.attribute
    low_word = attribute.low_word if attribute else ""
    high_word = attribute.high_word if attribute else ""
    found = {
        EntryRole(each.role): media_address(asked.campaign.pk, each.pk, SMALL)
        for each in asked.examples
    }
    if not found:
        return None
    low, high = found.get(EntryRole.ANCHOR_LOW), found.get(EntryRole.ANCHOR_HIGH)
    return {
        "low": {"src": low, "word": low_word} if low else None,
        "high": {"src": high, "word": high_word} if high else None,
    }
