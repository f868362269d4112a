"""Ranking by a field: what counts for and against a crop, how crops differ, and the words."""

from itertools import combinations

import numpy as np
import pytest

from ml.contracts.crops import Aspect, Box, CropAsk, CropError, Mark, MarkKind, Mix, Point
from ml.crop.candidates import candidates
from ml.crop.field import FieldError
from ml.crop.rank import OVERLAPS, WHOLE_IS_BETTER, different, judge_box, overlap, rank, score_boxes
from ml.crop.regions import DISCARDED, REGIONS
from ml.crop.terms import centroid, cuts, energies, nearness
from tests.ml.crop.fields import face, field

SQUARE = CropAsk(aspect=Aspect(1, 1))
HALVES = np.array([[0.0, 0.0, 0.5, 1.0], [0.5, 0.0, 1.0, 1.0]])


def test_the_best_crop_keeps_what_draws_the_eye() -> None:
    best = rank(field(eye=(0.9, 0.5)), width=900, height=300, ask=SQUARE).crops[0]

    assert best.terms.kept == pytest.approx(1)
    assert best.box.x + best.box.width > 0.9 * 900
    assert best.focal.x == pytest.approx(14.5 / 16, abs=0.02)


def test_the_best_crop_does_not_cut_a_face() -> None:
    marks = (face(0.45, 0.3, 0.65, 0.6),)
    crops = rank(field(marks=marks), width=900, height=300, ask=SQUARE).crops

    assert crops[0].terms.cut == 0
    assert not [loss for loss in crops[0].losses if loss.kind == "face"]


def test_view_maps_decide_when_only_they_are_weighed() -> None:
    only = Mix(view=1, size=0, energy=0, kept=0, cut=0, focal=0)
    wishes = field(mix=only)
    wishes.view[DISCARDED, :, 4:] = 1.0  # the right half would better go
    best = rank(wishes, width=1000, height=500, ask=SQUARE).crops[0]

    assert best.box.x + best.box.width <= 500
    assert best.terms.total == best.terms.view == pytest.approx(0.5)


def test_it_is_said_when_the_whole_picture_ranks_above_all_crops() -> None:
    wishes = field()
    wishes.view[DISCARDED] = -1.0  # whatever goes is missed
    free = rank(wishes, width=900, height=600, ask=CropAsk())
    square = rank(wishes, width=900, height=600, ask=SQUARE)

    assert free.notes == (WHOLE_IS_BETTER,)
    assert square.notes == ()


def test_the_focal_point_re_ranks_and_lies_well_in_the_best_crop() -> None:
    ask = CropAsk(aspect=Aspect(1, 1), focal=Point(0.2, 0.5))
    crops = rank(field(eye=(0.9, 0.5)), width=900, height=300, ask=ask).crops

    assert crops[0].focal == Point(0.2, 0.5)
    assert crops[0].terms.focal > 0.95
    assert all(crop.box.x <= 180 <= crop.box.x + crop.box.width for crop in crops)


def test_five_crops_come_best_first_and_differ() -> None:
    found = rank(field(eye=(0.3, 0.3)), width=1200, height=800, ask=CropAsk())

    totals = [crop.terms.total for crop in found.crops]
    assert len(totals) == 5 and totals == sorted(totals, reverse=True)
    assert found.notes == ()
    boxes = np.array([[c.box.x, c.box.y, c.box.width, c.box.height] for c in found.crops])
    assert all(overlap(boxes, boxes[a])[b] <= OVERLAPS[-1] for a, b in combinations(range(5), 2))


def test_a_tight_bound_is_kept_while_it_gives_enough() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 10, 10], [20, 0, 10, 10], [5, 0, 10, 10]])
    totals = np.array([4.0, 3.0, 2.0, 1.0])

    assert different(boxes, totals, 2) == [0, 2]
    assert different(boxes, totals, 3) == [0, 2, 3]
    assert different(boxes, totals, 4) == [0, 1, 2, 3]


def test_a_bad_box_is_not_taken_for_being_different() -> None:
    good = [[x, 0, 100, 100] for x in range(0, 60, 2)]
    bad = [[x, 0, 100, 100] for x in range(900, 1500, 10)]
    totals = np.array([1 - index / 100 for index in range(30)] + [-5.0] * 60)

    assert max(different(np.array(good + bad), totals, 4)) < 30


def test_a_single_pixel_gives_itself_and_says_that_there_is_no_more() -> None:
    found = rank(field(), width=1, height=1, ask=CropAsk())

    assert [crop.box for crop in found.crops] == [Box(0, 0, 1, 1)]
    assert "Only 1 of the 5" in found.notes[-1]


def test_the_whole_picture_loses_nothing() -> None:
    marks = (face(0.0, 0.0, 0.2, 0.2),)
    whole = judge_box(field(eye=(0.5, 0.5), marks=marks), Box(0, 0, 64, 48), width=64, height=48)

    assert (whole.terms.view, whole.terms.kept, whole.terms.area, whole.terms.cut) == (0, 1, 1, 0)
    assert [loss.words for loss in whole.losses] == [
        "Keeps 100 % of the picture and 100 % of what draws the eye."
    ]


def test_a_box_of_a_person_is_explained_in_words() -> None:
    marks = (
        face(0.3, 0.4, 0.5, 0.6),
        Mark(MarkKind.TEXT, 0.7, 0.92, 0.9, 0.99, 1.0),
        face(0.0, 0.1, 0.1, 0.2),
        face(0.1, 0.3, 0.2, 0.4),
    )
    judged = judge_box(
        field(eye=(0.8, 0.5), marks=marks), Box(40, 0, 60, 80), width=100, height=100
    )

    assert [loss.words for loss in judged.losses] == [
        "Cuts through a face at the left.",
        "Leaves out a face at the left edge.",
        "Leaves out a face at the left.",
        "Leaves out writing at the bottom edge.",
        "Keeps 48 % of the picture and 100 % of what draws the eye.",
    ]
    assert judged.terms.cut > 0.5


@pytest.mark.parametrize("box", [Box(0, 0, 0, 5), Box(90, 0, 20, 5), Box(-1, 0, 5, 5)])
def test_a_box_outside_the_picture_is_refused(box: Box) -> None:
    with pytest.raises(CropError) as refused:
        judge_box(field(), box, width=100, height=100)

    assert refused.value.code == "box_outside"


def test_a_focal_point_outside_a_box_does_not_count_for_it() -> None:
    judged = judge_box(
        field(eye=(0.25, 0.5)), Box(0, 0, 50, 100), width=100, height=100, focal=Point(0.9, 0.5)
    )

    assert judged.terms.focal == 0
    assert judged.focal.x < 0.5


def test_a_cut_costs_more_than_a_loss_and_a_face_more_than_writing() -> None:
    writing = Mark(MarkKind.TEXT, 0.4, 0.4, 0.6, 0.6, 1.0)
    face_cut, writing_cut, face_lost = (
        cuts((mark,), HALVES)[1]
        for mark in (face(0.4, 0.4, 0.6, 0.6), writing, face(0.1, 0.4, 0.3, 0.6))
    )

    assert face_cut > face_lost > 0 and face_cut > writing_cut > 0


def test_many_pieces_of_writing_cost_no_more_than_the_worst_of_them() -> None:
    leaves = tuple(Mark(MarkKind.TEXT, 0.4, y, 0.6, y + 0.1, 0.9) for y in (0.1, 0.3, 0.5, 0.7))

    assert cuts(leaves, HALVES) == pytest.approx(cuts(leaves[:1], HALVES))


def test_energy_likes_boxes_that_it_fills_and_edges_that_cut_none() -> None:
    energy = np.zeros((1, 4, 4), dtype=np.float32)
    energy[0, 1:3, 1:3] = 1.0
    boxes = np.array(
        [[0.25, 0.25, 0.75, 0.75], [0.1, 0.1, 0.9, 0.9], [0.0, 0.0, 1.0, 1.0], [0.5, 0.0, 1.0, 1.0]]
    )
    around, loose, whole, through = energies(energy, boxes)

    assert loose == pytest.approx(0.25 / 0.64)  # all of it, no edge cuts, fills 25 of 64
    assert whole == pytest.approx(0.25)
    assert around > loose > whole > through
    np.testing.assert_allclose(energies(energy * 1e-9, boxes), [around, loose, whole, through])


def test_an_even_picture_is_judged_by_area_alone() -> None:
    scores = score_boxes(
        field(), np.array([[0, 0, 50, 100], [0, 0, 100, 100]]), width=100, height=100
    )

    np.testing.assert_allclose(scores.kept, scores.area)
    np.testing.assert_allclose(scores.energy, [0.5 / (1 + 1 / 3), 1.0])


def test_the_centre_and_the_thirds_are_the_places_of_a_focal_point() -> None:
    boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.25, 0.0, 1.0, 1.0], [0.5, 0.5, 1.0, 1.0]])
    centre, third, corner = nearness(Point(0.5, 0.5), boxes)

    assert centre == pytest.approx(1) and third == pytest.approx(1)
    assert corner < 0.1


def test_the_centroid_stays_in_the_box() -> None:
    attention = np.ones((1, 2, 2), dtype=np.float32)
    place = centroid(attention, np.array([0.5, 0.0, 0.9, 0.4]))

    assert (place.x, place.y) == pytest.approx((0.7, 0.2))


def test_every_candidate_of_a_busy_ask_is_judged_to_finite_numbers() -> None:
    boxes = candidates(20_000, 10, SQUARE).boxes
    random = np.random.default_rng(1)
    noisy = field(eye=(0.5, 0.5), marks=(face(0.2, 0.2, 0.2, 0.2),))
    noisy.view[:] = random.normal(size=(REGIONS, 8, 8))

    scores = score_boxes(noisy, boxes, width=20_000, height=10, focal=Point(0.5, 0.5))

    assert np.isfinite(scores.total).all()


def test_maps_that_hold_no_numbers_are_never_stored() -> None:
    broken = field()
    broken.view[3, 2, 1] = np.nan
    with pytest.raises(FieldError):
        broken.encode()
