"""The Postgres storage behaves like a file storage, and reads only what is asked for."""

import io
import itertools
import random
from uuid import uuid4

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from webapp.catalogue import chunks
from webapp.catalogue.chunks import CHUNK, MissingBytesError
from webapp.catalogue.models import BlobChunk
from webapp.catalogue.storage import PostgresStorage

pytestmark = pytest.mark.django_db

SIZES = (1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7)


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def saved(data: bytes) -> str:
    return PostgresStorage().save(str(uuid4()), ContentFile(data))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_saved_is_read_back(size: int) -> None:
    name = saved(noise(size))
    assert PostgresStorage().size(name) == size
    with PostgresStorage().open(name) as file:
        assert file.read() == noise(size)


def test_chunks_are_full_except_the_last() -> None:
    saved(noise(2 * CHUNK + 3))
    lengths = [len(each.data) for each in BlobChunk.objects.order_by("index")]
    assert lengths == [CHUNK, CHUNK, 3]


def test_a_source_that_reads_in_dribbles_still_fills_its_chunks() -> None:
    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 100_001))

    content = uuid4()
    chunks.write(content, Dribble(noise(2 * CHUNK + 3)))
    assert [len(each.data) for each in BlobChunk.objects.order_by("index")] == [CHUNK, CHUNK, 3]
    assert b"".join(chunks.stream(content, 0, 2 * CHUNK + 3)) == noise(2 * CHUNK + 3)


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 1), (CHUNK - 1, CHUNK + 1), (CHUNK, 2 * CHUNK), (3 * CHUNK + 9, 6 * CHUNK), (5, 5)],
)
def test_ranges_are_exact(start: int, stop: int) -> None:
    content = uuid4()
    chunks.write(content, io.BytesIO(noise(6 * CHUNK)))
    assert b"".join(chunks.stream(content, start, stop)) == noise(6 * CHUNK)[start:stop]


def test_seeking_reads_anywhere_and_a_header_costs_one_query() -> None:
    name, data = saved(noise(4 * CHUNK + 9)), noise(4 * CHUNK + 9)
    with PostgresStorage().open(name) as file:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert file.read(10) == data[:10]
            file.seek(5000)
            assert file.read(100) == data[5000:5100]
        assert len(asked) <= 1
        assert file.seek(-9, io.SEEK_END) == 4 * CHUNK
        assert file.read() == data[-9:]
        file.seek(CHUNK - 5)
        assert file.read(2 * CHUNK) == data[CHUNK - 5 : 3 * CHUNK - 5]
        assert file.tell() == 3 * CHUNK - 5
        with pytest.raises(ValueError, match="negative"):
            file.seek(-1)


def test_missing_files_are_said_to_be_missing() -> None:
    storage, name = PostgresStorage(), str(uuid4())
    assert not storage.exists(name)
    storage.delete(name)
    with pytest.raises(FileNotFoundError):
        storage.open(name)
    with pytest.raises(ValueError, match="only read"):
        storage.open(saved(b"x"), "wb")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a.jpg", ""])
def test_only_contents_have_names(name: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        PostgresStorage().exists(name)


def test_deleted_files_leave_no_chunk() -> None:
    kept, gone = saved(noise(CHUNK)), saved(noise(CHUNK + 1))
    PostgresStorage().delete(gone)
    assert not PostgresStorage().exists(gone)
    assert PostgresStorage().exists(kept)
    assert BlobChunk.objects.count() == 1


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_lost_chunks_are_an_error_and_never_a_short_file(lost: int) -> None:
    content = uuid4()
    chunks.write(content, io.BytesIO(noise(3 * CHUNK)))
    BlobChunk.objects.filter(content=content, index=lost).delete()
    with pytest.raises(MissingBytesError):
        b"".join(chunks.stream(content, 0, 3 * CHUNK))


def test_appending_continues_a_partial_chunk() -> None:
    content, data = uuid4(), noise(3 * CHUNK)
    cuts = (0, 10, CHUNK - 1, CHUNK, CHUNK + 5, 3 * CHUNK)
    for start, stop in itertools.pairwise(cuts):
        chunks.append(content, start, data[start:stop])
    assert b"".join(chunks.stream(content, 0, len(data))) == data
    assert BlobChunk.objects.filter(content=content).count() == 3


def test_appending_anywhere_but_at_the_end_is_refused() -> None:
    content = uuid4()
    chunks.append(content, 0, b"12345")
    with pytest.raises(MissingBytesError):
        chunks.append(content, 3, b"x")


def test_a_failing_source_leaves_nothing_and_its_own_error() -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 2 * CHUNK:
                raise ConnectionResetError("the client went away")
            return super().read(size)

    with pytest.raises(ConnectionResetError, match="went away"), transaction.atomic():
        chunks.write(uuid4(), Cut(noise(4 * CHUNK)))
    assert not BlobChunk.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_a_save_is_all_or_nothing_too() -> None:
    name = saved(noise(CHUNK + 1))
    assert PostgresStorage().size(name) == CHUNK + 1


def test_chunks_are_neither_compressed_nor_kept_in_line() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstorage FROM pg_attribute"
            " WHERE attrelid = 'catalogue_blobchunk'::regclass AND attname = 'data'"
        )
        assert cursor.fetchone()[0] in ("e", b"e")
