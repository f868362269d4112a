"""Bytes known by what they are: store them once, read them in ranges, collect what nobody needs."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from webapp.catalogue import chunks
from webapp.catalogue.garbage import collect_garbage as collect_garbage
from webapp.catalogue.models import Blob
from webapp.catalogue.storage import blob_storage
from webapp.catalogue.storage import in_postgres as in_postgres


@dataclass(frozen=True, slots=True)
class Measured:
    """What a read of the bytes tells about them."""

    sha256: str
    size: int


def measure(file: BinaryIO) -> Measured:
    """Read a seekable file once, a chunk at a time, and leave it at its start."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(chunks.CHUNK):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    return Measured(digest.hexdigest(), size)


@transaction.atomic
def store(
    data: bytes | BinaryIO, *, content_type: str, measured: Measured | None = None
) -> Blob:  # fmt: skip
    """The blob of these bytes; they are written only when it did not exist.

    Safe against itself and `collect_garbage`: the row stays locked until the caller commits, and
    its `created_at` moves to now, which gives the caller the collector's grace to refer to it.
    """
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    measured = measured or measure(file)
    known = _touch(measured.sha256)
    if known is not None:
        return known
    content = uuid4()
    blob_storage().save(str(content), File(file, str(content)))
    blob = _register(content, measured, content_type)
    if blob.content != content:
        blob_storage().delete(str(content))  # somebody stored the same bytes meanwhile
    return blob


@transaction.atomic
def adopt(content: UUID, measured: Measured, *, content_type: str) -> Blob:
    """The blob of bytes that already lie in chunks; in Postgres they are not copied.

    Afterwards the chunks belong to the blob, or are gone when such a blob existed.
    """
    if not in_postgres():
        staged = cast(BinaryIO, chunks.reader(content, measured.size))
        blob = store(staged, content_type=content_type, measured=measured)
        chunks.delete([content])
        return blob
    blob = _touch(measured.sha256) or _register(content, measured, content_type)
    if blob.content != content:
        chunks.delete([content])
    return blob


def open_blob(blob: Blob) -> BinaryIO:
    """A seekable stream that fetches what is read."""
    if in_postgres():
        return cast(BinaryIO, chunks.reader(blob.content, blob.size))
    return cast(BinaryIO, blob_storage().open(str(blob.content)))


def read(blob: Blob) -> bytes:
    """All of it, in memory."""
    return b"".join(stream(blob))


def stream(blob: Blob, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` up to `stop` (the end by default) in small pieces.

    Raises MissingBytesError when the storage has fewer than the row says.
    """
    end = blob.size if stop is None else stop
    if in_postgres():
        yield from chunks.stream(blob.content, start, end)
        return
    with blob_storage().open(str(blob.content)) as file:
        file.seek(start)
        while start < end:
            piece = file.read(min(chunks.CHUNK, end - start))
            if not piece:
                raise chunks.MissingBytesError(f"content {blob.content} ends at {start}")
            start += len(piece)
            yield piece


def _touch(sha256: str) -> Blob | None:
    if not Blob.objects.filter(sha256=sha256).update(created_at=timezone.now()):
        return None
    return Blob.objects.get(sha256=sha256)


def _register(content: UUID, measured: Measured, content_type: str) -> Blob:
    """The row of these bytes, ours or the one that another transaction made first."""
    ours = Blob(
        sha256=measured.sha256, content=content, size=measured.size, content_type=content_type
    )
    Blob.objects.bulk_create(
        [ours], update_conflicts=True, unique_fields=["sha256"], update_fields=["created_at"]
    )
    return Blob.objects.get(sha256=measured.sha256)
