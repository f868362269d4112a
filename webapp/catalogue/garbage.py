"""Remove bytes that nobody refers to: expired uploads, unused blobs, contents left behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from webapp.catalogue import chunks
from webapp.catalogue.models import Blob, Upload
from webapp.catalogue.storage import blob_storage, in_postgres

GRACE = timedelta(hours=24)
BATCH = 200


@dataclass(frozen=True, slots=True)
class Collected:
    """How much of each kind was removed."""

    uploads: int
    blobs: int
    contents: int


def collect_garbage() -> Collected:
    """Remove what is not needed. Safe beside uploads, and in several processes at once."""
    return Collected(
        uploads=_until_empty(_collect_uploads),
        blobs=_until_empty(_collect_blobs),
        contents=_until_empty(_collect_chunks) + _collect_files(),
    )


def _until_empty(collect: Callable[[], int]) -> int:
    total = 0
    while removed := collect():
        total += removed
    return total


@transaction.atomic
def _collect_uploads() -> int:
    expired = Upload.objects.filter(expires_at__lte=timezone.now())
    locked = list(expired.select_for_update(skip_locked=True)[:BATCH])
    drop_uploads(locked)
    return len(locked)


def drop_uploads(uploads: Sequence[Upload]) -> None:
    """Delete locked uploads and their bytes, except bytes that became a blob."""
    contents = {each.content for each in uploads}
    kept = Blob.objects.filter(content__in=contents).values_list("content", flat=True)
    Upload.objects.filter(pk__in=[each.pk for each in uploads]).delete()
    chunks.delete(contents - set(kept))


@transaction.atomic
def _collect_blobs() -> int:
    """Lock first, then look again: a reference made before the lock is visible only now."""
    old = Blob.objects.filter(_unused(), created_at__lt=timezone.now() - GRACE)
    locked = list(old.select_for_update(skip_locked=True)[:BATCH])
    unused = Blob.objects.filter(_unused(), pk__in=[each.pk for each in locked])
    contents = list(unused.values_list("content", flat=True))
    unused.delete()
    transaction.on_commit(partial(_drop_contents, contents), robust=True)
    return len(contents)


def _unused() -> Q:
    """No row of any app refers to the blob."""
    fields = Blob._meta.get_fields(include_hidden=True)  # noqa: SLF001  # Django's documented API
    references = [each for each in fields if isinstance(each, ForeignObjectRel)]
    return Q(*(~Exists(_referring(each)) for each in references))


def _referring(reference: ForeignObjectRel) -> QuerySet[Model]:
    return QuerySet(reference.related_model).filter(**{reference.field.name: OuterRef("pk")})


def _drop_contents(contents: Sequence[UUID]) -> None:
    """A crash before or in here leaves contents behind; the next collection takes them."""
    if in_postgres():
        chunks.delete(contents)
        return
    for content in contents:
        blob_storage().delete(str(content))


def _collect_chunks() -> int:
    left_behind = chunks.strays(BATCH)
    chunks.delete(left_behind)
    return len(left_behind)


def _collect_files() -> int:
    """Files of another storage whose transaction did not commit; that storage knows their age."""
    if in_postgres():
        return 0
    names = blob_storage().listdir("")[1]
    named = {str(each) for each in Blob.objects.values_list("content", flat=True)}
    before = timezone.now() - GRACE
    left_behind = [
        name
        for name in names
        if _is_content(name)
        and name not in named
        and blob_storage().get_modified_time(name) < before
    ]
    for name in left_behind:
        blob_storage().delete(name)
    return len(left_behind)


def _is_content(name: str) -> bool:
    """A bucket may hold files of other programs; those are not ours to remove."""
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
