"""A recipe does the same on pixels and on files, changes nothing when empty, and can be learned."""

import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from ml.coach.apply import PictureModeError, apply
from ml.coach.edits import NAMES, edit, frame, recipe_of, tone
from ml.coach.frame import inner_scale
from ml.coach.space import STEP, opposite, position, random_like, tidy, weaker
from ml.contracts.edits import BOUNDS, COMPONENTS, Edits, EditsError

WIDTH, HEIGHT = 240, 180
RECIPES = [
    Edits(exposure=0.5),
    Edits(exposure=-0.5, contrast=0.3),
    Edits(saturation=0.3, temperature=0.15, tint=-0.08),
    Edits(vignette=-0.35, dodge=0.5, dodge_x=0.2, dodge_y=0.8),
    Edits(straighten=4.0),
    Edits(straighten=-2.0, crop_left=0.1, crop_top=0.15),
    Edits(crop_right=0.2),
    Edits(exposure=0.3, contrast=-0.2, straighten=1.0, crop_bottom=0.1, vignette=0.3, dodge=-0.4),
]


def smooth(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Slow waves of colour."""
    y, x = np.mgrid[0:height, 0:width]
    red, green = x / width * 190 + 30, y / height * 180 + 35
    blue = 128 + 80 * np.sin(x / 50) * np.cos(y / 40)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).astype(np.uint8))


def tensor(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float()


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_torch_path_and_the_file_path_agree_within_two_levels(recipe: Edits) -> None:
    picture = smooth()
    applied = np.asarray(apply(picture, recipe), dtype=np.float64)
    row = recipe_of(recipe)[None]
    shown = tone(frame(tensor(picture), row, aspect=WIDTH / HEIGHT), row)
    shown = interpolate(shown, size=applied.shape[:2], mode="bicubic", antialias=True)
    assert np.abs(shown[0].permute(1, 2, 0).numpy() - applied).max() < 2.0
    assert np.abs(applied.mean() - np.asarray(picture).mean()) > 0.05  # it did something


def test_nothing_to_do_changes_no_pixel() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    assert (np.asarray(apply(Image.fromarray(noise), Edits())) == noise).all()
    pixels = torch.from_numpy(noise).permute(2, 0, 1)[None].float()
    still = edit(pixels, recipe_of(Edits())[None], aspect=70 / 50, side=50)
    squeezed = interpolate(pixels, size=(50, 50), mode="bicubic", antialias=True).clamp(0, 255)
    assert torch.allclose(still, squeezed, atol=0.01)


def test_a_gradient_reaches_every_parameter() -> None:
    recipe = torch.stack([recipe_of(Edits(dodge=0.2, straighten=1.0, crop_left=0.05))])
    recipe.requires_grad_()
    seen = edit(tensor(smooth()), recipe, aspect=WIDTH / HEIGHT, side=48)
    weights = torch.randn(seen.shape, generator=torch.Generator().manual_seed(1))
    (seen * weights).sum().backward()
    assert recipe.grad is not None
    assert torch.isfinite(recipe.grad).all()
    assert (recipe.grad != 0).all(), dict(zip(NAMES, recipe.grad[0].tolist(), strict=True))


def test_black_and_white_pixels_give_finite_gradients() -> None:
    recipe = recipe_of(Edits())[None].requires_grad_()
    pixels = torch.cat([torch.zeros(1, 3, 8, 4), torch.full((1, 3, 8, 4), 255.0)], dim=3)
    edit(pixels, recipe, aspect=1.0, side=8).sum().backward()
    assert recipe.grad is not None
    assert torch.isfinite(recipe.grad).all()


def test_brightening_never_clips_and_white_stays_white() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    brighter = np.asarray(apply(Image.fromarray(ramp), Edits(exposure=1.0)))[0, :, 0].astype(int)
    assert (np.diff(brighter) >= 0).all()
    assert brighter[255] == 255
    assert brighter[245] < 255
    assert brighter[60] > 75


@pytest.mark.parametrize(
    ("recipe", "channel", "rises"),
    [
        (Edits(temperature=0.1), 0, True),
        (Edits(temperature=0.1), 2, False),
        (Edits(tint=0.08), 1, True),
    ],
)
def test_white_balance_moves_the_channel_it_names(recipe: Edits, channel: int, rises: bool) -> None:
    grey = Image.new("RGB", (8, 8), (120, 120, 120))
    level = int(np.asarray(apply(grey, recipe))[0, 0, channel])
    assert (level > 120) == rises
    assert level != 120


def test_straightening_turns_clockwise_and_shows_no_empty_corner() -> None:
    picture = Image.new("RGB", (200, 150), "white")
    picture.paste("black", (0, 75, 200, 150))
    turned = np.asarray(apply(picture, Edits(straighten=5.0)))[..., 0]
    edge = (turned > 128).sum(axis=0)  # rows of white above the horizon
    assert edge[-5] > edge[5]  # clockwise: the right end goes down
    white = np.asarray(apply(Image.new("RGB", (200, 150), "white"), Edits(straighten=5.0)))
    assert (white == 255).all()


def test_the_inner_rectangle_fits_exactly() -> None:
    assert inner_scale(0.0, aspect=1.5) == 1.0
    turn, width, height = np.radians(4.0), 3.0, 2.0
    scale = inner_scale(-4.0, aspect=width / height)
    tall = scale * (width * np.sin(turn) + height * np.cos(turn))
    assert tall == pytest.approx(height)
    assert scale * (width * np.cos(turn) + height * np.sin(turn)) < width


def test_cropping_alone_copies_pixels() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (100, 200, 3), dtype=np.uint8)
    cut = apply(Image.fromarray(noise), Edits(crop_left=0.1, crop_top=0.2))
    assert (np.asarray(cut) == noise[20:, 20:]).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 2)])
def test_pictures_of_a_few_pixels_keep_at_least_one(size: tuple[int, int]) -> None:
    picture = smooth(*size)
    edited = apply(picture, Edits(straighten=5.0, crop_left=0.2, crop_top=0.2, exposure=0.2))
    assert min(edited.size) >= 1


def test_strips_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = RECIPES[-1]
    whole = np.asarray(apply(smooth(), recipe)).astype(int)
    monkeypatch.setattr("ml.coach.apply.STRIP_PIXELS", WIDTH * 7)
    assert np.abs(np.asarray(apply(smooth(), recipe)) - whole).max() <= 1


def test_only_rgb_pictures_are_edited() -> None:
    with pytest.raises(PictureModeError, match="RGBA"):
        apply(Image.new("RGBA", (4, 4)), Edits())


@pytest.mark.parametrize("recipe", [Edits(), *RECIPES])
def test_a_recipe_survives_json(recipe: Edits) -> None:
    assert Edits.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("name", list(BOUNDS))
def test_bounds_hold_and_their_ends_are_allowed(name: str) -> None:
    low, high = BOUNDS[name]
    for end in (low, high):
        assert getattr(Edits(**{name: end}), name) == end
    for beyond in (low - 0.01, high + 0.01, float("nan"), "much", True):
        with pytest.raises(EditsError, match=name):
            Edits(**{name: beyond})


def test_components_name_every_parameter_once() -> None:
    named = [name for names in COMPONENTS.values() for name in names]
    assert sorted(named) == sorted(field.name for field in fields(Edits))


def test_components_add_up_to_the_recipe() -> None:
    recipe = RECIPES[-1]
    parts = [recipe.only(key).to_json() for key in recipe.components()]
    assert {name: value for part in parts for name, value in part.items()} == recipe.to_json()
    assert "crop" not in recipe.tones().components()


def test_a_tidy_recipe_is_sayable_and_within_bounds() -> None:
    generator = torch.Generator().manual_seed(3)
    for _ in range(20):
        place = torch.rand(len(NAMES), generator=generator) * 2 - 1
        recipe = tidy(
            torch.where(torch.tensor(["crop" in name for name in NAMES]), place.abs(), place)
        )
        for name, value in recipe.to_json().items():
            steps = value / STEP[name]
            assert steps == pytest.approx(round(steps), abs=1e-6) or value in BOUNDS[name]
    assert tidy(torch.full((len(NAMES),), 0.01)) == Edits()


def test_weaker_opposite_and_random_recipes_are_what_they_say() -> None:
    recipe = Edits(exposure=0.6, contrast=0.2, crop_left=0.2)
    assert weaker(recipe, 0.5) == Edits(exposure=0.3, contrast=0.1, crop_left=0.1)
    assert opposite(recipe) == Edits(exposure=-0.6, contrast=-0.2)
    drawn = random_like(recipe, seed=1)
    assert drawn != random_like(recipe, seed=2)
    assert set(drawn.to_json()) <= set(recipe.to_json())
    assert position(drawn).norm() == pytest.approx(float(position(recipe).norm()), rel=0.5)


def test_applying_needs_no_torch() -> None:
    program = "import sys, ml.coach.apply; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
