"""Nonsense in bodies, headers and cookies is refused with a reason, never with a server error."""

import json

import pytest
from django.test import Client

from tests.people import bearer, person
from webapp.common.parsers import MAX_JSON

pytestmark = pytest.mark.django_db


@pytest.fixture
def headers() -> dict[str, str]:
    return bearer(person("owner@example.org"))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("[" * 100_000, 400, "parse_error"),
        (b'{"title": "\xff"}', 400, "parse_error"),
        ("[]", 400, "invalid"),
        ('{"title": "a\\u0000b"}', 400, "invalid"),
        ('{"title": "\\ud800"}', 400, "parse_error"),
        (json.dumps({"title": "x" * MAX_JSON}), 413, "too_large"),
    ],
)
def test_a_hopeless_body_is_refused(
    client: Client, headers: dict[str, str], body: str | bytes, status: int, code: str
) -> None:
    answer = client.post("/api/v1/albums", body, "application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_half_a_character_that_a_refusal_would_repeat(
    client: Client, headers: dict[str, str]
) -> None:
    body = '{"action": "\\ud800", "ids": []}'
    answer = client.post("/api/v1/artworks/bulk", body, "application/json", headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["hex", "zlib", "rot13", "no-such-thing"])
def test_an_unknown_charset_does_no_harm(
    client: Client, headers: dict[str, str], charset: str
) -> None:
    kind = f"application/json; charset={charset}"
    answer = client.generic("POST", "/api/v1/albums", b"\x00\xff", kind, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"Upload-Metadata": "filename \xe9\xe9"}, {"Upload-Checksum": "sha1 \xe9\xe9"}]
)
def test_upload_headers_outside_ascii_are_refused(
    client: Client, headers: dict[str, str], wrong: dict[str, str]
) -> None:
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "4"}
    answer = client.post("/api/v1/uploads", headers={**headers, **tus, **wrong})
    assert answer.status_code == 400


@pytest.mark.parametrize("key", [r'"\000aaaaaaaaaaaaaaaa"', "short", "x" * 5000, "ä" * 32])
def test_a_session_cookie_of_nonsense_is_no_session(client: Client, key: str) -> None:
    person("owner@example.org")
    answer = client.get("/", headers={"cookie": f"sessionid={key}"})
    assert answer.headers["location"].startswith("/accounts/login/")
