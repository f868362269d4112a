"""Measures of any picture whatever: all there, finite, in range, and the same every time."""

import warnings

import numpy as np
import pytest

from ml.contracts.attributes import Family, built_in
from ml.measured.canvas import NotAPictureError
from ml.measured.measure import FORMULAS, Picture, measure

ATTRIBUTES = {attribute.key: attribute for attribute in built_in()}
SHAPES = [(1, 1), (1, 2), (2, 3), (7, 9), (1, 5000), (5000, 1), (80, 80), (3, 700), (900, 1300)]


def noise(shape: tuple[int, int]) -> Picture:
    return np.random.default_rng(7).integers(0, 256, (*shape, 3), dtype=np.uint8)


def pictures(shape: tuple[int, int]) -> list[Picture]:
    grey = np.repeat(noise(shape)[..., :1], 3, axis=2)
    colors = [(0, 0, 0), (255, 255, 255), (119, 119, 119), (255, 0, 0), (0, 3, 250)]
    constant = [np.full((*shape, 3), color, dtype=np.uint8) for color in colors]
    single = np.zeros((*shape, 3), dtype=np.uint8)
    single[shape[0] // 2, shape[1] // 2] = (255, 200, 0)
    return [noise(shape), grey, single, *constant]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_value_of_every_picture_is_finite_and_in_range(shape: tuple[int, int]) -> None:
    for picture in pictures(shape):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = measure(picture)
        assert set(FORMULAS) - set(found.values) <= {"primary_color"}
        for key, value in found.values.items():
            low, high = ATTRIBUTES[key].low, ATTRIBUTES[key].high
            assert low - 1e-9 <= value <= high + 1e-9, (key, value)
        assert 1 <= len(found.palette) <= 6
        assert all(len(color) == 7 and int(color[1:], 16) >= 0 for color in found.palette)


def test_every_attribute_of_the_measured_family_has_a_formula() -> None:
    measured = {item.key for item in built_in() if item.family is Family.MEASURE}
    assert measured <= set(FORMULAS)
    assert all(text.endswith(".") for text in FORMULAS.values())


def test_a_choice_is_a_whole_position_in_its_list() -> None:
    values = measure(noise((60, 80))).values
    for key in ("primary_color", "harmony_kind"):
        assert values.get(key, 0.0) == int(values.get(key, 0.0)) < len(ATTRIBUTES[key].choices)


def test_the_same_picture_always_measures_the_same() -> None:
    assert measure(noise((120, 90))) == measure(noise((120, 90)))


def test_the_picture_is_left_as_it_was() -> None:
    picture = noise((40, 40))
    picture.flags.writeable = False
    measure(picture)


def test_a_picture_measures_nearly_the_same_at_twice_its_size() -> None:
    rows, columns = np.mgrid[0:300, 0:400]
    wave = 127 + 60 * np.sin(columns / 30) * np.cos(rows / 40)
    small = np.stack([wave, wave[::-1] * 0.8, wave * 0.5], axis=2).astype(np.uint8)
    large = small.repeat(2, axis=0).repeat(2, axis=1)
    one, two = measure(small).values, measure(large).values
    for key in FORMULAS:
        reach = ATTRIBUTES[key].high - ATTRIBUTES[key].low
        assert abs(one[key] - two[key]) < 0.12 * reach, key


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float64),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_what_is_no_rgb_picture_is_refused(wrong: Picture) -> None:
    with pytest.raises(NotAPictureError):
        measure(wrong)
