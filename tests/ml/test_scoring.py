"""A scorer is served only when weights, card and machine agree; then it judges in batches."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from ml.contracts.card import CardError, DigestMismatchError, file_digest
from ml.data.transforms import UnusablePictureError
from ml.inference.golden import GoldenMismatchError, check_distribution, golden_picture
from ml.inference.scoring import LoadedScorer, WeightsError, load_scorer
from tests.ml.conftest import Shipped


class Copy:
    """A copy of the tiny scorer that a test may damage."""

    def __init__(self, shipped: Shipped, folder: Path) -> None:
        self.weights = Path(shutil.copy(shipped.weights, folder))
        self.card = Path(shutil.copy(shipped.card, folder))

    def load(self) -> LoadedScorer:
        return load_scorer(self.weights, self.card, device="cpu")

    def edit_card(self, change: Callable[[dict], None]) -> None:
        document = json.loads(self.card.read_text())
        change(document)
        self.card.write_text(json.dumps(document))

    def edit_tensors(self, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
        """Change the weights and write the new digest into the card, as a bad export would."""
        tensors = load_file(self.weights)
        change(tensors)
        save_file(tensors, self.weights)
        digest = file_digest(self.weights)
        self.edit_card(lambda card: card["weights"].update(sha256=digest))


@pytest.fixture
def copy(shipped: Shipped, tmp_path: Path) -> Copy:
    return Copy(shipped, tmp_path)


def shade(level: int) -> Image.Image:
    return Image.new("RGB", (32, 24), (level, level, level))


def test_an_intact_scorer_loads_and_names_itself(copy: Copy) -> None:
    scorer = copy.load()
    assert scorer.version == "scorer-tiny"
    assert scorer.digest == file_digest(copy.weights)
    scorer.check_golden()


def test_results_follow_the_votes_it_learned(copy: Copy) -> None:
    dark, grey, bright = copy.load().predict_batch([shade(15), shade(120), shade(235)])
    assert dark.mean < grey.mean < bright.mean
    for result in (dark, grey, bright):
        assert sum(result.distribution) == pytest.approx(1)
        assert 1 <= result.low <= result.mean <= result.high <= 10
    assert dark.percentile < 25 < 75 < bright.percentile


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 17])
def test_a_batch_judges_each_picture_as_it_would_alone(copy: Copy, count: int) -> None:
    scorer = copy.load()
    pictures = [shade(level * 14) for level in range(count)]
    together = scorer.predict_batch(pictures)
    assert len(together) == count
    for picture, result in zip(pictures, together, strict=True):
        alone = scorer.predict_batch([picture])[0]
        assert alone.distribution == pytest.approx(result.distribution, abs=1e-5)


def test_a_thing_without_pixels_is_refused(copy: Copy) -> None:
    with pytest.raises(UnusablePictureError):
        copy.load().predict_batch([shade(1), Image.new("RGB", (0, 5))])


def test_a_changed_byte_is_noticed(copy: Copy) -> None:
    content = bytearray(copy.weights.read_bytes())
    content[-1] ^= 1
    copy.weights.write_bytes(content)
    with pytest.raises(DigestMismatchError, match="sha256"):
        copy.load()


def test_a_missing_tensor_is_noticed(copy: Copy) -> None:
    copy.edit_tensors(lambda tensors: tensors.pop("centre"))
    with pytest.raises(WeightsError, match="missing or unexpected"):
        copy.load()


def test_an_unexpected_tensor_is_noticed(copy: Copy) -> None:
    copy.edit_tensors(lambda tensors: tensors.update(extra=torch.zeros(1)))
    with pytest.raises(WeightsError, match="extra"):
        copy.load()


def test_a_wrong_shape_is_noticed(copy: Copy) -> None:
    copy.edit_tensors(lambda tensors: tensors.update({"centre": torch.zeros(3)}))
    with pytest.raises(WeightsError, match="shape"):
        copy.load()


def test_numbers_that_are_not_finite_are_noticed(copy: Copy) -> None:
    copy.edit_tensors(lambda tensors: tensors["centre"].fill_(float("nan")))
    with pytest.raises(WeightsError, match="finite"):
        copy.load()


def test_an_untrained_head_is_noticed_by_the_golden_picture(copy: Copy) -> None:
    def forget(tensors: dict[str, torch.Tensor]) -> None:
        tensors["pull"].zero_()

    copy.edit_tensors(forget)
    with pytest.raises(GoldenMismatchError, match="golden picture is off"):
        copy.load()


def test_a_file_of_another_kind_is_noticed(copy: Copy) -> None:
    copy.weights.write_bytes(b"not safetensors")
    digest = file_digest(copy.weights)
    copy.edit_card(lambda card: card["weights"].update(sha256=digest))
    with pytest.raises(WeightsError, match="no readable tensors"):
        copy.load()


def test_a_panel_without_a_head_is_noticed(copy: Copy) -> None:
    copy.edit_card(lambda card: card.update(panel="nobody"))
    with pytest.raises(WeightsError, match="nobody"):
        copy.load()


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.update(schema=99),
        lambda card: card.update(kind="attributes"),
        lambda card: card.pop("version"),
        lambda card: card["weights"].pop("sha256"),
        lambda card: card["interval"].update(half_width_per_sd="wide"),
        lambda card: card["golden"].update(distribution=[1.0]),
        lambda card: card.update(reference=[5.0, 4.0]),
        lambda card: card.update(reference=[]),
        lambda card: card.update(architecture="scorer"),
    ],
)
def test_a_card_with_a_wrong_field_is_refused(copy: Copy, change: Callable[[dict], None]) -> None:
    copy.edit_card(change)
    with pytest.raises(CardError):
        copy.load()


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_card_that_is_no_card_is_refused(copy: Copy, text: str) -> None:
    copy.card.write_text(text)
    with pytest.raises(CardError):
        copy.load()


def test_an_absent_card_is_refused(copy: Copy) -> None:
    copy.card.unlink()
    with pytest.raises(CardError):
        copy.load()


def test_the_golden_picture_is_the_same_everywhere() -> None:
    picture = golden_picture(seed=20, side=12)
    assert picture.size == (12, 12)
    assert picture.tobytes() == golden_picture(seed=20, side=12).tobytes()
    assert picture.tobytes() != golden_picture(seed=21, side=12).tobytes()


def test_a_golden_result_of_nan_never_passes() -> None:
    with pytest.raises(GoldenMismatchError):
        check_distribution([float("nan")] * 10, expected=[0.1] * 10, tolerance=1.0)
