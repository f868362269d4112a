"""A Django storage whose files are rows; the name of a file is its content's UUID.

Takes part in the caller's transaction. Another storage takes its place by the `blobs` entry of
STORAGES (S3 by BLOB_STORAGE=s3); nothing but `webapp.catalogue.blobs` knows the difference.
"""

from uuid import UUID

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.utils.deconstruct import deconstructible

from webapp.catalogue import chunks


def blob_storage() -> Storage:
    """Where the bytes of blobs are; chosen by STORAGES."""
    return storages["blobs"]


def in_postgres() -> bool:
    """Whether blobs are chunks: they can be adopted in place and are transactional."""
    return isinstance(blob_storage(), PostgresStorage)


@deconstructible
class PostgresStorage(Storage):
    """Files in 256 KiB chunks: written once, read in ranges, never rewritten."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: UUIDs do not collide."""
        return name

    def exists(self, name: str) -> bool:
        """Whether there is at least one byte."""
        return chunks.size(_content(name)) is not None

    def size(self, name: str) -> int:
        """Length in bytes. Raises FileNotFoundError."""
        size = chunks.size(_content(name))
        if size is None:
            raise FileNotFoundError(name)
        return size

    def delete(self, name: str) -> None:
        """Remove the file; a missing one is no error."""
        chunks.delete([_content(name)])

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError(f"files here are only read, not opened with {mode!r}")
        return File(chunks.reader(_content(name), self.size(name)), name)

    def _save(self, name: str, content: "File[bytes]") -> str:
        if content.seekable():
            content.seek(0)
        chunks.write(_content(name), content)
        return name


def _content(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        raise SuspiciousFileOperation(f"{name!r} is not the name of a content") from None
