"""Measured composition, sharpness and repetition on planted pictures."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ml.measured.measure import Picture, measure

HEIGHT, WIDTH = 240, 320
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH]


def grey(values: NDArray[np.float64]) -> Picture:
    """(H, W) in 0 to 255 as a picture."""
    return np.repeat(np.clip(values, 0, 255)[..., None], 3, axis=2).astype(np.uint8)


def on_disc(y: float, x: float, *, radius: float = 0.12) -> NDArray[np.bool_]:
    return (ROWS - y * HEIGHT) ** 2 + (COLUMNS - x * WIDTH) ** 2 < (radius * HEIGHT) ** 2


def disc(y: float, x: float, color: tuple[int, ...] = (235, 235, 235)) -> Picture:
    """A disc on grey; ``y`` and ``x`` as shares of the frame."""
    picture = np.full((HEIGHT, WIDTH, 3), 80, dtype=np.uint8)
    picture[on_disc(y, x)] = color
    return picture


def noise(seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform(0, 255, (HEIGHT, WIDTH))


def soft_noise() -> NDArray[np.float64]:
    blurred = gaussian_filter(noise(), 5)
    return (blurred - blurred.mean()) * 4 + 127


@pytest.mark.parametrize("y", [1 / 3, 2 / 3])
@pytest.mark.parametrize("x", [1 / 3, 2 / 3])
def test_a_disc_on_a_crossing_of_thirds_fits_them(y: float, x: float) -> None:
    assert measure(disc(y, x)).values["thirds_fit"] > 0.95


def test_a_disc_in_the_middle_or_in_a_corner_is_far_from_the_thirds() -> None:
    assert measure(disc(0.5, 0.5)).values["thirds_fit"] < 0.3
    assert measure(disc(0.15, 0.12)).values["thirds_fit"] < 0.5


def test_a_subject_is_found_by_its_colour_alone() -> None:
    # Red and green of the lightness of the ground: nothing to see in grey.
    picture = np.full((HEIGHT, WIDTH, 3), (119, 119, 119), dtype=np.uint8)
    picture[on_disc(1 / 3, 2 / 3)] = (205, 70, 82)
    assert measure(picture).values["thirds_fit"] > 0.9


def test_balance_falls_as_the_weight_moves_to_one_side() -> None:
    middle, beside, corner = (
        measure(disc(y, x)).values["balance"] for y, x in [(0.5, 0.5), (0.5, 0.33), (0.15, 0.12)]
    )
    assert middle > 0.95 > beside > corner
    assert corner < 0.1


def test_two_equal_weights_left_and_right_are_balanced() -> None:
    picture = disc(0.5, 0.2)
    picture[on_disc(0.5, 0.8)] = 235
    assert measure(picture).values["balance"] > 0.95


def test_one_spot_holds_the_eye_more_than_noise_or_many_spots() -> None:
    many = disc(0.2, 0.2)
    for y, x in [(0.2, 0.8), (0.8, 0.2), (0.8, 0.8)]:
        many[on_disc(y, x)] = 235
    one = measure(disc(0.5, 0.5)).values["subject_focus"]
    assert one > 0.3
    assert one > measure(many).values["subject_focus"] + 0.2
    assert measure(grey(noise())).values["subject_focus"] < 0.1


def test_a_mirrored_picture_is_symmetric_and_noise_is_not() -> None:
    half = noise()[:, : WIDTH // 2]
    sideways = np.concatenate([half, half[:, ::-1]], axis=1)
    upright = np.concatenate([half.T, half.T[::-1]], axis=0)
    assert measure(grey(sideways)).values["mirror_symmetry"] == pytest.approx(1, abs=1e-3)
    assert measure(grey(upright)).values["mirror_symmetry"] == pytest.approx(1, abs=1e-3)
    assert measure(grey(noise())).values["mirror_symmetry"] < 0.1


@pytest.mark.parametrize("period", [8, 20, 40])
@pytest.mark.parametrize(("down", "right"), [(0, 1), (1, 0), (1, 1), (1, -2)])
def test_gratings_repeat_in_every_direction(period: int, down: int, right: int) -> None:
    wave = 127 + 100 * np.sin(2 * np.pi * (down * ROWS + right * COLUMNS) / period)
    assert measure(grey(wave)).values["periodicity"] > 0.9


def test_a_checkerboard_repeats_and_an_edge_a_ramp_and_noise_do_not() -> None:
    squares = np.where((ROWS // 24 + COLUMNS // 24) % 2, 220.0, 30.0)
    edge = np.where(COLUMNS > WIDTH // 2, 220.0, 30.0)
    assert measure(grey(squares)).values["periodicity"] > 0.9
    for plain in (edge, COLUMNS * 255.0 / WIDTH, noise(), soft_noise()):
        assert measure(grey(plain)).values["periodicity"] < 0.3


def test_edges_in_all_directions_vary_more_than_stripes() -> None:
    stripes = np.where(COLUMNS // 20 % 2, 220.0, 30.0)
    assert measure(grey(stripes)).values["texture_entropy"] < 0.4
    assert measure(disc(0.5, 0.5)).values["texture_entropy"] > 0.9


def test_blur_takes_sharpness_away_step_by_step() -> None:
    steps = [noise(), gaussian_filter(noise(), 1.5), gaussian_filter(noise(), 4)]
    sharp, softer, softest = (measure(grey(step)).values["sharpness"] for step in steps)
    assert sharp > softer > softest
    assert sharp > 0.7 and softest < 0.4


def test_a_sharp_disc_on_a_soft_ground_is_in_focus_and_the_reverse_is_not() -> None:
    spot = on_disc(0.33, 0.66, radius=0.2)
    sharp_spot = grey(np.where(spot, noise(), soft_noise()))
    soft_spot = grey(np.where(spot, soft_noise(), noise()))
    assert measure(sharp_spot).values["focus_ratio"] > 0.6
    assert measure(soft_spot).values["focus_ratio"] < 0.1
    assert measure(grey(noise())).values["focus_ratio"] < 0.1


def test_an_even_picture_has_no_subject_no_edges_and_nothing_that_pulls() -> None:
    values = measure(grey(np.full((HEIGHT, WIDTH), 140.0))).values
    none = ("thirds_fit", "subject_focus", "focus_ratio", "sharpness", "periodicity")
    assert [values[key] for key in (*none, "texture_entropy")] == [0] * 6
    assert values["balance"] == 1 and values["mirror_symmetry"] == 1
