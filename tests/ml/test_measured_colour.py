"""Measured colour and tone on planted pictures."""

import colorsys

import numpy as np
import pytest

from ml.contracts.attributes import HARMONIES, PRIMARY_COLORS
from ml.measured.measure import Picture, measure


def stripes(*hues: float, saturation: float = 0.8, value: float = 0.8) -> Picture:
    """Equal vertical stripes of one hue (in degrees) each."""
    colors = [colorsys.hsv_to_rgb(hue / 360, saturation, value) for hue in hues]
    row = np.repeat(np.rint(np.array(colors) * 255).astype(np.uint8), 60, axis=0)
    return np.repeat(row[None], 48, axis=0)


def even(*color: int) -> Picture:
    return np.full((48, 64, 3), color, dtype=np.uint8)


@pytest.mark.parametrize(
    ("hues", "kind"),
    [
        ((200,), "monochromatic"),
        ((10, 40, 70), "analogous"),
        ((10, 190), "complementary"),
        ((100, 280), "complementary"),
        ((0, 150, 210), "split complementary"),
        ((0, 120, 240), "triadic"),
        ((0, 90, 180, 270), "tetradic"),
        ((0, 60, 180, 240), "tetradic"),
    ],
)
def test_exact_schemes_of_the_colour_wheel_are_named(hues: tuple[float, ...], kind: str) -> None:
    values = measure(stripes(*hues)).values
    assert HARMONIES[int(values["harmony_kind"])] == kind


def test_a_scheme_keeps_its_name_wherever_it_is_turned() -> None:
    names = {
        measure(stripes(turn, turn + 180)).values["harmony_kind"] for turn in range(5, 180, 25)
    }
    assert names == {float(HARMONIES.index("complementary"))}


def test_hues_on_a_template_fit_and_hues_all_around_do_not() -> None:
    on_template = measure(stripes(10, 190)).values["harmony_fit"]
    all_around = measure(stripes(*range(0, 360, 20))).values["harmony_fit"]
    assert on_template == pytest.approx(1.0, abs=0.01)
    assert all_around < 0.2


def test_faint_hues_count_less_against_harmony_than_strong_ones() -> None:
    main = stripes(20, 20, 20)
    strong = np.concatenate([main, stripes(140, 260)], axis=1)
    faint = np.concatenate([main, stripes(140, 260, saturation=0.3)], axis=1)
    assert measure(faint).values["harmony_fit"] > measure(strong).values["harmony_fit"]


def test_a_grey_picture_has_no_hues_and_the_harmony_of_grey() -> None:
    values = measure(even(119, 119, 119)).values
    assert values["colorfulness"] == pytest.approx(0.0, abs=1e-6)
    assert values["hue_families"] == 0 and values["hue_spread"] == 0
    assert values["harmony_fit"] == 1 and values["color_variety"] == pytest.approx(1.0)
    assert HARMONIES[int(values["harmony_kind"])] == "monochromatic"


def test_colorfulness_follows_hasler_and_suesstrunk_to_the_number() -> None:
    # One colour: no variance, rg = R - G = 60, yb = (R + G) / 2 - B = 40.
    values = measure(even(130, 70, 60)).values
    assert values["colorfulness"] == pytest.approx(0.3 * np.hypot(60, 40) / 109)


def test_hue_families_are_counted_and_opposite_hues_spread_fully() -> None:
    assert measure(stripes(0, 90, 210)).values["hue_families"] == 3
    assert measure(stripes(0)).values["hue_spread"] == pytest.approx(0.0, abs=1e-6)
    assert measure(stripes(0, 180)).values["hue_spread"] == pytest.approx(1.0, abs=0.02)


def test_more_families_of_hue_are_more_variety() -> None:
    few, many = measure(stripes(0, 30)), measure(stripes(*range(0, 360, 30)))
    assert 1 < few.values["color_variety"] < many.values["color_variety"] <= 10


@pytest.mark.parametrize(
    ("hue", "name"),
    [(0, "red"), (30, "orange"), (60, "yellow"), (90, "yellow-green"), (120, "green"),
     (150, "cyan-green"), (180, "cyan"), (210, "cyan-blue"), (240, "blue"),
     (270, "blue-magenta"), (300, "magenta"), (330, "magenta-red")],
)  # fmt: skip
def test_the_primary_colour_is_what_covers_most(hue: int, name: str) -> None:
    values = measure(stripes(hue, hue, hue + 100)).values
    assert PRIMARY_COLORS[int(values["primary_color"])] == name


def test_black_is_a_primary_colour_but_grey_and_white_are_none() -> None:
    assert PRIMARY_COLORS[int(measure(even(5, 5, 5)).values["primary_color"])] == "black"
    assert "primary_color" not in measure(even(128, 128, 128)).values
    assert "primary_color" not in measure(even(255, 255, 255)).values


def test_the_palette_lists_the_colours_by_their_area() -> None:
    picture = np.concatenate([even(200, 30, 30), even(200, 30, 30), even(20, 40, 160)], axis=1)
    assert measure(picture).palette == ("#c81e1e", "#1428a0")


def test_the_palette_of_one_colour_is_one_colour() -> None:
    assert measure(even(17, 130, 90)).palette == ("#11825a",)


def test_the_palette_never_has_more_than_six_colours(rng: np.random.Generator) -> None:
    noise = rng.integers(0, 256, (60, 60, 3), dtype=np.uint8)
    assert 1 <= len(measure(noise).palette) <= 6
    assert 4 <= len(measure(stripes(*range(0, 360, 40))).palette) <= 6


def test_overexposure_brightens_and_clips() -> None:
    ramp = np.repeat(np.arange(16, 240, dtype=np.float64)[None, :, None], 40, axis=0).repeat(
        3, axis=2
    )
    proper, burnt = (
        measure(ramp.astype(np.uint8)),
        measure(np.clip(ramp * 3, 0, 255).astype(np.uint8)),
    )
    assert proper.values["clipping"] == 0
    assert burnt.values["clipping"] == pytest.approx(1 - (84 - 16) / 224, abs=0.02)
    assert burnt.values["brightness"] > proper.values["brightness"]


def test_contrast_is_none_in_an_even_picture_and_full_between_black_and_white() -> None:
    halves = np.concatenate([even(0, 0, 0), even(255, 255, 255)], axis=1)
    flat, full = measure(even(90, 90, 90)).values, measure(halves).values
    assert (flat["tonal_contrast"], flat["contrast"]) == (0, pytest.approx(1))
    assert (full["tonal_contrast"], full["contrast"]) == (pytest.approx(1), pytest.approx(10))
    assert full["clipping"] == 1


def test_mid_grey_by_lightness_is_half_bright() -> None:
    assert measure(even(119, 119, 119)).values["brightness"] == pytest.approx(0.5, abs=0.005)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(4)
