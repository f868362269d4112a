"""Data that migrations of the catalogue carry over."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrated(name: str) -> Any:
    """The apps as of a migration of the catalogue, with the database brought there."""
    executor = MigrationExecutor(connection)
    executor.migrate([("catalogue", name)])
    return executor.loader.project_state([("catalogue", name)]).apps


@pytest.mark.django_db
def test_artworks_learn_the_bytes_of_their_originals() -> None:
    with connection.cursor() as cursor:  # an empty place, which is gone with the transaction
        cursor.execute("CREATE SCHEMA young; SET LOCAL search_path TO young")
    before = migrated("0001_initial")
    owner = before.get_model("accounts", "User").objects.create(email="owner@example.org")
    for sha256, size in (("a" * 64, 70), ("b" * 64, 5_000_000_000)):
        blob = before.get_model("catalogue", "Blob").objects.create(sha256=sha256, size=size)
        before.get_model("catalogue", "Artwork").objects.create(owner=owner, original=blob)
    with connection.cursor() as cursor:  # a table with checks to come cannot be altered
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    after = migrated("0002_artwork_bytes")
    artworks = after.get_model("catalogue", "Artwork").objects
    assert set(artworks.values_list("original", "bytes")) == {
        ("a" * 64, 70),
        ("b" * 64, 5_000_000_000),
    }
