"""Whom crops keep is counted rightly on scenes where the answer is known."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ml.cli.__main__ import main
from ml.contracts.crops import Mark, MarkKind, Mix
from ml.crop.field import CropField
from ml.evaluation.cropping_methods import CENTRE, COMBINED
from ml.evaluation.fairness import faces_found, gap_of, judged, share_within
from ml.evaluation.fairness_page import BEGIN, END, preferences
from ml.evaluation.fairness_scenes import paired, placed, toned
from ml.evaluation.marking import face_figures, lighter, writing_figures
from ml.marks.edges import Edges, Weights
from ml.marks.finder import Finder, Picture
from ml.marks.networks import Compiled

KEPT_ONLY = Mix(view=0, size=0, energy=0, kept=1, cut=0, focal=0)


def bright_field(image: Image.Image) -> CropField:
    """A cropper that looks at nothing but what is nearly white."""
    bright = np.asarray(image.resize((96, 40))).min(axis=2) > 200
    grown = Image.fromarray((bright * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(7))
    plane = np.asarray(grown, dtype=np.float32)[None]  # with the hair
    return CropField(np.zeros((30, 8, 8), np.float32), plane, plane, (), KEPT_ONLY)


def test_a_cropper_that_likes_light_skin_is_seen_to() -> None:
    scenes = islice(paired(0), 2, 9, 3)  # of the lightest tone, on a dark ground
    cases = list(judged(scenes, bright_field))
    found = preferences(cases)
    assert found[COMBINED].value > 0.9
    assert found[CENTRE].value == 0


def test_heads_of_a_pair_take_turns_at_both_ends() -> None:
    scenes = list(islice(paired(0), 12))
    left = [scene.subjects[0, 0] < 0.5 for scene in scenes]
    assert abs(sum(left) - len(left) / 2) < 1
    assert all(scene.tones[0] < scene.tones[1] for scene in scenes)


def test_between_tones_nothing_differs_but_the_skin() -> None:
    light, dark = islice(toned(0), 0, 55, 54)  # the first of tones 1 and 10
    assert np.array_equal(light.subjects, dark.subjects)
    differs = np.asarray(light.image) != np.asarray(dark.image)
    ys, xs = np.nonzero(differs.any(axis=2))
    left, top, right, bottom = light.subjects[0] * [480, 320, 480, 320]
    assert left <= xs.min() and xs.max() < right
    assert top <= ys.min() and ys.max() < bottom


def test_every_subject_lies_inside_its_scene() -> None:
    edges = np.concatenate([scene.subjects for scene in islice(placed(0), 6)])
    assert edges.min() > 0 and edges.max() < 1


def test_a_share_counts_what_lies_inside() -> None:
    subjects = np.array([[0.0, 0.0, 0.2, 0.2], [0.5, 0.5, 0.9, 0.9]])
    boxes = np.array([[0.1, 0.0, 1.0, 1.0], [0.0, 0.0, 0.7, 0.7]])
    expected = np.array([[0.5, 1.0], [1.0, 0.25]])
    assert share_within(subjects, boxes) == pytest.approx(expected)


def test_a_head_is_found_by_a_face_that_covers_it_and_by_nothing_else() -> None:
    heads = np.array([[0.1, 0.1, 0.3, 0.3], [0.6, 0.6, 0.8, 0.8]])
    face = Mark(MarkKind.FACE, 0.12, 0.12, 0.28, 0.28, 0.9)
    writing = Mark(MarkKind.TEXT, 0.6, 0.6, 0.8, 0.8, 0.9)
    assert faces_found(heads, (face, writing)).tolist() == [True, False]


def test_a_gap_is_the_difference_of_two_means() -> None:
    gap = gap_of([1.0] * 20, [0.5] * 30)
    assert gap.value == pytest.approx(0.5)
    assert gap.low == pytest.approx(0.5)


def by_brightness(picture: Picture, network: Compiled) -> tuple[Edges, Weights]:
    """Marks the lower right quarter of a picture whose lower right is bright."""
    bright = int(picture[-4:, -4:].mean() > 128)
    return np.array([[0.5, 0.5, 1.0, 1.0]] * bright).reshape(-1, 4), np.array([0.9] * bright)


def stub_finder(kind: MarkKind) -> Finder:
    return Finder(((kind, by_brightness, lambda planes: []),))


def save(path: Path, level: int) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (64, 48), (level, level, level)).save(path)


def test_photos_are_counted_by_their_labels(tmp_path: Path) -> None:
    rows = ["file,Category"]
    photos = [("Angry face 2.jpg", "Person", 137), ("Baby 2.jpg", "Person", 20)]
    photos += [("Astronaut 1.jpg", "Person", 20), ("Chair 1.jpg", "Object", 200)]
    for name, category, level in photos:
        save(tmp_path / "images" / name, level)
        rows.append(f"{name},{category}")
    rows.append("Gone 1.jpg,Person")
    (tmp_path / "ratings.csv").write_text("\n".join(rows), encoding="utf-8")
    figures = face_figures(tmp_path, stub_finder(MarkKind.FACE))
    assert figures.counts == {"clear": 2, "hard": 0, "none": 1, "others": 1}
    assert (figures.clear.value, figures.none.value, figures.others.value) == (0.5, 0.0, 1.0)
    assert figures.shifted[15].value == 1.0


def test_paintings_are_counted_by_their_labels(tmp_path: Path) -> None:
    save(tmp_path / "VanGogh_205659.jpg", 200)  # signed at the lower right
    save(tmp_path / "Gauguin_190459.jpg", 200)  # signed at the lower left
    save(tmp_path / "Renoir_218213.jpg", 20)
    figures = writing_figures(tmp_path, stub_finder(MarkKind.TEXT))
    assert figures.counts == {"clear": 3, "faint": 0, "paintings": 3}
    assert figures.clear.value == pytest.approx(1 / 3)
    assert figures.alarmed.value == pytest.approx(1 / 3)


def test_only_the_faces_are_made_lighter() -> None:
    picture = np.full((100, 100, 3), 100, np.uint8)
    face = Mark(MarkKind.FACE, 0.4, 0.4, 0.6, 0.6, 1.0)
    moved = lighter(picture, (face,), 30)
    assert moved[50, 50].tolist() == [130, 130, 130]
    assert moved[5, 5].tolist() == [100, 100, 100]


class _Cropper:
    version, digest = "cropper-test", "0" * 64
    field = staticmethod(bright_field)


def test_the_command_fills_its_page_and_draws_its_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figure.svg"
    page.write_text(f"before\n{BEGIN}\n{END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr("ml.cli.fairness.load_cropper", lambda *paths, **options: _Cropper())
    # One of each place, tone and ground that the page has a figure for.
    monkeypatch.setattr("ml.cli.fairness.placed", lambda turn: islice(placed(turn), 0, 13, 12))
    monkeypatch.setattr("ml.cli.fairness.toned", lambda turn: islice(toned(turn), 0, None, 6))
    monkeypatch.setattr("ml.cli.fairness.paired", lambda turn: islice(paired(turn), 3))
    words = ["fairness", "--into", str(page), "--figure", str(figure)]
    assert main(words) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "cropper-test" in text and "PyPI smartcrop" in text
    assert figure.read_text(encoding="utf-8").startswith("<svg")
