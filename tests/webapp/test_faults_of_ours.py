"""What people and programs are told when it is not their fault."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.people import person
from webapp.common.rows import Statement
from webapp.gallery import selectors
from webapp.training.models import Snapshot

pytestmark = pytest.mark.django_db


def _fail(error: Exception) -> Any:
    def raising(*_: Any, **__: Any) -> None:
        raise error

    return raising


def gave_way(sqlstate: str) -> OperationalError:
    """As the database's driver and Django raise it together."""

    class FromTheDriver(Exception):
        pgcode = sqlstate

    error = OperationalError("deadlock detected")
    error.__cause__ = FromTheDriver()
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("server closed the connection"), 503, "unavailable"),
        (gave_way("40P01"), 503, "collided"),
        (gave_way("57014"), 503, "unavailable"),
        (ZeroDivisionError(), 500, "server_error"),
    ],
)
def test_programs_get_a_problem_document(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(person("owner@example.org"))
    monkeypatch.setattr(selectors, "page", _fail(error))
    answer = client.get("/api/v1/artworks")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in answer.headers) == (status == 503)


def test_people_get_a_page_that_needs_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(person("owner@example.org"))
    monkeypatch.setattr(selectors, "artwork_of", _fail(OperationalError("gone")))
    page = client.get("/artworks/00000000-0000-0000-0000-000000000000/")
    assert page.status_code == 503
    assert b"Back in a moment" in page.content


def test_hand_written_sql_reads_no_column_that_would_have_to_be_converted() -> None:
    with pytest.raises(TypeError, match=r"Snapshot\.spec"):
        Statement("SELECT {snapshot} FROM training_snapshot AS snapshot", snapshot=Snapshot)
