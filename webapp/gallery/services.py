"""Take a picture into a library: its bytes, its row, the work on it and the news of it."""

from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from webapp.accounts.models import User
from webapp.catalogue import blobs, chunks
from webapp.catalogue.blobs import Measured
from webapp.catalogue.models import Artwork, Blob
from webapp.catalogue.provenance import says_generated
from webapp.catalogue.services import lock_library, require_room
from webapp.catalogue.validation import ImageFacts, ImageLimits, clean_filename, inspect
from webapp.common.errors import ApplicationError
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.jobs.models import JobKind, Queue
from webapp.jobs.services import enqueue

Content = BinaryIO | UUID  # a seekable file, or the chunks of a finished upload


@dataclass(frozen=True, slots=True)
class Accepted:
    """The artwork, and whether the library had it before."""

    artwork: Artwork
    duplicate: bool


@dataclass(frozen=True, slots=True)
class _Incoming:
    owner: User
    content: Content
    measured: Measured
    facts: ImageFacts
    generated: bool
    filename: str
    medium: str
    title: str


def limits() -> ImageLimits:
    """What the operator allows a file to be."""
    return ImageLimits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_pixels=settings.UPLOAD_MAX_PIXELS,
        max_side=settings.UPLOAD_MAX_SIDE,
    )


def accept_upload(
    *, owner: User, content: Content, filename: str, medium: str, title: str, sha256: str = ""
) -> Accepted:
    """Look at a file, then keep it, its artwork, its render job and its event, or nothing.

    The same bytes twice are one artwork of a library: the second time it is returned, out of the
    trash if need be. Raises RefusedImage, OverQuota, or `checksum_mismatch` when the bytes are not
    those of `sha256`. Needs no Redis.
    """
    file = _open(content)
    facts = inspect(file, limits=limits())
    measured = blobs.measure(file)
    if sha256 and sha256 != measured.sha256:
        raise ApplicationError(
            "The file changed on its way. Send it again.", code="checksum_mismatch", status=422
        )
    generated = says_generated(file)
    return _keep(_Incoming(owner, content, measured, facts, generated, filename, medium, title))


@transaction.atomic
def _keep(incoming: _Incoming) -> Accepted:
    lock_library(incoming.owner)
    same = Artwork.objects.filter(owner=incoming.owner, original=incoming.measured.sha256)
    newest = F("deleted_at").desc(nulls_first=True)
    known = same.held().order_by(newest).first()
    if known is not None:
        if isinstance(incoming.content, UUID):
            chunks.delete([incoming.content])
        _bring_back(known)
        return Accepted(known, duplicate=True)
    require_room(incoming.owner, incoming.measured.size)
    return Accepted(_create(incoming, _store(incoming)), duplicate=False)


def _create(incoming: _Incoming, original: Blob) -> Artwork:
    artwork = Artwork.objects.create(
        owner=incoming.owner,
        original=original,
        medium=incoming.medium,
        title=incoming.title.strip(),
        filename=clean_filename(incoming.filename),
        format=incoming.facts.format,
        bytes=original.size,
        width=incoming.facts.width or None,
        height=incoming.facts.height or None,
        generated={} if incoming.generated else None,
    )
    enqueue(kind=JobKind.RENDER, subject=artwork.pk, owner_id=artwork.owner_id, queue=Queue.IO)
    publish(artwork.owner_id, EventKind.ARTWORK_CREATED, [artwork.pk])
    return artwork


def _bring_back(artwork: Artwork) -> None:
    """Out of the trash, when it is there."""
    if artwork.deleted_at is None:
        return
    artwork.deleted_at = None
    artwork.save(update_fields=["deleted_at"])
    require_room(artwork.owner, 0)
    publish(artwork.owner_id, EventKind.ARTWORK_CREATED, [artwork.pk])


def _open(content: Content) -> BinaryIO:
    if isinstance(content, UUID):
        return cast(BinaryIO, chunks.reader(content, chunks.size(content) or 0))
    return content


def _store(incoming: _Incoming) -> Blob:
    content, kind = incoming.content, incoming.facts.content_type
    if isinstance(content, UUID):
        return blobs.adopt(content, incoming.measured, content_type=kind)
    return blobs.store(content, content_type=kind, measured=incoming.measured)
