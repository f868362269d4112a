"""Distances of styles are Gatys' loss; clusters, medoids and neighbours follow from them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.metrics import adjusted_rand_score, v_measure_score

from ml.cli.__main__ import main
from ml.evaluation.marked_section import put_into
from ml.evaluation.style_agreement import adjusted_rand, space_figures, v_measure
from ml.evaluation.style_looks import looks
from ml.evaluation.style_page import BEGIN, END, StyleStudy, section
from ml.style.features import BackboneStyle, open_features
from ml.style.gram import mean_grams, style_loss
from ml.style.pictures import as_pixels, read_picture
from ml.style.space import (
    NOISE,
    Points,
    TooFewStylesError,
    by_density,
    by_hierarchy,
    distances,
    distortion,
    knee,
    nearest,
    projected,
    style_points,
)

SIDE = 48


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures of stripes, six of spots; each by one painter."""
    folder, random = tmp_path_factory.mktemp("styles"), np.random.default_rng(3)
    for number in range(6):
        stripes = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
        stripes[:, number % 4 :: 4] = random.integers(180, 255)
        spots = random.integers(90, 150, (SIDE, SIDE, 3)).astype(np.uint8)
        Image.fromarray(stripes).save(folder / f"Stripe_{number}.png")
        Image.fromarray(spots).save(folder / f"Spot_{number}.png")
    return folder


@pytest.fixture(scope="module")
def features() -> BackboneStyle:
    torch.manual_seed(0)
    return open_features("lite0")


@pytest.fixture(scope="module")
def paths(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def points(paths: list[Path], features: BackboneStyle) -> Points:
    return style_points(paths, features, side=SIDE)


def test_squared_distance_is_the_style_loss(
    paths: list[Path], features: BackboneStyle, points: Points
) -> None:
    first, last = (as_pixels(read_picture(paths[row], side=SIDE)) for row in (0, -1))
    with torch.no_grad():
        wanted = mean_grams(features.maps(last))
        loss = float(style_loss(features.maps(first), wanted, features.layers.style))
    assert distances(points)[0, -1] ** 2 == pytest.approx(loss, rel=1e-3)


def test_clusters_are_the_two_styles_with_a_member_in_the_middle(points: Points) -> None:
    apart = distances(points)
    for found in (by_density(apart, neighbours=2, epsilon=0.25 * float(apart.max())),
                  by_hierarchy(apart, least=3)):  # fmt: skip
        spots, stripes = set(found.labels[:6].tolist()), set(found.labels[6:].tolist())
        assert not (spots & stripes - {NOISE}) and spots != {NOISE}
        for cluster, medoid in enumerate(found.medoids):
            assert found.labels[medoid] == cluster
    assert all(row < 6 for row, _ in nearest(points, 0, count=5))
    with pytest.raises(TooFewStylesError):
        by_hierarchy(apart[:2, :2], least=3)


def test_the_knee_lies_where_distances_bend() -> None:
    line = np.concatenate([np.linspace(0, 1, 30), [5.0, 9.0]]).astype(np.float32)[:, None]
    assert knee(distances(line), neighbours=1) < 0.5
    with pytest.raises(TooFewStylesError, match="no 4 neighbours"):
        knee(np.zeros((3, 3), dtype=np.float32), neighbours=4)


def test_a_projection_keeps_distances_by_its_seed() -> None:
    exact = np.random.default_rng(0).normal(size=(60, 5000)).astype(np.float32)
    near = projected(exact, components=600, seed=4)
    lost = distortion(exact, near)
    assert near.shape == (60, 600) and 0 < lost.mean < 0.05 and lost.largest < 0.2
    assert np.array_equal(near, projected(exact, components=600, seed=4))
    assert projected(near, components=600) is near


def test_agreement_is_that_of_scikit_learn_and_pairs_with_oneself_do_not_count() -> None:
    truth, found = np.array([0, 0, 0, 1, 1, 2, 2, 2]), np.array([0, 0, 1, 1, 1, -1, -1, 0])
    once = np.ones((1, 8))
    assert adjusted_rand(once, truth, found)[0] == pytest.approx(adjusted_rand_score(truth, found))
    assert v_measure(once, truth, found)[0] == pytest.approx(v_measure_score(truth, found))
    # Eight pictures alone, each drawn three times: alike with themselves, that says nothing.
    alone = np.arange(8)
    assert adjusted_rand(3 * once, truth, alone)[0] == pytest.approx(0.0)


def test_the_page_tells_what_agrees_and_shows_all_ways(
    points: Points, paths: list[Path], features: BackboneStyle
) -> None:
    painters = [path.stem.partition("_")[0] for path in paths]
    figures = space_figures("Grams", points, painters, neighbours=2, least=3)
    assert figures.neighbour.value == 1.0 > figures.neighbour_by_chance.value
    pictures = [read_picture(path, side=SIDE) for path in (paths[0], paths[-1])]
    seen = looks(
        [(pictures[0], pictures[1])],
        {"copied": lambda _content, style: style, "unlearned": lambda _content, _style: None},
        features,
        side=SIDE,
    )
    assert [(each.way, each.left) for each in seen.ways] == [("copied", pytest.approx(0.0))]
    study = StyleStudy(
        [figures], {"Grams": distortion(points, points)}, 8, 2, 3, {"Spot": 6, "Stripe": 6},
        seen, [], "settings", "images",
    )  # fmt: skip
    page = section(study)
    text = put_into(f"before\n{BEGIN}\nold\n{END}\nafter", page.text)
    assert "old" not in text and "| copied | 1 |" in text and "HDBSCAN on Grams" in text
    assert all(svg.startswith("<svg") or "<svg" in svg for svg in page.plots.values())


def test_the_command_prints_what_is_alike(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(
        ["--threads", "1", "style", "map", str(folder), "--side", "48", "--count", "3",
         "--like", str(folder / "Stripe_0.png")]
    )  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    assert status == 0 and len(lines) == 3 and all("Stripe_" in line for line in lines)
    assert main(["style", "map", str(folder), "--like", str(folder / "none.png"),
                 "--features", "tiny"]) == 2  # fmt: skip
