"""Slices are seen in pictures, votes and tags; flips are told by places among all pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.data.samples import VotedPicture
from ml.evaluation.flips import flips_of, percentiles
from ml.evaluation.gate_inputs import Mask
from ml.evaluation.slices import look_at, slices_of
from ml.marks.networks import MarksUnavailableError

COLOURS = {
    "night": (10, 12, 30),
    "fog": (180, 180, 180),
    "field": (90, 200, 60),
    "sea": (40, 120, 230),
    "sand": (230, 200, 120),
}
VOTED = np.array([3.0, 5.0, 8.0, 6.0, 4.0])
TAGS = {"night": ("photo",), "field": ("photo", "campaign:7"), "sea": ("painting",)}


@pytest.fixture
def pictures(tmp_path: Path) -> list[VotedPicture]:
    found = []
    for name, colour in COLOURS.items():
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (60, 40), colour).save(path)
        found.append(VotedPicture(name, path, (1.0,), tags=TAGS.get(name, ())))
    return found


def members(part: tuple[str, Mask]) -> list[str]:
    return [name for name, inside in zip(COLOURS, part[1], strict=True) if inside]


def test_dark_grey_tails_and_tags_each_have_their_pictures_and_looks_are_kept(
    pictures: list[VotedPicture], tmp_path: Path
) -> None:
    kept, votes = tmp_path / "looks.json", np.full(5, 25.0)
    titles = {"campaign:7": "Autumn", "set:ava": "AVA"}
    kept.write_bytes(b"cut off")
    parts = slices_of(pictures, VOTED, votes, titles=titles, kept=kept)
    for picture in pictures:
        picture.path.unlink()
    again = slices_of(pictures, VOTED, votes, titles=titles, kept=kept)
    assert [members(part) for part in again.values()] == [members(part) for part in parts.values()]
    assert {key: members(part) for key, part in parts.items()} == {
        "dark": ["night"],
        "monochrome": ["fog"],
        "lowest": ["night"],
        "highest": ["field"],
        "photo": ["night", "field"],
        "painting": ["sea"],
        "campaign:7": ["field"],
    }
    assert parts["campaign:7"][0] == "Autumn"


def test_few_votes_have_no_tails(pictures: list[VotedPicture]) -> None:
    """The extreme means of few votes are extreme by chance."""
    assert not {"lowest", "highest"} & set(slices_of(pictures, VOTED, np.full(5, 3.0), titles={}))


def test_looks_without_faces_are_not_kept(
    pictures: list[VotedPicture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise MarksUnavailableError("no network")

    monkeypatch.setattr("ml.evaluation.slices.compiled", missing)
    kept = tmp_path / "looks.json"
    assert "dark" in slices_of(pictures, VOTED, np.full(5, 3.0), titles={}, kept=kept)
    assert not kept.exists()


def test_without_the_network_no_face_is_claimed() -> None:
    assert look_at(Image.new("L", (300, 20), 128), None).face is None


def test_places_go_from_0_to_100_and_ties_share_theirs() -> None:
    assert percentiles(np.array([5.0, 1.0, 9.0])).tolist() == [50.0, 0.0, 100.0]
    assert percentiles(np.array([2.0, 2.0, 9.0])).tolist() == [25.0, 25.0, 100.0]


def test_what_moves_furthest_comes_first_with_votes_beside() -> None:
    before, after = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.1, 4.5, 3.2, 2.0])
    found = flips_of(
        ["a", "b", "c", "d"],
        ["train", "test", "test", "train"],
        before=before,
        after=after,
        voted=np.array([1.0, 5.0, 3.0, 2.0]),
        most=2,
    )
    assert [flip.artwork for flip in found] == ["b", "d"]
    assert found[0].before_percentile == pytest.approx(100 / 3)
    assert found[0].after_percentile == 100.0
    assert (found[0].voted, found[0].part) == (5.0, "test")
