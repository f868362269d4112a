"""Ask the coach, and record its advice with the previews. Both settle with their job."""

from hashlib import sha256

from django.db import transaction

from ml.contracts import advice as contract
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, Blob
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference.explaining import NoModel, NotReady, ask_first
from webapp.inference.models import Advice, Proposal, Score
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.models import JobKind
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion


@transaction.atomic
def coach_now(artwork: Artwork) -> bool:
    """Have the coach look at the artwork; True when its advice is there already. Idempotent.

    Raises NotReady before the artwork has its score, NoModel without a coach's two scorers.
    """
    pair = coaches()
    if pair is None:
        raise NoModel("The coach lacks one of its two scorers. The operator must install it.")
    scorer, second = pair
    if not Score.objects.filter(artwork=artwork, model_version=scorer).exists():
        raise NotReady("The picture has no score yet. Ask the coach when it has one.")
    if Advice.objects.filter(artwork=artwork, scorer=scorer, second=second).exists():
        return True
    ask_first(artwork, kind=JobKind.COACH, model_version=scorer.digest, params=second.digest)
    return False


def coaches() -> tuple[ModelVersion, ModelVersion] | None:
    """The scorer that the coach optimises and the one that checks it, both active."""
    scorer, second = registry.active(ModelKind.SCORER), registry.active(ModelKind.SECOND_SCORER)
    return None if scorer is None or second is None else (scorer, second)


@transaction.atomic
def record_advice(
    claim: Claim, advice: contract.Advice, *, scorer: ModelVersion, second: ModelVersion
) -> bool:
    """Keep the proposals in place of earlier ones; False for an artwork that is gone.

    Earlier ones are those of other scorers too: nobody can see them any more, and their previews
    would lie there for ever. Raises LostLeaseError, and keeps nothing, when the job belongs to
    another worker by now.
    """
    previews = _stored(advice)
    require(ours=jobs.finish(claim))
    artwork = Artwork.objects.filter(pk=claim.subject).held().first()
    if artwork is None:
        return False
    Advice.objects.filter(artwork=artwork).delete()
    kept = Advice.objects.create(
        artwork=artwork, scorer=scorer, second=second, before=advice.before, reason=advice.reason
    )
    Proposal.objects.bulk_create(
        _proposal(each, place, kept, previews[each.preview])
        for place, each in enumerate(advice.proposals)
    )
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])
    return True


def _stored(advice: contract.Advice) -> dict[bytes, Blob]:
    """Previews as blobs, locked in one order as display files are."""
    files = sorted({each.preview for each in advice.proposals}, key=lambda it: sha256(it).digest())
    return {file: blobs.store(file, content_type="image/jpeg") for file in files}


def _proposal(each: contract.Proposal, place: int, advice: Advice, preview: Blob) -> Proposal:
    return Proposal(
        advice=advice,
        place=place,
        key=each.key,
        edits=each.edits.to_json(),
        words=each.words,
        mean=each.mean,
        low=each.low,
        high=each.high,
        gain=each.gain,
        second_gain=each.second_gain,
        preview=preview,
        width=each.width,
        height=each.height,
    )
