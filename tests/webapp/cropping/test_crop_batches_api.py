"""Asking for batches of crops and listing them; tests/workers/test_crop_batches.py makes them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, batched, build, picture_of
from webapp.catalogue import curation
from webapp.catalogue.models import AlbumItem
from webapp.cropping import batches, progress

pytestmark = pytest.mark.django_db

SQUARE = {"aspect": "1:1", "width": 32}


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def owner(world: World) -> Client:
    return world.client("owner")


def refused(owner: Client, world: World, asked: dict) -> tuple[int, str]:
    address = f"/api/v1/albums/{world.album.pk}/crop-batches"
    answer = owner.post(address, asked, content_type="application/json")
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"sizes": []}, "invalid"),
        ({"sizes": [SQUARE] * 11}, "invalid"),
        ({"sizes": [SQUARE, SQUARE]}, "same_size"),
        ({"sizes": [SQUARE, {"aspect": "2:2", "width": 32}]}, "same_size"),
        ({"sizes": [{"aspect": "1:1", "width": 5000}]}, "bad_size"),
        ({"sizes": [{"aspect": "round", "width": 50}]}, "bad_aspect"),
        ({"sizes": [SQUARE], "format": "gif"}, "invalid"),
    ],
)
def test_what_nobody_can_be_cut_to_is_refused_by_name(owner, world, asked, code):
    assert refused(owner, world, asked) == (400, code)


def test_what_is_too_much_or_nothing_is_refused_by_name(owner, world, monkeypatch):
    monkeypatch.setattr(batches, "MOST_BATCHES", 1)
    assert refused(owner, world, {"sizes": [SQUARE]}) == (409, "too_many_batches")
    monkeypatch.undo()
    monkeypatch.setattr(batches, "MOST_FILES", 1)
    two = {"sizes": [SQUARE, {"aspect": "free", "width": 32}]}
    assert refused(owner, world, two) == (400, "too_many_files")
    AlbumItem.objects.all().delete()
    assert refused(owner, world, {"sizes": [SQUARE]}) == (409, "album_empty")


def test_a_list_of_batches_takes_as_many_queries_for_one_as_for_three(
    owner, world, django_assert_num_queries, monkeypatch
):
    address = f"/api/v1/crop-batches?album={world.album.pk}"
    with CaptureQueriesContext(connection) as one:
        owner.get(address)
        count = len(one)
    assert 0 < count < 12
    for title in ("one", "two"):
        batched(world.album, picture_of(world.owner, title=title))
    monkeypatch.setattr(progress, "MOST_TOLD", 1)
    with django_assert_num_queries(count):
        told = [len(batch["errors"]) for batch in owner.get(address).json()]
    assert told == [1, 1, 1], "none takes the room of another"


def test_batches_are_listed_by_album_and_outlive_it(owner, world):
    other = curation.create_album(world.owner, title="Other")
    assert owner.get(f"/api/v1/crop-batches?album={other.pk}").json() == []
    curation.delete_album(world.album)
    [batch] = owner.get("/api/v1/crop-batches").json()
    assert (batch["album"], batch["title"], batch["state"]) == (None, "Album", "done")
    assert (batch["done"], batch["failed"]) == (1, 1)
    assert [(each["title"], each["code"]) for each in batch["errors"]] == [
        ("thrown away", "picture_gone")
    ]
