"""Regions of a crop and summed-area tables: hand cases, and both ways of summing agree."""

import numpy as np
import pytest

from ml.crop.regions import DISCARDED, REGIONS, WHOLE, overlaps, regions
from ml.crop.tables import Tables, view_scores

INNER = np.array([[0.25, 0.5, 0.75, 1.0]])


def test_a_crop_has_five_by_five_bins_inside_row_by_row() -> None:
    places = regions(INNER)

    assert places.shape == (1, REGIONS, 4) == (1, 30, 4)
    np.testing.assert_allclose(places[0, 0], [0.25, 0.5, 0.35, 0.6])
    np.testing.assert_allclose(places[0, 1], [0.35, 0.5, 0.45, 0.6])
    np.testing.assert_allclose(places[0, 24], [0.65, 0.9, 0.75, 1.0])


def test_the_bands_lie_just_outside_and_end_with_the_picture() -> None:
    left, right, top, bottom = regions(INNER)[0, 25:29]

    np.testing.assert_allclose(left, [0.15, 0.5, 0.25, 1.0])
    np.testing.assert_allclose(right, [0.75, 0.5, 0.85, 1.0])
    np.testing.assert_allclose(top, [0.25, 0.4, 0.75, 0.5])
    assert bottom[1] == bottom[3] == 1.0
    np.testing.assert_allclose(regions(INNER)[0, DISCARDED], INNER[0])


def test_weights_add_up_to_one_in_a_region_and_to_nothing_in_an_empty_one() -> None:
    rows, columns = overlaps(np.concatenate([INNER, WHOLE]), 7)

    np.testing.assert_allclose(rows[0, :28].sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(columns[0, :29].sum(axis=1), 1, rtol=1e-6)
    assert rows[0, 28].sum() == 0
    np.testing.assert_allclose(rows[0, DISCARDED].sum() * columns[0, DISCARDED].sum(), -0.25)
    outside = rows[1, 25:29].sum(axis=1) * columns[1, 25:29].sum(axis=1)
    assert not outside.any()


@pytest.mark.parametrize(
    ("box", "mean"),
    [
        ((0.0, 0.0, 1.0, 1.0), 2.5),
        ((0.0, 0.0, 0.5, 0.5), 1.0),
        ((0.25, 0.0, 0.75, 0.5), 1.5),
        ((0.4, 0.4, 0.6, 0.6), 2.5),
        ((0.5, 0.25, 1.0, 1.0), (2.0 * 1 + 4.0 * 2) / 3),
        ((0.5, 0.3, 0.5, 0.9), 0.0),
    ],
)
def test_a_table_gives_the_mean_even_with_edges_inside_cells(
    box: tuple[float, float, float, float], mean: float
) -> None:
    tables = Tables.of(np.array([[[1.0, 2.0], [3.0, 4.0]]]))

    assert tables.means(np.array([[box]]))[0, 0] == pytest.approx(mean)


def test_tables_and_weights_rank_views_alike() -> None:
    random = np.random.default_rng(5)
    maps = random.normal(size=(REGIONS, 9, 9)).astype(np.float32)
    corners = np.sort(random.random((40, 2, 2)), axis=1)
    boxes = np.concatenate([corners[:, 0], corners[:, 1]], axis=1)

    rows, columns = overlaps(np.concatenate([boxes, WHOLE]), 9)
    scores = np.einsum("nry,nrx,ryx->n", rows, columns, maps)

    np.testing.assert_allclose(view_scores(maps, boxes), scores[:-1] - scores[-1], atol=1e-4)


def test_only_what_is_discarded_counts_in_the_last_map() -> None:
    maps = np.zeros((REGIONS, 4, 4), dtype=np.float32)
    maps[DISCARDED, 0, 0] = 16.0  # a mean of 1 over the picture

    boxes = np.array([[0.0, 0.0, 0.5, 0.5], [0.125, 0.0, 1.0, 1.0], [0.5, 0.5, 1.0, 1.0]])

    np.testing.assert_allclose(view_scores(maps, boxes), [0.0, 0.5, 1.0], atol=1e-9)
