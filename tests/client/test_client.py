"""The folder client against a server that answers as ours does."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from connoisseur_client.__main__ import main
from connoisseur_client.reports import stars
from connoisseur_client.server import Judgement, Server

SCORE = {
    "distribution": [0.0, 0.0, 0.1, 0.2, 0.3, 0.2, 0.1, 0.1, 0.0, 0.0],
    "mean": 5.3, "sd": 1.5, "interval": [4.9, 5.8], "model": "scorer-v1",
    "reference_percentile": 62.5,
}  # fmt: skip


def _answer(request: httpx.Request) -> httpx.Response:
    if request.headers["authorization"] != "Bearer good":
        return httpx.Response(401, json={"code": "bad_token", "detail": "unknown"})
    if request.method == "POST":
        if b"broken" in request.content:
            problem = {"code": "broken_image", "detail": "Cannot be read."}
            return httpx.Response(422, json=problem)
        return httpx.Response(201, json={"id": "1"})
    return httpx.Response(200, json={"state": "ready", "error_code": "", "score": SCORE})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    client = httpx.Client
    monkeypatch.setattr(
        httpx, "Client", lambda **k: client(**{**k, "transport": httpx.MockTransport(_answer)})
    )
    (tmp_path / "good.jpg").write_bytes(b"fine")
    (tmp_path / "=cmd.png").write_bytes(b"broken")
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


def _run(folder: Path, *more: str) -> int:
    return main([str(folder), "--url", "http://server", "--token", "good", *more])


def test_a_folder_becomes_a_csv_and_sidecars(folder: Path) -> None:
    assert _run(folder) == 1  # one file was refused
    rows = list(csv.DictReader((folder / "connoisseur.csv").open()))
    assert [row["file"] for row in rows] == ["good.jpg", "'=cmd.png"]
    assert float(rows[0]["mean"]) == 5.3 and float(rows[0]["p5"]) == 0.3
    assert rows[0]["reference_percentile"] == "62.5"
    assert rows[1]["reason"] == "broken_image: Cannot be read."
    sidecar = (folder / "good.jpg.xmp").read_text()
    assert 'xmp:Rating="3"' in sidecar and 'Model="scorer-v1"' in sidecar
    assert 'ReferencePercentile="62.5"' in sidecar
    assert not (folder / "=cmd.png.xmp").exists()


def test_a_place_that_no_card_gives_is_left_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCORE, "reference_percentile", None)
    _run(folder)
    rows = list(csv.DictReader((folder / "connoisseur.csv").open()))
    assert (rows[0]["reference_percentile"], rows[0]["model"]) == ("", "scorer-v1")
    sidecar = (folder / "good.jpg.xmp").read_text()
    assert "ReferencePercentile" not in sidecar
    assert ElementTree.fromstring(sidecar.encode()) is not None


def test_a_sidecar_that_exists_is_left_alone_unless_asked(folder: Path) -> None:
    (folder / "good.jpg.xmp").write_text("mine")
    _run(folder)
    assert (folder / "good.jpg.xmp").read_text() == "mine"
    _run(folder, "--overwrite")
    assert "connoisseur:Mean" in (folder / "good.jpg.xmp").read_text()


def test_a_page_of_a_proxy_costs_one_picture_and_not_the_folder(tmp_path: Path) -> None:
    def proxy(request: httpx.Request) -> httpx.Response:
        return httpx.Response(502, html="<h1>Bad gateway</h1>")

    picture = tmp_path / "a.jpg"
    picture.write_bytes(b"fine")
    with Server("http://server", "good", transport=httpx.MockTransport(proxy)) as server:
        sent = server.upload(picture, medium="photo")
    assert isinstance(sent, Judgement)
    assert sent.reason == "the server answered 502"


def test_a_bad_token_ends_the_run_with_a_sentence(folder: Path) -> None:
    with pytest.raises(SystemExit, match="did not do it"):
        main([str(folder), "--url", "http://server", "--token", "bad"])


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="No picture"):
        main([str(tmp_path), "--token", "good"])


def test_a_picture_that_never_settles_is_reported_as_judging(tmp_path: Path) -> None:
    def judging(request: httpx.Request) -> httpx.Response:
        body = json.dumps({"state": "judging", "error_code": "", "score": None})
        return httpx.Response(200, content=body)

    with Server("http://server", "good", transport=httpx.MockTransport(judging)) as server:
        assert server.judgement("1", tmp_path, patience_s=0).state == "judging"


@pytest.mark.parametrize(("mean", "expected"), [(1, 1), (3.25, 2), (5.5, 3), (7.75, 4), (10, 5)])
def test_stars_are_even(mean: float, expected: int) -> None:
    assert stars(mean) == expected
