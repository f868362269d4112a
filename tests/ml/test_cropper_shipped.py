"""The cropper in the product's own tree: intact, small, and better than every baseline."""

import numpy as np
import pytest

from ml.contracts.builtin import BUILTIN_CROPPER
from ml.contracts.cropper_card import CropFigure
from ml.crop.tables import view_scores
from ml.evaluation.cropping_methods import CENTRE, ENTROPY, NO_CROP, RANDOM, SMARTCROP, VIEW
from ml.evaluation.cropping_metrics import overlap
from ml.evaluation.cropping_scenes import HELD_OUT, Surroundings, planted_scene
from ml.evaluation.cropping_views import shifted_within
from ml.inference.cropping import LoadedCropper, load_cropper
from ml.inference.golden import golden_picture
from ml.marks.finder import Finder

LIMIT_BYTES = 1024 * 1024


@pytest.fixture(scope="module")
def cropper() -> LoadedCropper:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ml.inference.cropping.open_finder", lambda threads: Finder(()))
        return load_cropper(BUILTIN_CROPPER.weights, BUILTIN_CROPPER.card, device="cpu")


def test_it_passes_its_golden_picture(cropper: LoadedCropper) -> None:
    assert cropper.version == BUILTIN_CROPPER.name
    assert BUILTIN_CROPPER.weights.stat().st_size < LIMIT_BYTES
    assert cropper.card.mix.cut > 0
    assert cropper.card.mix.focal > 0


@pytest.mark.parametrize("kind", ["all", HELD_OUT.value])
@pytest.mark.parametrize("art", ["photos", "paintings"])
def test_its_card_shows_it_ahead_of_every_baseline(
    cropper: LoadedCropper, art: str, kind: str
) -> None:
    found: dict[str, CropFigure] = {
        row.method: row
        for row in cropper.card.figures
        if row.table == f"{art}, {kind}" and row.figure == "iou"
    }
    for baseline in (CENTRE, NO_CROP, ENTROPY, SMARTCROP, RANDOM):
        assert found[VIEW].value.low > found[baseline].value.high, baseline


def test_it_finds_a_picture_among_views_of_its_size(cropper: LoadedCropper) -> None:
    won: list[float] = []
    for number in range(4):
        picture = golden_picture(seed=number, side=160)
        other = golden_picture(seed=number + 50, side=160)
        scene = planted_scene(picture, Surroundings.BLURRED, other, seed=(number,))
        generator = np.random.default_rng(number)
        shifted = shifted_within(scene.shares[None], 6, generator)[0]
        rivals = shifted[overlap(shifted, scene.shares) < 0.9]
        scores = view_scores(
            cropper.field(scene.image).view, np.concatenate([scene.shares[None], rivals])
        )
        won += (scores[1:] < scores[0]).tolist()
    assert len(won) >= 12
    assert np.mean(won) > 0.75, "half of them are won by chance"
