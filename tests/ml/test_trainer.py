"""The container that trains once: the command of compose, and the status it stops with."""

import io
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import torch
import yaml

from ml.cli.__main__ import main
from ml.data.archives import ArchiveError, Limits, unpack
from tests.ml.fits import SMALL
from tests.ml.panels import write_csv, write_oasis
from tests.product import ROOT

QUICK = replace(SMALL, head_epochs=1, all_epochs=1, cached_views=1)


@dataclass(frozen=True)
class Place:
    """A folder that is served, and what the container would have mounted."""

    root: Path
    port: int

    @property
    def artefacts(self) -> Path:
        return self.root / "artefacts"

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    def serve(self, name: str, content: bytes) -> dict[str, str]:
        """Variables of compose that order this archive."""
        (self.root / "served" / name).write_bytes(content)
        return {"DATASET_URL": self.url(name), "DATASET_SHA256": sha256(content).hexdigest()}

    def run(self, more: tuple[str, ...] = ("--http-from-here",), **variables: str) -> int:
        """The command of the compose file with its variables filled in, as compose does it."""
        (self.root / "quick.json").write_text(QUICK.to_json())
        named = {
            "DATASET_KIND": "oasis", "TRAIN_RECIPE": str(self.root / "quick.json"),
            "TRAIN_DEVICE": "cpu", **variables,
        }  # fmt: skip
        service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["trainer"]
        python, *words = [_filled(word, named) for word in service["command"]]
        assert (python, words[:3]) == ("python", ["-m", "ml.cli", "trainer"])
        here = [re.sub(r"=/(\w+)", rf"={self.root}/\1", word) for word in words[2:]]
        return main(["--threads", "1", *_kept(here, words[2:]), *more])


def _filled(word: str, named: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda at: named.get(at[1]) or at[2], word)


def _kept(here: list[str], words: list[str]) -> list[str]:
    """The mounted folders lie elsewhere here; what a variable says stays as it is."""
    mounted = ("--folder", "--store", "--cache", "--out")
    return [new if new.startswith(mounted) else old for new, old in zip(here, words, strict=True)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    torch.set_num_threads(1)
    (tmp_path / "served").mkdir()
    (tmp_path / "dataset").mkdir()
    with _server(partial(_Quiet, directory=str(tmp_path / "served"))) as server:
        yield Place(tmp_path, server.server_port)
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


def _server(handler: Callable[..., BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def _tar(folder: Path) -> bytes:
    """Everything below one folder, as people pack it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, arcname="oasis-1.0")
    return packed.getvalue()


def test_a_data_set_is_fetched_checked_and_trained_on_and_fetched_no_second_time(
    place: Place,
) -> None:
    order = place.serve("set.tar.gz", _tar(write_oasis(place.root / "oasis", count=60)))
    assert place.run(**order) == 0
    made = {path.name for path in place.artefacts.iterdir()}
    assert {"weights.safetensors", "card.json", "recipe.json", "loss.svg"} <= made
    (place.root / "served" / "set.tar.gz").unlink()
    assert place.run(**order) == 0
    assert not list((place.root / "datasets").glob(".*"))


def test_a_mounted_folder_is_as_good(place: Place) -> None:
    (place.root / "dataset").rmdir()
    write_oasis(place.root / "dataset", count=60)
    more = ("--backbones", "tiny", "--version", "own")
    assert place.run(more, TRAIN_RECIPE="head") == 0
    assert {path.name for path in place.artefacts.iterdir()} == {"own.safetensors", "own.json"}


def test_other_bytes_than_were_ordered_are_refused_and_not_kept(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    order = place.serve("set.tar.gz", _tar(write_oasis(place.root / "oasis", count=12)))
    assert place.run(**{**order, "DATASET_SHA256": "0" * 64}) == 3
    assert "not 0000" in capsys.readouterr().err
    assert not list((place.root / "datasets").iterdir())
    assert not place.artefacts.exists()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["nothing.png,1,2,3"], "no voted pictures"),
        ([], "no voted pictures"),
        ([f"{number}.png,5,5,5" for number in range(12)], "the same votes"),
    ],
)
def test_data_that_teaches_nothing_is_refused(
    place: Place, lines: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_oasis(place.root / "dataset" / "set", count=12)
    for number, path in enumerate(sorted((data / "images").iterdir())):
        path.rename(data / "images" / f"{number}.png")
    write_csv(data, "file,n1,n2,n3", lines)
    assert place.run(DATASET_KIND="csv", DATASET_PATH="set") == 3
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "variables", "words"),
    [
        ((), {"DATASET_URL": "http://127.0.0.1/set.zip", "DATASET_SHA256": "0" * 64}, "https"),
        (
            ("--http-from-here",),
            {"DATASET_URL": "http://example.org/set.zip", "DATASET_SHA256": "0" * 64},
            "https",
        ),
        ((), {"DATASET_URL": "file:///etc/passwd", "DATASET_SHA256": "0" * 64}, "https"),
        ((), {"DATASET_URL": "https://example.org/set.zip"}, "sha256"),
        ((), {"DATASET_SHA256": "0" * 64}, "name a data set"),
        (("--http-from-here",), {"DATASET_PATH": "../.."}, "name a data set"),
    ],
)
def test_orders_that_make_no_sense_are_no_fault_of_the_data(
    place: Place,
    more: tuple[str, ...],
    variables: dict[str, str],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert place.run(more, **variables) == 2
    assert words in capsys.readouterr().err


def test_a_sender_that_leads_elsewhere_or_breaks_off_ends_with_another_status(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    class Sender(_Quiet):
        def do_GET(self) -> None:
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", "http://example.org/set.zip")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"few")

    with _server(Sender) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        for path, words in (("/away", "https"), ("/cut", "broke off")):
            order = {"DATASET_URL": address + path, "DATASET_SHA256": "0" * 64}
            assert place.run(**order) == 2
            assert words in capsys.readouterr().err
        server.shutdown()


def _zip_with(name: str, *, mode: int = 0) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, "content")
    return packed.getvalue()


def _tar_with(name: str, kind: bytes = tarfile.REGTYPE) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, "/etc/passwd", 4
        archive.addfile(info, io.BytesIO(b"here"))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_zip_with("../out.txt"), "leads out"),
        (_zip_with("/etc/out.txt"), "leads out"),
        (_zip_with("link", mode=0o120777), "link or a device"),
        (_tar_with("../out.txt"), "leads out"),
        (_tar_with("link", tarfile.SYMTYPE), "link or a device"),
        (_tar_with("link", tarfile.LNKTYPE), "link or a device"),
        (_tar_with("null", tarfile.CHRTYPE), "link or a device"),
        (b"no archive at all", "no intact archive"),
        (_zip_with("large")[:-9], "no intact archive"),
    ],
)
def test_an_archive_writes_plain_files_below_its_folder_and_nothing_else(
    content: bytes, words: str, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    archive.write_bytes(content)
    with pytest.raises(ArchiveError, match=words):
        unpack(archive, tmp_path / "deep" / "folder", Limits(1000))
    assert not list(tmp_path.rglob("out.txt"))


def test_what_comes_out_of_an_archive_is_counted_and_not_believed(tmp_path: Path) -> None:
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("one", "two"):
            packed.writestr(name, bytes(600))
    with pytest.raises(ArchiveError, match="larger than allowed"):
        unpack(archive, tmp_path / "small", Limits(1000))
    with pytest.raises(ArchiveError, match="more than 1 files"):
        unpack(archive, tmp_path / "few", Limits(10_000, most_files=1))
