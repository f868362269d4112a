"""Which boxes are ranked: the published rule, exact shapes, minimums, focal points."""

from itertools import product

import pytest

from ml.contracts.crops import Aspect, CropAsk, CropError, Point
from ml.crop.candidates import LONG_PICTURE, NEAR_WHOLE, candidates, grid_anchors, holds


@pytest.mark.parametrize(
    ("size", "count"),
    [
        ((1200, 1200), 90),
        ((1600, 1200), 87),
        ((1200, 1600), 87),
        ((1500, 1000), 83),
        ((1920, 1080), 60),
        ((2000, 1000), 38),
        ((4000, 1000), 0),
    ],
)
def test_the_grid_anchor_rule_gives_its_published_counts(size: tuple[int, int], count: int) -> None:
    assert len(grid_anchors(*size)) == count


def test_anchors_run_from_bin_centre_to_bin_centre() -> None:
    assert [50, 50, 1100, 1100] in grid_anchors(1200, 1200).tolist()


@pytest.mark.parametrize(
    ("aspect", "shape"), [("1:1", (1, 1)), ("4:5", (4, 5)), ("1080:1920", (9, 16))]
)
def test_a_shape_is_exact_to_the_pixel_and_starts_with_the_largest(
    aspect: str, shape: tuple[int, int]
) -> None:
    boxes = candidates(4000, 3001, CropAsk(aspect=Aspect.parse(aspect))).boxes

    assert 150 <= len(boxes) <= 504
    assert (boxes[:, 2] * shape[1] == boxes[:, 3] * shape[0]).all()
    assert boxes[:, 3].max() > 3001 - shape[1]
    assert boxes[:, 3].min() <= 3001 * 0.5


def test_a_shape_of_large_numbers_is_met_to_the_nearest_pixel() -> None:
    boxes = candidates(1200, 800, CropAsk(aspect=Aspect(191, 100))).boxes

    assert boxes[:, 2].max() == 1200
    assert (abs(boxes[:, 2] / 1.91 - boxes[:, 3]) <= 1).all()


FOCALS = [None, Point(0, 0), Point(0.01, 0.99), Point(0.5, 0.4), Point(1, 1)]


@pytest.mark.parametrize(
    ("size", "aspect"),
    [
        *product([(1, 1), (1, 500), (2, 3), (20_000, 10), (20_000, 20_000)], ["free", "1:1"]),
        *product([(2, 3), (20_000, 10), (640, 480)], ["16:9", "191:100"]),
    ],
)
def test_every_box_of_any_picture_lies_inside_and_holds_the_focal_point(
    size: tuple[int, int], aspect: str
) -> None:
    for focal in FOCALS:
        boxes = candidates(*size, CropAsk(aspect=Aspect.parse(aspect), focal=focal)).boxes

        assert len(boxes) > 0
        assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] > 0).all()
        assert (boxes[:, :2] + boxes[:, 2:] <= size).all()
        assert focal is None or holds(boxes, focal, *size).all()


def test_a_focal_point_can_lie_in_the_middle_or_at_a_third() -> None:
    ask = CropAsk(aspect=Aspect(1, 1), focal=Point(0.37, 0.61))
    boxes = candidates(1000, 1000, ask).boxes.tolist()

    assert [120, 360, 500, 500] in boxes
    assert [203, 443, 500, 500] in boxes


def test_a_panorama_gets_crops_of_its_own_shape_and_is_told() -> None:
    found = candidates(20_000, 1000, CropAsk())

    assert found.notes == (LONG_PICTURE,)
    assert (found.boxes[:, 2] > 10 * found.boxes[:, 3]).all()


def test_a_high_minimum_leaves_boxes_near_the_whole_picture_and_is_told() -> None:
    found = candidates(1000, 800, CropAsk(least_width=990, least_height=700))

    assert found.notes == (NEAR_WHOLE,)
    assert len(found.boxes) >= 5
    assert (found.boxes[:, 2] >= 990).all() and (found.boxes[:, 3] >= 700).all()


def test_a_minimum_bounds_a_shape_too() -> None:
    ask = CropAsk(aspect=Aspect(1, 1), least_width=700)
    assert (candidates(1000, 800, ask).boxes[:, 2] >= 700).all()


@pytest.mark.parametrize(
    ("size", "ask", "code"),
    [
        ((100, 100), CropAsk(least_width=101), "minimum_too_large"),
        ((100, 100), CropAsk(least_height=101), "minimum_too_large"),
        ((100, 80), CropAsk(aspect=Aspect(1, 1), least_width=81), "minimum_too_large"),
        ((100, 100), CropAsk(aspect=Aspect(500, 1)), "aspect_too_thin"),
        ((1, 1), CropAsk(aspect=Aspect(16, 9)), "aspect_too_thin"),
        ((0, 5), CropAsk(), "empty_picture"),
    ],
)
def test_what_a_picture_cannot_give_is_named(
    size: tuple[int, int], ask: CropAsk, code: str
) -> None:
    with pytest.raises(CropError) as refused:
        candidates(*size, ask)

    assert refused.value.code == code
