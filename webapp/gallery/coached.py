"""The read model of the coach's advice, and of what became of its proposals."""

from dataclasses import dataclass
from uuid import UUID

from webapp.catalogue.models import Artwork
from webapp.common.errors import NotFound
from webapp.inference.coaching import coaches
from webapp.inference.models import Advice, Proposal
from webapp.jobs import selectors as jobs
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal, whether it is being saved, and why saving it failed."""

    proposal: Proposal
    saving: bool
    error_code: str
    error_text: str

    @property
    def saved_as(self) -> UUID | None:
        """The artwork it became, unless its owner threw that away."""
        saved = self.proposal.saved_as
        return saved.pk if saved is not None and saved.deleted_at is None else None


@dataclass(frozen=True, slots=True)
class Coaching:
    """How far the coach is, and what it proposes."""

    state: str
    model: str | None
    second_model: str | None
    before: float | None = None
    reason: str = ""
    proposals: tuple[ProposalView, ...] = ()
    error_code: str = ""
    error_text: str = ""


def coaching(artwork: Artwork) -> Coaching:
    """By the two scorers that are active now. Five queries at most."""
    pair = coaches()
    if pair is None:
        return Coaching("none", None, None)
    scorer, second = pair
    names = (scorer.name, second.name)
    asked = list(jobs.jobs_of(artwork.pk).filter(kind__in=(JobKind.COACH, JobKind.EXPORT)))
    advice = Advice.objects.filter(artwork=artwork, scorer=scorer, second=second).first()
    if advice is not None:
        exports = {job.params_hash: job for job in asked if job.kind == JobKind.EXPORT}
        rows = advice.proposals.select_related("saved_as").order_by("place")
        views = tuple(_view(each, exports.get(str(each.pk))) for each in rows)
        state = "ready" if views else "nothing"
        return Coaching(state, *names, advice.before, advice.reason, views)
    digests = (scorer.digest, second.digest)
    waiting = (job for job in asked if job.kind == JobKind.COACH)
    job = next((job for job in waiting if (job.model_version, job.params_hash) == digests), None)
    return _under_way(job, *names)


def proposal_of(artwork: Artwork, proposal_id: UUID) -> Proposal:
    """One proposal for an artwork. Raises NotFound."""
    rows = Proposal.objects.select_related("preview", "saved_as")
    found = rows.filter(advice__artwork=artwork, pk=proposal_id).first()
    if found is None:
        raise NotFound
    return found


def _view(proposal: Proposal, job: Job | None) -> ProposalView:
    if job is None:
        return ProposalView(proposal, False, "", "")
    stopped = job.state in jobs.STOPPED_STATES
    reason = (job.error_code, job.error_text) if stopped else ("", "")
    return ProposalView(proposal, job.state in LIVE_STATES, *reason)


def _under_way(job: Job | None, model: str, second: str) -> Coaching:
    if job is None or job.state in (JobState.DONE, JobState.CANCELLED):
        return Coaching("none", model, second)
    if job.state in LIVE_STATES:
        return Coaching(str(job.state), model, second)
    return Coaching("failed", model, second, error_code=job.error_code, error_text=job.error_text)
