"""Room in a library: what its owner may still add."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from webapp.accounts.models import User
from webapp.accounts.selectors import quota_of
from webapp.catalogue.models import Artwork
from webapp.common.errors import ApplicationError
from webapp.jobs.models import Job


class OverQuota(ApplicationError):
    """The user must delete artworks, or the operator must grant more room."""

    status = 413
    code = "over_quota"


def lock_library(owner: User) -> None:
    """Let nobody else add to the library until the caller's transaction ends."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=owner.pk)


def require_room(owner: User, size: int) -> None:
    """Raises OverQuota when `size` more bytes do not fit beside the artworks of the library.

    What lies in the trash gives way, the oldest first. Needs `lock_library`.
    """
    quota = quota_of(owner)
    artworks = Artwork.objects.filter(owner=owner)
    used = artworks.aggregate(
        live=Sum("bytes", filter=Q(deleted_at=None), default=0),
        trash=Sum("bytes", filter=Q(deleted_at__isnull=False), default=0),
    )
    if used["live"] + size > quota:
        free = max(quota - used["live"], 0) / 1e6
        raise OverQuota(
            f"The file has {size / 1e6:,.1f} MB and your library has {free:,.1f} MB left."
            " Delete pictures to make room, or ask for more.",
        )
    excess = used["live"] + used["trash"] + size - quota
    if excess > 0:
        purge(_oldest_trash(owner, excess))


@transaction.atomic
def purge(ids: Collection[UUID]) -> None:
    """Delete artworks for good with everything made from them; their bytes become garbage."""
    Job.objects.filter(subject__in=ids).delete()
    Artwork.objects.filter(pk__in=ids).delete()


def _oldest_trash(owner: User, excess: int) -> list[UUID]:
    """As many deleted artworks as free `excess` bytes, or all of them."""
    trash = Artwork.objects.deleted_by(owner).order_by("deleted_at")
    doomed: list[UUID] = []
    for pk, size in trash.values_list("pk", "bytes"):
        if excess <= 0:
            break
        doomed.append(pk)
        excess -= size
    return doomed
