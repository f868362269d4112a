"""What runs every few minutes for people's own tastes."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef

from webapp.catalogue.models import Artwork
from webapp.jobs.findings import Check, Finding, examine
from webapp.taste.asking import AT_ONCE, ask_for_embeddings, ask_to_learn, unasked, unplaced
from webapp.taste.learning import forgotten
from webapp.taste.models import Embedding, Taste
from webapp.taste.spaces import space

logger = logging.getLogger(__name__)


def tidy_tastes() -> list[Finding]:
    """One round; what was found, mended. Safe to run twice, and beside itself."""
    findings = examine(TASTES, mending=True)
    for finding in findings:
        logger.warning("%s: %s (%d)", finding.code, finding.text, finding.count)
    if space():
        Embedding.objects.exclude(space=space()).delete()
    kept = Taste.objects.filter(user=OuterRef("artwork__owner"))
    Embedding.objects.filter(~Exists(kept)).delete()
    return findings


def _learn(behind: Sequence[UUID]) -> int:
    for taste in Taste.objects.filter(pk__in=behind):
        ask_to_learn(taste)
    return len(behind)


def _unplaced() -> list[UUID]:
    return list(unasked(unplaced()).values_list("pk", flat=True)[:AT_ONCE])


def _place(broken: Sequence[UUID]) -> int:
    return ask_for_embeddings(Artwork.objects.filter(pk__in=broken))


UNPLACED = Check(
    "unplaced", "pictures that a person's taste needs have no embedding and nobody is asked for it",
    _unplaced, _place,
)  # fmt: skip
UNLEARNED = Check(
    "unlearned", "people's tastes are behind their picks or pictures and nobody is asked to learn",
    forgotten, _learn,
)  # fmt: skip

TASTES = (UNPLACED, UNLEARNED)
