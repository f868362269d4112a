"""tus-js-client, which we did not write, against the web server as it runs in production.

It uploads, stops, resumes, and outlives a server that is killed in the middle.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from django.db import connection
from PIL import Image

from tests.images import encode, photo_file
from tests.people import bearer, person
from tests.product import answered
from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, BlobChunk, Upload
from webapp.embedded.processes import process_table

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
SIZE = 1300


class Server:
    """Granian with the product's own arguments, on the database of the tests."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        web = process_table(host="127.0.0.1", port=self.port, live_port=1)[0]
        program = Path(sys.executable).parent / web.command[0]
        database = urlsplit(os.environ["DATABASE_URL"])
        name = connection.settings_dict["NAME"]
        self.process = subprocess.Popen(
            [program, *web.command[1:]], cwd=ROOT, start_new_session=True,
            env={**os.environ, "DATABASE_URL": urlunsplit(database._replace(path=f"/{name}"))},
        )  # fmt: skip
        self._wait()

    def kill(self) -> None:
        """As the power does: its worker too."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _wait(self) -> None:
        while not answered(self.url):
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    """One for all tests; those that kill it start it again."""
    started = Server()
    yield started
    started.kill()


@pytest.fixture
def owner(transactional_db: None) -> User:
    return person("owner@example.org")


@pytest.fixture
def token(owner: User) -> str:
    return bearer(owner)["authorization"].removeprefix("Bearer ")


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five megabytes: more than one piece, and many chunks."""
    noise = Image.frombytes("RGB", (SIZE, SIZE), random.Random(1).randbytes(SIZE * SIZE * 3))
    path = tmp_path_factory.mktemp("pictures") / "noise.png"
    path.write_bytes(encode(noise, "PNG", compress_level=1))
    return path


class Node:
    """A running tus_client.mjs, line by line."""

    def __init__(self, server: Server, token: str, file: Path, **options: Any) -> None:
        asked = {"endpoint": f"{server.url}/api/v1/uploads", "token": token, "file": str(file)}
        self.process = subprocess.Popen(
            ["node", "tests/flows/tus_client.mjs", json.dumps({**asked, **options})],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.lines = (json.loads(line) for line in self.process.stdout)

    def until(self, word: str) -> dict[str, Any]:
        for said in self.lines:
            if word in said:
                return said
            assert "failed" not in said, said
        raise AssertionError(f"the client ended without saying {word}")

    def end(self) -> dict[str, Any]:
        *_, last = self.lines
        self.process.wait(60)
        return last


def original_of(artwork_id: str) -> bytes:
    return blobs.read(Artwork.objects.get(pk=artwork_id).original)


@pytest.mark.parametrize("early", [False, True])
def test_it_uploads_in_one_go(server: Server, token: str, picture: Path, early: bool) -> None:
    said = {"filename": "nöise.png", "medium": "painting", "title": "Noise"}
    said["sha256"] = sha256(picture.read_bytes()).hexdigest()
    end = Node(server, token, picture, metadata=said, early=early).end()
    assert end["done"], end
    assert end["requests"] == (1 if early else 2)
    artwork = Artwork.objects.get(pk=end["artwork"])
    assert (artwork.filename, artwork.medium, artwork.title) == ("nöise.png", "painting", "Noise")
    assert original_of(end["artwork"]) == picture.read_bytes()
    again = Node(server, token, picture, early=True).end()
    assert (again["artwork"], again["duplicate"]) == (end["artwork"], "1")


def test_it_resumes_what_another_run_left(server: Server, token: str, picture: Path) -> None:
    first = Node(server, token, picture, chunkSize=700_000, stopAfter=1_400_000)
    url = first.until("url")["url"]
    first.process.wait(60)
    assert Upload.objects.get().offset >= 1_400_000
    end = Node(server, token, picture, uploadUrl=url).end()
    assert end["done"], end
    assert end["requests"] == 2, "HEAD and one PATCH with the rest"
    assert original_of(end["artwork"]) == picture.read_bytes()


def test_it_outlives_a_server_that_is_killed(server: Server, token: str, picture: Path) -> None:
    client = Node(server, token, picture, chunkSize=400_000)
    client.until("sent")
    server.kill()
    server.start()
    end = client.end()
    assert end.get("done"), end
    assert original_of(end["artwork"]) == picture.read_bytes()
    assert Artwork.objects.count() == Upload.objects.count() == 1


def test_it_goes_on_from_what_arrived_before_the_server_was_killed_in_one_body(
    server: Server, token: str, picture: Path
) -> None:
    url = _begin(server, token, picture)
    half = _send_half(server, token, url, picture)
    _wait_for_offset(at_least=4 * 1024**2)
    server.kill()
    half.close()
    server.start()
    kept = Upload.objects.get().offset
    end = Node(server, token, picture, uploadUrl=f"{server.url}{url}").end()
    assert end["done"], end
    assert kept >= 4 * 1024**2
    assert original_of(end["artwork"]) == picture.read_bytes()


def test_a_cut_connection_keeps_what_arrived(server: Server, token: str, picture: Path) -> None:
    url = _begin(server, token, picture)
    _send_half(server, token, url, picture).close()
    kept = _wait_for_offset(at_least=len(picture.read_bytes()) - 200_000)
    assert kept == len(picture.read_bytes()) - 100_000, "every byte that was sent"
    end = Node(server, token, picture, uploadUrl=f"{server.url}{url}").end()
    assert end["done"], end
    assert original_of(end["artwork"]) == picture.read_bytes()


def test_a_body_of_unknown_length_is_read_to_its_end(
    server: Server, token: str, picture: Path
) -> None:
    data = picture.read_bytes()
    url = _begin(server, token, picture)
    parts = (data[at : at + 100_000] for at in range(0, len(data), 100_000))
    answer = httpx.patch(
        f"{server.url}{url}", content=parts, headers=_headers(token, offset=0), timeout=60
    )
    assert answer.status_code == 204, answer.text
    assert original_of(answer.headers["Artwork-Id"]) == data


def test_it_is_told_why_a_file_is_refused_and_does_not_insist(
    server: Server, token: str, tmp_path: Path
) -> None:
    bad = tmp_path / "cut.jpg"
    bad.write_bytes(photo_file()[:-200])
    end = Node(server, token, bad).end()
    assert (end["failed"], end["status"], end["requests"]) == (True, 400, 2)
    assert json.loads(end["body"])["code"] == "truncated"
    assert not Upload.objects.exists()
    assert not BlobChunk.objects.exists()


def _headers(token: str, *, offset: int) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
    }


def _begin(server: Server, token: str, picture: Path) -> str:
    length = {"Upload-Length": str(picture.stat().st_size)}
    answer = httpx.post(
        f"{server.url}/api/v1/uploads",
        headers={**_headers(token, offset=0), "Content-Type": "", **length},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def _send_half(server: Server, token: str, url: str, picture: Path) -> socket.socket:
    """All but the last 100,000 bytes of a PATCH; the connection stays open."""
    return _send_part(server, token, url, picture.read_bytes()[:-100_000], missing=100_000)


def _send_part(
    server: Server, token: str, url: str, part: bytes, *, missing: int = 1000
) -> socket.socket:
    """A PATCH that announces more bytes than it sends; the connection stays open."""
    length = {"Host": "127.0.0.1", "Content-Length": str(len(part) + missing)}
    headers = {**_headers(token, offset=0), **length}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    sock = socket.create_connection(("127.0.0.1", server.port))
    sock.sendall(f"PATCH {url} HTTP/1.1\r\n{head}\r\n".encode() + part)
    return sock


def _wait_for_offset(*, at_least: int) -> int:
    for _ in range(1200):
        offset = min(Upload.objects.values_list("offset", flat=True))
        if offset >= at_least:
            return offset
        time.sleep(0.05)
    raise AssertionError(f"only {offset} bytes were kept")
