"""What a worker holds while it works on a job."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one job; `attempt` and `worker` fence it: a late one writes nothing."""

    id: UUID
    kind: str
    queue: str
    subject: UUID
    owner_id: int
    model_version: str
    params: str
    attempt: int
    max_attempts: int
    worker: str

    @property
    def exhausted(self) -> bool:
        """The attempts were used up by crashes: the job must be given up, not tried again."""
        return self.attempt > self.max_attempts


class LostLeaseError(Exception):
    """Another worker owns the job by now, or it was cancelled: roll back and forget it."""


def require(*, ours: bool) -> None:
    """Raises LostLeaseError unless the claim is still ours."""
    if not ours:
        raise LostLeaseError
