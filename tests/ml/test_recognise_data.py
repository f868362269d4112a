"""What a recogniser learns from and is measured by: folders, composites, margins, figures."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import average_precision_score, f1_score

from ml.contracts.objects import NONE_LABEL, MarginKind, decide, overlap
from ml.data.composites import CutOut, composite, on_plain_ground, synthetic_ground
from ml.data.labelled_folders import drawn_parts, read_labelled
from ml.data.margins import without_margins
from ml.data.samples import DataSetError
from ml.evaluation.recognition import Answers, flags, macro_f1_of, majority, mean_ap_of, recognised
from ml.training.recogniser.deciding import confidences, fit_deciding
from tests.ml.recognising import photo, scene


def write(folder: Path, name: str, pictures: list[Image.Image]) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures):
        picture.save(folder / name / f"{number}.png")


def test_one_of_near_duplicates_stays_and_they_are_counted(tmp_path: Path) -> None:
    drums = [photo("drum", seed) for seed in range(8)]
    harps = [photo("harp", seed) for seed in range(8)]
    write(tmp_path, "train/drum", drums)
    write(tmp_path, "train/harp", harps)
    write(tmp_path, "test/drum", [drums[0].point(lambda value: min(255, value + 1))])
    write(tmp_path, "test/harp", [photo("harp", 80)])
    found = read_labelled(tmp_path)
    assert (found.cleaned.pairs, found.cleaned.across_parts, found.cleaned.removed) == (1, 1, 1)
    assert len(found.pictures) == 17
    assert "1 pairs look the same, 1 of them in two parts" in found.cleaned.summary
    assert "only 8 pictures show drum" in found.cleaned.summary


def test_equal_bytes_in_two_class_folders_hold_both_classes(tmp_path: Path) -> None:
    both = photo("flute", 50)
    write(tmp_path, "drum", [*(photo("drum", seed) for seed in range(5)), both])
    write(tmp_path, "flute", [*(photo("flute", seed) for seed in range(5)), both])
    write(tmp_path / "other", "none", [scene(3)])
    found = read_labelled(tmp_path, none=[tmp_path / "other" / "none"], leave_out=["other"])
    assert [one.labels for one in found.pictures].count((0, 1)) == 1
    assert found.names((0, NONE_LABEL)) == "drum, none of these"


def test_parts_hold_every_class_and_no_picture_twice(tmp_path: Path) -> None:
    for name in ("drum", "harp"):
        write(tmp_path, name, [photo(name, seed) for seed in range(10)])
    found = read_labelled(tmp_path).pictures
    parts = drawn_parts(found, seed=3)
    rows = np.concatenate(list(parts.values()))
    assert sorted(rows.tolist()) == list(range(len(found)))
    for part in parts.values():
        assert {found[row].labels[0] for row in part} == {0, 1}
    again = drawn_parts(found, seed=3)
    assert all((parts[name] == again[name]).all() for name in parts)


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="holds no class folders"):
        read_labelled(tmp_path)


def test_the_box_of_a_composite_is_the_tight_box_of_its_solid_pixels() -> None:
    piece = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    piece.paste((255, 0, 255, 255), (10, 5, 50, 30))
    cut = CutOut("one", 2, lambda: piece)
    ground = synthetic_ground(200, seed=1)
    bare, made = composite(ground, (), seed=(4,)), composite(ground, [cut], seed=(4,))
    changed = (np.asarray(made.image) != np.asarray(bare.image)).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    seen = (columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)
    assert made.placed[0].box == seen
    assert made.labels == (2,)
    assert bare.labels == (NONE_LABEL,)
    assert composite(ground, [cut], seed=(4,)).placed == made.placed


def test_an_object_is_cut_out_of_a_plain_ground_and_of_no_other() -> None:
    picture = Image.new("RGB", (50, 50), "white")
    picture.paste((200, 30, 30), (10, 15, 40, 35))
    cut = on_plain_ground(picture)
    assert cut is not None
    assert cut.getchannel("A").getbbox() == (10, 15, 40, 35)
    assert on_plain_ground(scene(5)) is None


def framed(kind: str) -> tuple[Image.Image, int]:
    """A work of 300 x 240 with something below it, and how much was added."""
    rng = np.random.default_rng(6)
    work = np.asarray(synthetic_ground(300, seed=6))[:240]
    band = np.full((44, 300, 3), 250, dtype=np.uint8)
    if kind == "colour panel":
        for patch in range(6):
            band[6:38, patch * 50 : patch * 50 + 50] = rng.integers(0, 255, 3)
    if kind == "ruler":
        for tick in range(0, 300, 10):
            band[6:30, tick : tick + 2] = 10
    return Image.fromarray(np.concatenate([work, band])), 44


@pytest.mark.parametrize("kind", ["plain margin", "colour panel", "ruler"])
def test_what_lies_below_the_work_is_cut_away_by_name(kind: str) -> None:
    picture, added = framed(kind)
    kept = without_margins(picture)
    assert MarginKind(kind) in {margin.kind for margin in kept.margins}
    assert {margin.side for margin in kept.margins} == {"bottom"}
    assert kept.box[:3] == (0, 0, 300)
    assert abs(kept.box[3] - (picture.height - added)) <= 16


def test_a_work_without_margins_stays_whole() -> None:
    picture = framed("plain margin")[0].crop((0, 0, 300, 240))
    kept = without_margins(picture)
    assert (kept.box, kept.margins) == ((0, 0, 300, 240), ())


def test_figures_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(8)
    sure = rng.random((40, 3))
    actual = [(int(label),) for label in rng.integers(-1, 3, size=40)]
    truth = flags(actual, 3)
    told = flags(Answers(sure, 0.8).told, 3)
    whole = np.ones((1, 40))
    expected = f1_score(truth, told, average="macro")
    assert math.isclose(macro_f1_of(told, truth)(whole)[0], expected)
    expected = average_precision_score(truth[:, :3], sure, average="macro")
    assert math.isclose(mean_ap_of(sure, truth[:, :3])(whole)[0], expected)


def test_the_majority_has_the_precision_of_chance() -> None:
    actual = [(0,), (0,), (1,), (NONE_LABEL,)] * 5
    found = recognised([majority(actual, 2, count=20)], actual, resamples=20)
    assert math.isclose(found.macro_f1.value, 2 / 3 / 3)
    assert math.isclose(found.mean_ap.value, (0.5 + 0.25) / 2)
    assert found.macro_f1.low < found.macro_f1.value < found.macro_f1.high


def test_confidences_are_calibrated_and_none_is_told_below_the_threshold() -> None:
    rng = np.random.default_rng(9)
    labels = rng.integers(-1, 2, size=600)
    logits = 6.0 * (np.stack([labels == 0, labels == 1], axis=1) - 0.5)
    logits = logits + rng.normal(0, 4.0, size=logits.shape)
    deciding = fit_deciding(logits, [(int(label),) for label in labels])
    sure = confidences(logits, deciding.scale, deciding.shift)
    likely = sure[:, 0] > 0.6
    assert abs(sure[likely, 0].mean() - (labels[likely] == 0).mean()) < 0.08
    assert decide([0.1, deciding.threshold / 2], threshold=deciding.threshold) == (NONE_LABEL,)
    assert decide([0.7, 0.9], threshold=0.5) == (1, 0)


def test_boxes_overlap_by_what_both_cover() -> None:
    assert overlap((0, 0, 10, 10), (5, 0, 10, 10)) == 50 / 150
    assert overlap((0, 0, 10, 10), (10, 10, 5, 5)) == 0.0
