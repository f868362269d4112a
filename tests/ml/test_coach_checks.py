"""Ruined pictures are refused and mild edits pass; recipes and trust are put in words."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.coach.apply import apply
from ml.coach.level import correction
from ml.coach.naturalness import faults
from ml.coach.trust import Trust, card_with, plain_interval, read_trust
from ml.coach.words import words_of
from ml.contracts.card import CardError
from ml.contracts.edits import Edits

SIZE = (800, 600)


def scene(*, subject: tuple[int, int] = (400, 300), colour: float = 40.0) -> Image.Image:
    """Soft sky over soft ground, with one coloured disc as its subject."""
    y, x = np.mgrid[0:600, 0:800]
    light = 90 + 70 * (y < 300) + 4 * np.sin(x / 37) * np.cos(y / 23)
    pixels = np.stack([light + 5, light, light - 5], axis=-1)
    disc = (x - subject[0]) ** 2 + (y - subject[1]) ** 2 < 60**2
    pixels[disc] += np.array([colour * 2, -colour, -colour])
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def refused(recipe: Edits, picture: Image.Image, size: tuple[int, int] = SIZE) -> tuple[str, ...]:
    return faults(picture, apply(picture, recipe), recipe, size=size)


@pytest.mark.parametrize(
    "recipe",
    [
        Edits(exposure=0.2),
        Edits(contrast=0.1, saturation=0.1),
        Edits(temperature=0.03),
        Edits(crop_left=0.08, crop_right=0.05),
        Edits(vignette=-0.2),
    ],
)
def test_mild_edits_pass(recipe: Edits) -> None:
    assert refused(recipe, scene()) == ()


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (lambda p: p.point(lambda v: min(255, v * 2)), "highlights"),
        (lambda p: p.point(lambda v: max(0, v - 105)), "shadows"),
        (lambda p: p.point(lambda v: int((v - 128) * 1.7 + 128)), "harsh"),
        (lambda p: p.point(lambda v: int((v - 128) * 0.3 + 128)), "dull"),
        (lambda p: p.convert("L").convert("RGB"), "drained"),
        (lambda p: Image.merge("RGB", (p.getchannel(0), *_darker(p))), "cast"),
        (lambda p: p.point(lambda v: v // 3), "too dark"),
        (lambda p: p.point(lambda v: 190 + v // 5), "too light"),
    ],
)
def test_planted_ruins_are_refused(after, fault: str) -> None:
    picture = scene(colour=60.0)
    found = faults(picture, after(picture), Edits(), size=SIZE)
    assert any(fault in one for one in found), found


def _darker(picture: Image.Image) -> tuple[Image.Image, Image.Image]:
    return tuple(picture.getchannel(at).point(lambda v: int(v * 0.75)) for at in (1, 2))


def test_garish_colours_are_refused() -> None:
    picture = scene()
    loud = np.asarray(picture.convert("HSV")).copy()
    loud[..., 1] = np.minimum(255, loud[..., 1].astype(int) * 4)
    after = Image.fromarray(loud, "HSV").convert("RGB")
    assert "the colours are garish" in faults(picture, after, Edits(), size=SIZE)


def test_a_crop_through_the_subject_is_refused_and_one_beside_it_is_not() -> None:
    picture = scene(subject=(120, 300))
    assert "the subject is cut" in refused(Edits(crop_left=0.15), picture)
    assert "the subject is cut" not in refused(Edits(crop_right=0.15), picture)


def test_a_crop_must_leave_enough() -> None:
    much = Edits(crop_left=0.2, crop_right=0.2, crop_top=0.15, crop_bottom=0.15)
    assert "too little of the picture is left" in refused(much, scene())
    small = refused(Edits(crop_bottom=0.1), scene(), size=(270, 260))
    assert "too few pixels are left" in small


def test_level_lines_are_not_tilted_and_tilted_ones_are_found() -> None:
    assert "level lines would be tilted" in refused(Edits(straighten=2.0), scene())
    tilted = scene().rotate(3.0, Image.Resampling.BICUBIC).crop((60, 60, 740, 540))
    assert correction(tilted) == pytest.approx(3.0, abs=0.5)
    assert "level lines would be tilted" not in refused(Edits(straighten=3.0), tilted)
    assert correction(scene()) == 0.0
    assert correction(Image.new("RGB", (50, 50), "grey")) == 0.0
    assert correction(Image.new("RGB", (1, 1), "grey")) == 0.0


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Edits(), "No change"),
        (Edits(straighten=2.1, exposure=0.3), "Straighten 2.1 degrees clockwise, +0.3 EV"),
        (Edits(straighten=-0.5), "Straighten 0.5 degrees anticlockwise"),
        (Edits(crop_left=0.08, crop_top=0.1), "Crop 8% off the left and 10% off the top"),
        (Edits(contrast=0.12, saturation=-0.2), "Contrast +12%, saturation -20%"),
        (Edits(temperature=0.1, tint=-0.02), "Warmer and slightly more magenta"),
        (Edits(vignette=-0.2), "Darker corners (-0.20 EV)"),
        (Edits(dodge=0.3, dodge_x=0.2, dodge_y=0.2), "Brighten the upper left (+0.30 EV)"),
        (Edits(dodge=-0.3), "Darken the middle (-0.30 EV)"),
    ],
)
def test_words_say_what_is_done(recipe: Edits, words: str) -> None:
    assert words_of(recipe) == words


def test_trust_travels_in_the_card_of_the_second_scorer(tmp_path: Path) -> None:
    card = tmp_path / "second.json"
    card.write_text(json.dumps({"version": "second-v1"}))
    assert read_trust(card, scorer="s") is None
    trust = Trust(share=0.5, spread=0.2, pictures=60, scorer="s")
    card.write_bytes(card_with(card, trust))
    assert read_trust(card, scorer="s") == trust
    assert read_trust(card, scorer="another") is None
    assert json.loads(card.read_text())["version"] == "second-v1"
    card.write_text(json.dumps({"coach": {"share": "much"}}))
    with pytest.raises(CardError, match="coach"):
        read_trust(card, scorer="s")


def test_intervals_follow_what_was_confirmed_and_hold_the_mean() -> None:
    trust = Trust(share=0.5, spread=0.3, pictures=60, scorer="s")
    low, high = trust.interval(before=5.0, gain=1.0)
    assert (low, high) == (pytest.approx(5.2), pytest.approx(6.0))
    assert trust.interval(before=5.0, gain=0.2)[1] == pytest.approx(5.4)
    assert plain_interval(mean=9.8, half_width=0.5) == (pytest.approx(9.3), 10.0)
