"""Blobs are stored once, survive races, live in any storage, and vanish when nobody needs them."""

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone

from tests.people import person
from webapp.catalogue import blobs, chunks
from webapp.catalogue.garbage import GRACE, Collected
from webapp.catalogue.models import Artwork, Blob, BlobChunk, Upload

pytestmark = pytest.mark.django_db
in_transactions = pytest.mark.django_db(transaction=True)


def aged(blob: Blob) -> Blob:
    Blob.objects.filter(pk=blob.pk).update(created_at=timezone.now() - GRACE * 2)
    return blob


def artwork_of(blob: Blob) -> Artwork:
    owner = person(f"{uuid4()}@example.org")
    return Artwork.objects.create(owner=owner, original=blob, format="JPEG", bytes=blob.size)


def staged(data: bytes) -> Any:
    content = uuid4()
    chunks.write(content, io.BytesIO(data))
    return content


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Run all at once, each with its own connection; returns what they raised."""
    barrier, raised = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_blob_knows_its_bytes() -> None:
    blob = blobs.store(b"picture", content_type="image/jpeg")
    assert (blob.sha256, blob.size) == (sha256(b"picture").hexdigest(), 7)
    assert blob.content_type == "image/jpeg"
    assert blobs.read(blob) == b"picture"
    assert blobs.open_blob(blob).read(3) == b"pic"
    assert b"".join(blobs.stream(blob, 2, 5)) == b"ctu"


def test_the_same_bytes_are_one_blob_from_memory_and_from_a_file() -> None:
    first = blobs.store(b"picture", content_type="image/jpeg")
    file = io.BytesIO(b"picture")
    file.seek(3)
    assert blobs.store(file, content_type="image/jpeg") == first
    assert BlobChunk.objects.count() == 1


@in_transactions
def test_the_same_bytes_at_once_are_one_blob_without_orphans() -> None:
    data = bytes(range(256)) * 4096
    store = lambda: blobs.store(data, content_type="image/jpeg")  # noqa: E731
    assert together(*[store] * 6) == []
    blob = Blob.objects.get()
    assert blobs.read(blob) == data
    assert set(BlobChunk.objects.values_list("content", flat=True)) == {blob.content}


def test_adopted_chunks_become_the_blob_without_a_copy() -> None:
    content = staged(b"picture")
    measured = blobs.measure(chunks.reader(content, 7))
    blob = blobs.adopt(content, measured, content_type="image/png")
    assert (blob.content, blobs.read(blob)) == (content, b"picture")
    assert BlobChunk.objects.count() == 1


def test_adopting_known_bytes_drops_the_chunks() -> None:
    known = blobs.store(b"picture", content_type="image/png")
    content = staged(b"picture")
    measured = blobs.measure(chunks.reader(content, 7))
    assert blobs.adopt(content, measured, content_type="image/png") == known
    assert set(BlobChunk.objects.values_list("content", flat=True)) == {known.content}


@pytest.fixture
def elsewhere(settings: Any) -> Any:
    """Another storage, chosen by the setting that chooses S3."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "blobs": memory}
    return storages["blobs"]


def test_another_storage_by_one_setting(elsewhere: Any) -> None:
    blob = blobs.store(b"picture" * 1000, content_type="image/jpeg")
    assert blobs.store(b"picture" * 1000, content_type="image/jpeg") == blob
    assert elsewhere.listdir("")[1] == [str(blob.content)]
    assert b"".join(blobs.stream(blob, 7, 21)) == b"picture" * 2
    assert blobs.open_blob(blob).read() == b"picture" * 1000
    assert not BlobChunk.objects.exists()


def test_uploads_are_staged_in_postgres_and_move_to_the_other_storage(elsewhere: Any) -> None:
    content = staged(b"picture")
    measured = blobs.measure(chunks.reader(content, 7))
    blob = blobs.adopt(content, measured, content_type="image/jpeg")
    assert blobs.read(blob) == b"picture"
    assert elsewhere.exists(str(blob.content))
    assert not BlobChunk.objects.exists()


@in_transactions
def test_the_other_storage_is_cleared_of_unused_and_of_stray_files(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = aged(blobs.store(b"used", content_type="image/jpeg"))
    artwork_of(used)
    aged(blobs.store(b"unused", content_type="image/jpeg"))
    elsewhere.save(str(uuid4()), io.BytesIO(b"its transaction was rolled back"))
    elsewhere.save("someone-elses.txt", io.BytesIO(b"not ours"))
    assert blobs.collect_garbage() == Collected(uploads=0, blobs=1, contents=0), "within grace"
    later = timezone.now() + GRACE * 2
    monkeypatch.setattr("webapp.catalogue.garbage.timezone.now", lambda: later)
    assert blobs.collect_garbage() == Collected(uploads=0, blobs=0, contents=1)
    assert sorted(elsewhere.listdir("")[1]) == sorted([str(used.content), "someone-elses.txt"])


@in_transactions
def test_unused_blobs_go_after_the_grace_and_used_ones_stay() -> None:
    fresh = blobs.store(b"fresh", content_type="image/jpeg")
    used = aged(blobs.store(b"used", content_type="image/jpeg"))
    artwork_of(used)
    shown = aged(blobs.store(b"shown", content_type="image/webp"))
    artwork = artwork_of(fresh)
    artwork.renditions.create(size="small", format="webp", width=1, height=1, blob=shown)
    aged(blobs.store(b"unused", content_type="image/jpeg"))
    assert blobs.collect_garbage() == Collected(uploads=0, blobs=1, contents=0)
    assert set(Blob.objects.all()) == {fresh, used, shown}
    assert blobs.collect_garbage() == Collected(0, 0, 0)
    assert {blobs.read(each) for each in (fresh, used, shown)} == {b"fresh", b"used", b"shown"}


def test_storing_again_saves_an_old_blob_from_collection() -> None:
    blob = aged(blobs.store(b"picture", content_type="image/jpeg"))
    blobs.store(b"picture", content_type="image/jpeg")
    assert blobs.collect_garbage().blobs == 0
    assert blobs.read(blob) == b"picture"


@in_transactions
def test_a_blob_that_is_being_stored_again_is_not_collected_under_the_storer() -> None:
    aged(blobs.store(b"picture", content_type="image/jpeg"))
    stored, collected = threading.Event(), threading.Event()

    def store_again() -> None:
        with transaction.atomic():
            blob = blobs.store(b"picture", content_type="image/jpeg")
            stored.set()
            collected.wait(10)
            artwork_of(blob)

    def collect() -> None:
        stored.wait(10)
        try:
            assert blobs.collect_garbage() == Collected(0, 0, 0)
        finally:
            collected.set()

    assert together(store_again, collect) == []
    assert blobs.read(Artwork.objects.get().original) == b"picture"


@in_transactions
def test_collecting_and_storing_the_same_bytes_at_once_never_loses_them() -> None:
    for round_ in range(8):
        data = f"picture {round_}".encode()
        aged(blobs.store(data, content_type="image/jpeg"))

        def store(data: bytes = data) -> None:
            with transaction.atomic():
                artwork_of(blobs.store(data, content_type="image/jpeg"))

        assert together(store, blobs.collect_garbage) == []
        assert blobs.read(Blob.objects.get(sha256=sha256(data).hexdigest())) == data


def test_chunks_without_a_name_are_collected() -> None:
    staged(b"left behind")
    blob = blobs.store(b"picture", content_type="image/jpeg")
    assert blobs.collect_garbage() == Collected(uploads=0, blobs=0, contents=1)
    assert list(BlobChunk.objects.values_list("content", flat=True)) == [blob.content]


def test_expired_uploads_go_with_their_bytes_and_live_ones_stay() -> None:
    owner = person("owner@example.org")
    past, future = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)
    kept = Upload.objects.create(
        owner=owner, length=9, offset=4, content=staged(b"half"), expires_at=future
    )
    Upload.objects.create(owner=owner, length=9, offset=4, content=staged(b"gone"), expires_at=past)
    blob = blobs.store(b"finished", content_type="image/jpeg")
    Upload.objects.create(
        owner=owner, length=8, offset=8, content=blob.content, artwork=artwork_of(blob),
        expires_at=past,
    )  # fmt: skip
    assert blobs.collect_garbage() == Collected(uploads=2, blobs=0, contents=0)
    assert Upload.objects.get() == kept
    assert b"".join(chunks.stream(kept.content, 0, 4)) == b"half"
    assert blobs.read(blob) == b"finished"
