"""Resumable uploads whose connection, server or sender fails, and several at once."""

import hashlib
import io
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.webapp.gallery.tus_sender import (
    PICTURE,
    Sender,
    big_picture,
    original_of,
    refusal,
)
from webapp.accounts.models import User
from webapp.catalogue.chunks import CHUNK
from webapp.catalogue.models import Artwork, Blob, BlobChunk, Upload
from webapp.gallery import receiving
from webapp.jobs.models import Job

pytestmark = pytest.mark.django_db


class CutBody(io.BytesIO):
    """A body whose connection breaks behind its bytes."""

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        if not found:
            raise ConnectionResetError("the client went away")
        return found


def test_what_arrived_before_the_cut_is_kept(sender: Sender, owner: User) -> None:
    data = big_picture()
    path = sender.create(len(data))["Location"]
    upload = Upload.objects.get()
    receiving.receive(upload, CutBody(data[:300_000]), offset=0, checksum=None)
    assert sender.head(path)["Upload-Offset"] == "300000"
    ended = sender.patch(path, 300_000, data[300_000:])
    assert original_of(ended["Artwork-Id"]) == data


def test_a_cut_body_with_a_checksum_is_not_kept(sender: Sender) -> None:
    sender.create(len(PICTURE))
    digest = hashlib.sha1(PICTURE).digest()
    checksum = receiving.Checksum("sha1", digest)
    with pytest.raises(receiving.ChecksumMismatch):
        receiving.receive(Upload.objects.get(), CutBody(PICTURE[:-1]), offset=0, checksum=checksum)
    assert Upload.objects.get().offset == 0


@pytest.mark.django_db(transaction=True)
def test_long_bodies_are_committed_while_they_come(sender: Sender) -> None:
    """Another connection sees the offset grow before the body has ended."""
    size = receiving.PIECE + 3 * CHUNK
    path = sender.create(size)["Location"]
    seen: list[str] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == receiving.PIECE + CHUNK:
                other = threading.Thread(target=look)
                other.start()
                other.join()
            return super().read(size)

    def look() -> None:
        seen.append(Sender(Client(), sender.headers).head(path)["Upload-Offset"])
        connection.close()

    receiving.receive(Upload.objects.get(), Watched(bytes(size - 1)), offset=0, checksum=None)
    assert seen == [str(receiving.PIECE)]


@pytest.mark.django_db(transaction=True)
def test_a_slow_body_is_committed_by_the_clock(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "PIECE_SECONDS", -1.0)
    monkeypatch.setattr(receiving, "READ", 100)
    sender.create(1000)
    offsets: list[int] = []

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            offsets.append(Upload.objects.get().offset)
            return super().read(size)

    receiving.receive(Upload.objects.get(), Slow(bytes(300)), offset=0, checksum=None)
    assert offsets == [0, 100, 200, 300]


@pytest.mark.django_db(transaction=True)
def test_a_locked_upload_is_not_waited_for(sender: Sender) -> None:
    path = sender.create(len(PICTURE))["Location"]
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Upload.objects.select_for_update().get()
            held.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        assert refusal(sender.patch(path, 0, PICTURE[:10])) == (423, "locked")
        assert refusal(sender.delete(path)) == (423, "locked")
        assert sender.head(path)["Upload-Offset"] == "0"
    finally:
        done.set()
        holder.join()
    assert sender.patch(path, 0, PICTURE[:10]).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_two_senders_of_one_upload_do_not_mix(sender: Sender) -> None:
    """A sender whose connection silently died is overtaken, and what it still brings is void."""
    data = big_picture()
    path = sender.create(len(data))["Location"]
    stale = Upload.objects.get()
    assert sender.patch(path, 0, data[:CHUNK]).status_code == 204
    with pytest.raises(receiving.OffsetMismatch):
        receiving.receive(stale, io.BytesIO(b"x" * 500), offset=0, checksum=None)
    ended = sender.patch(path, CHUNK, data[CHUNK:])
    assert original_of(ended["Artwork-Id"]) == data


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_in_two_uploads_at_once_is_one_artwork(owner: User) -> None:
    senders = [Sender.of(owner) for _ in range(4)]
    answers: list[Any] = []
    barrier = threading.Barrier(4)

    def run(each: Sender) -> None:
        barrier.wait()
        answers.append(each.upload(PICTURE))
        connection.close()

    threads = [threading.Thread(target=run, args=[each]) for each in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status_code for each in answers] == [201] * 4
    assert len({each["Artwork-Id"] for each in answers}) == 1
    assert sum("Artwork-Duplicate" in each for each in answers) == 3
    assert Artwork.objects.count() == Blob.objects.count() == Job.objects.count() == 1
    assert set(BlobChunk.objects.values_list("content", flat=True)) == {Blob.objects.get().content}


def test_when_the_end_fails_the_upload_can_go_on(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last piece and the artwork are one transaction: no upload is complete without one."""
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    with monkeypatch.context() as patched:
        patched.setattr("webapp.gallery.services.publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sender.patch(path, 10, PICTURE[10:])
    assert sender.head(path)["Upload-Offset"] == "10"
    assert not Artwork.objects.exists()
    ended = sender.patch(path, 10, PICTURE[10:])
    assert original_of(ended["Artwork-Id"]) == PICTURE
