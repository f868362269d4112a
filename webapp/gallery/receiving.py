"""Keep the bytes of resumable uploads as they come, and accept the picture with the last one.

Every piece is committed together with the new offset, so that neither a cut connection nor a dead
server costs more than a piece. Two senders cannot mix: a piece is kept only where the offset still
is what its sender believes. A sender whose connection silently died is simply overtaken.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalogue import chunks
from webapp.catalogue.chunks import Readable
from webapp.catalogue.garbage import drop_uploads
from webapp.catalogue.models import Upload
from webapp.catalogue.services import lock_library, require_room
from webapp.catalogue.validation import check_size
from webapp.common.errors import ApplicationError, Conflict, NotFound
from webapp.gallery.services import accept_upload, limits
from webapp.gallery.tus import Checksum, ChecksumMismatch, Metadata

PIECE = 16 * chunks.CHUNK
PIECE_SECONDS = 2.0  # a slow sender loses at most what it sent in this time
READ = 64 * 1024
RESERVED = timedelta(hours=1)  # how long a silent upload keeps its place in the quota


class Gone(ApplicationError):
    """The program must begin a new upload."""

    status = 410
    code = "expired"


class Locked(ApplicationError):
    """The program may try again in a moment."""

    status = 423
    code = "locked"


class OffsetMismatch(Conflict):
    """The program must ask for the offset and go on from there."""

    code = "offset_mismatch"


@transaction.atomic
def begin(owner: User, *, length: int, metadata: Metadata) -> Upload:
    """A new upload. Raises RefusedImage for a hopeless length, OverQuota when it cannot fit."""
    check_size(length, limits())
    lock_library(owner)
    require_room(owner, length + _reserved(owner))
    return Upload.objects.create(
        owner=owner,
        length=length,
        filename=metadata.filename,
        title=metadata.title,
        medium=metadata.medium,
        sha256=metadata.sha256,
        expires_at=_expiry(),
    )


def find(owner: User, upload_id: UUID) -> Upload:
    """An upload as far as it is. Raises NotFound, or Gone when it expired."""
    return _alive(Upload.objects.filter(owner=owner, pk=upload_id).first())


def receive(upload: Upload, body: Readable, *, offset: int, checksum: Checksum | None) -> Upload:
    """Keep what arrives of `body` from `offset` on; with the last byte, accept the picture.

    Raises OffsetMismatch, Locked, Gone, ChecksumMismatch, or why the picture was refused; then
    the upload is gone.
    """
    _require_offset(upload, offset)
    pieces = _pieces(body, upload.length - offset)
    if checksum is not None:
        pieces = _verified(pieces, checksum)
    for piece in pieces:
        upload, refusal = _keep(upload, piece)
        if refusal is not None:
            raise refusal
    return upload


@transaction.atomic
def discard(owner: User, upload_id: UUID) -> None:
    """End an upload and forget its bytes; an artwork it became stays."""
    drop_uploads([_lock(owner.pk, upload_id)])


@transaction.atomic
def _keep(upload: Upload, piece: bytes) -> tuple[Upload, ApplicationError | None]:
    """Commit one piece. A refused picture is no error here: its upload must stay deleted."""
    current = _lock(upload.owner_id, upload.pk)
    _require_offset(current, upload.offset)
    chunks.append(current.content, current.offset, piece)
    current.offset += len(piece)
    current.expires_at = _expiry()
    current.save(update_fields=["offset", "expires_at"])
    refusal = _accept(current) if current.offset == current.length else None
    return current, refusal


def _accept(upload: Upload) -> ApplicationError | None:
    try:
        accepted = accept_upload(
            owner=upload.owner,
            content=upload.content,
            filename=upload.filename,
            medium=upload.medium,
            title=upload.title,
            sha256=upload.sha256,
        )
    except ApplicationError as refusal:
        drop_uploads([upload])
        return refusal
    upload.artwork, upload.duplicate = accepted.artwork, accepted.duplicate
    upload.save(update_fields=["artwork", "duplicate"])
    return None


def _lock(owner_id: int, upload_id: UUID) -> Upload:
    """The row, locked. Raises Locked at once when somebody else is at it."""
    mine = Upload.objects.filter(owner=owner_id, pk=upload_id)
    locked = mine.select_for_update(skip_locked=True, of=("self",)).select_related("owner").first()
    if locked is None and mine.exists():
        raise Locked("Another request is writing to this upload.")
    return _alive(locked)


def _alive(upload: Upload | None) -> Upload:
    if upload is None:
        raise NotFound
    if upload.expires_at <= timezone.now():
        raise Gone("This upload has expired; begin a new one.")
    return upload


def _require_offset(upload: Upload, offset: int) -> None:
    if upload.offset != offset:
        raise OffsetMismatch(f"The upload is at {upload.offset}, not at {offset}.")


def _pieces(body: Readable, remaining: int) -> Iterator[bytes]:
    """What arrives, in pieces; a cut connection ends it, keeping what came before."""
    gathered, began = bytearray(), time.monotonic()
    while remaining and (data := _read(body, min(READ, remaining))):
        remaining -= len(data)
        gathered += data
        if len(gathered) >= PIECE or time.monotonic() - began > PIECE_SECONDS:
            yield bytes(gathered)
            gathered, began = bytearray(), time.monotonic()
    if gathered:
        yield bytes(gathered)


def _read(body: Readable, size: int) -> bytes:
    try:
        return body.read(size)
    except OSError:  # the connection is gone (Django's UnreadablePostError is one)
        return b""


def _verified(pieces: Iterator[bytes], checksum: Checksum) -> Iterator[bytes]:
    """The pieces again, once all of them add up; nothing of a body that does not is kept."""
    hasher = checksum.hasher()
    with TemporaryFile() as spool:
        for piece in pieces:
            hasher.update(piece)
            spool.write(piece)
        if hasher.digest() != checksum.digest:
            raise ChecksumMismatch("The bytes do not add up to Upload-Checksum.")
        spool.seek(0)
        while piece := spool.read(PIECE):
            yield piece


def _reserved(owner: User) -> int:
    """Bytes promised to uploads that are on their way."""
    unfinished = Upload.objects.filter(
        owner=owner, artwork=None, expires_at__gt=_expiry() - RESERVED
    )
    promised: int = unfinished.aggregate(bytes=Sum("length", default=0))["bytes"]
    return promised


def _expiry() -> datetime:
    return timezone.now() + timedelta(hours=settings.UPLOAD_EXPIRY_HOURS)
