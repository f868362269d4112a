"""What must not be cut through is found, and a machine without the networks still ranks crops."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ml.contracts.crops import Mark, MarkKind
from ml.marks import faces
from ml.marks.edges import suppressed
from ml.marks.finder import Finder, open_finder
from ml.marks.networks import MarksUnavailableError, PackagedNetwork, compiled
from ml.marks.subjects import find_subjects

FINDER_SIDE = 480


@pytest.fixture(scope="module")
def finder() -> Finder:
    return open_finder(threads=1)


def drawn_head(size: int) -> Image.Image:
    """A plain head: what the network takes for a face."""
    head = Image.new("RGB", (size, size), (90, 110, 130))
    draw = ImageDraw.Draw(head)

    def oval(x: float, y: float, wide: float, high: float, colour: tuple[int, int, int]) -> None:
        box = [(x - wide) * size, (y - high) * size, (x + wide) * size, (y + high) * size]
        draw.ellipse(box, fill=colour)

    oval(0.5, 0.45, 0.36, 0.4, (50, 35, 25))
    oval(0.5, 0.53, 0.3, 0.4, (215, 165, 135))
    for x in (0.38, 0.62):
        oval(x, 0.47, 0.065, 0.035, (245, 240, 235))
        oval(x, 0.47, 0.03, 0.033, (40, 30, 25))
        oval(x, 0.40, 0.09, 0.014, (60, 40, 30))
    oval(0.5, 0.6, 0.045, 0.035, (190, 135, 110))
    oval(0.5, 0.73, 0.11, 0.03, (160, 70, 70))
    return head


def scene(size: int = FINDER_SIDE) -> Image.Image:
    return Image.new("RGB", (size * 4 // 3, size), (90, 110, 130))


def kinds(marks: tuple[Mark, ...]) -> list[MarkKind]:
    return [mark.kind for mark in marks]


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image, dtype=np.uint8)


def holds(mark: Mark, x: float, y: float) -> bool:
    return mark.left < x < mark.right and mark.top < y < mark.bottom


def test_a_face_is_found_where_it_is(finder: Finder) -> None:
    image = scene()
    image.paste(drawn_head(200), (400, 40))
    marks = finder.find(pixels(image))
    assert kinds(marks) == [MarkKind.FACE]
    face = marks[0]
    assert holds(face, 500 / 640, 140 / 480)
    assert face.left > 400 / 640 and face.bottom < 240 / 480
    assert 0.5 < face.weight <= 1


def test_a_mirrored_picture_has_mirrored_marks(finder: Finder) -> None:
    image = scene()
    image.paste(drawn_head(200), (400, 40))
    (face,) = finder.find(pixels(image))
    (back,) = finder.find(np.ascontiguousarray(pixels(image)[:, ::-1]))
    assert back.left == pytest.approx(1 - face.right, abs=0.005)
    assert back.weight == pytest.approx(face.weight, abs=0.01)


def test_writing_is_found_at_the_foot_of_a_picture(finder: Finder) -> None:
    image = scene()
    ImageDraw.Draw(image).text(
        (470, 440), "P Gauguin 91", fill=(20, 20, 20), font=ImageFont.load_default(22)
    )
    marks = finder.find(pixels(image))
    assert kinds(marks) == [MarkKind.TEXT]
    assert holds(marks[0], 530 / 640, 453 / 480)


def test_what_stands_out_is_a_subject_by_its_share_of_the_salience() -> None:
    attention = np.full((20, 40), 0.01)
    attention[4:8, 30:36] = 1.0
    edges, weights = find_subjects(attention)
    assert edges.tolist() == [[0.75, 0.2, 0.9, 0.4]]
    assert weights[0] == pytest.approx(24 / attention.sum())
    assert len(find_subjects(np.ones((20, 40)))[0]) == 0
    assert len(find_subjects(np.zeros((20, 40)))[0]) == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (4, 4000)])
def test_no_picture_is_too_thin_to_be_looked_at(finder: Finder, shape: tuple[int, int]) -> None:
    assert finder.find(np.full((*shape, 3), 128, np.uint8), attention=np.ones((1, 1))) == ()


def test_without_a_network_the_others_are_still_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ml.marks.networks.find_spec", lambda name: None)
    finder = open_finder()
    assert finder.searches == ()
    assert [(one.kind, "not installed" in one.reason) for one in finder.missing] == [
        (MarkKind.FACE, True),
        (MarkKind.TEXT, True),
    ]
    attention = np.zeros((10, 10))
    attention[0, 0] = 1.0
    assert kinds(finder.find(np.zeros((9, 9, 3), np.uint8), attention=attention)) == [
        MarkKind.SUBJECT
    ]


def test_a_changed_network_is_refused() -> None:
    changed = PackagedNetwork(faces.FACE_NETWORK.package, faces.FACE_NETWORK.file, "0" * 64)
    with pytest.raises(MarksUnavailableError, match="another version"):
        compiled(changed, threads=1)


def test_a_part_of_a_thing_joins_it_without_moving_it() -> None:
    edges = np.array([[0.1, 0.1, 0.5, 0.5], [0.12, 0.1, 0.52, 0.5], [0.2, 0.2, 0.3, 0.3]])
    kept, weights = suppressed(edges, np.array([0.8, 0.8, 0.7]), overlap=0.3)
    assert kept.tolist() == [pytest.approx([0.11, 0.1, 0.51, 0.5])]
    assert weights.tolist() == [0.8]
