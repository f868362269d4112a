"""Jobs to work with."""

from uuid import uuid4

from django.db import transaction

from tests.people import person
from webapp.accounts.models import User
from webapp.jobs import services
from webapp.jobs.claims import Claim
from webapp.jobs.models import Job, JobKind, Queue


def owner() -> User:
    return User.objects.filter(email="owner@example.org").first() or person("owner@example.org")


def job(queue: Queue = Queue.IO, **options: object) -> Job:
    with transaction.atomic():
        return services.enqueue(
            kind=JobKind.RENDER, subject=uuid4(), owner_id=owner().pk, queue=queue, **options
        )


def claim(*queues: Queue, worker: str = "w", limit: int = 1, lease: float = 20) -> list[Claim]:
    return services.claim(
        queues or (Queue.IO,),
        kind=JobKind.RENDER, worker=worker, limit=limit, lease_seconds=lease,
    )  # fmt: skip


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def due_now(job: Job) -> None:
    """As if the pause after a failed attempt were over."""
    Job.objects.filter(pk=job.pk).update(not_before=job.created_at)
