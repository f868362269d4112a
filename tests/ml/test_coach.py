"""The coach proposes what both scorers like and looks natural, and says why when it has nothing."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from ml.cli.__main__ import main
from ml.coach.coach import Coach, load_coach
from ml.coach.optimise import Plan, search
from ml.coach.study import LEAST_GAIN
from ml.coach.words import words_of
from ml.contracts.advice import TOGETHER
from ml.contracts.card import CardError, file_digest
from ml.contracts.edits import COMPONENTS, Edits
from ml.data.transforms import UnusablePictureError, to_pixels
from ml.evaluation.coaching_page import BEGIN, END
from ml.inference.golden import golden_picture
from ml.inference.scoring import open_scorer
from tests.ml.conftest import Shipped

# The tiny scorer likes bright pictures, as the crowds did that it learned from.


@pytest.fixture(scope="module")
def coach(shipped: Shipped) -> Coach:
    return load_coach(shipped.weights, shipped.card, shipped.weights, shipped.card, device="cpu")


def dim(width: int = 400, height: int = 300, *, level: int = 70) -> Image.Image:
    grain = np.random.default_rng(5).integers(0, 40, (height, width, 1))
    tinted = (grain + level) * np.array([1.1, 1.0, 0.8])
    return Image.fromarray(tinted.clip(0, 255).astype(np.uint8))


def redness(pixels: torch.Tensor) -> torch.Tensor:
    return (pixels[:, 0] - pixels[:, 2]).mean(dim=(1, 2)) / 20


def test_the_search_improves_a_scorer_whose_wish_is_known() -> None:
    pixels = torch.full((1, 3, 32, 32), 120.0)
    found = search(
        pixels, redness, aspect=1.0, free=("white_balance", "exposure"), plan=Plan(side=16)
    )
    assert found.edits.temperature > 0.08
    assert found.worth > 0.3


def test_the_search_moves_only_what_is_free() -> None:
    found = search(
        torch.full((1, 3, 32, 32), 120.0),
        lambda pixels: pixels.mean(dim=(1, 2, 3)) / 20,
        aspect=1.0,
        free=("contrast",),
        plan=Plan(side=16),
    )
    assert set(found.edits.components()) <= {"contrast"}


def test_a_scorer_that_does_not_care_gets_no_change() -> None:
    found = search(
        torch.rand(1, 3, 32, 32) * 255,
        lambda pixels: pixels.mean(dim=(1, 2, 3)) * 0.0,
        aspect=1.0,
        free=tuple(COMPONENTS),
        plan=Plan(side=16),
    )
    assert found.edits == Edits()


def test_a_dim_picture_is_told_to_be_brighter(coach: Coach) -> None:
    advice = coach.advise(dim())
    assert advice.reason == ""
    first = advice.proposals[0]
    assert first.gain >= LEAST_GAIN
    assert first.mean == pytest.approx(advice.before + first.gain)
    assert first.low <= first.mean <= first.high
    assert first.edits.exposure > 0 or first.edits.dodge > 0
    assert first.words == words_of(first.edits)
    preview = Image.open(BytesIO(first.preview))
    assert preview.size == (first.width, first.height)
    assert preview.format == "JPEG"


def test_the_whole_comes_first_and_parts_follow_by_gain(coach: Coach) -> None:
    proposals = coach.advise(dim()).proposals
    assert len(proposals) > 1
    assert proposals[0].key == TOGETHER
    parts = proposals[1:]
    assert [part.gain for part in parts] == sorted((p.gain for p in parts), reverse=True)
    for part in parts:
        assert part.edits == proposals[0].edits.only(part.key)
        assert part.second_gain > 0


def test_a_second_scorer_may_veto_everything(shipped: Shipped, tmp_path: Path) -> None:
    contrary = _pulling(shipped, tmp_path, -1.0)
    coach = load_coach(shipped.weights, shipped.card, *contrary, device="cpu")
    advice = coach.advise(dim())
    assert advice.proposals == ()
    assert "second scorer does not agree" in advice.reason
    assert coach.study(dim()).wanted is not None


def test_what_cannot_be_bettered_gets_a_reason(shipped: Shipped, tmp_path: Path) -> None:
    """A scorer that says the same of everything wishes for nothing."""
    indifferent = _pulling(shipped, tmp_path, 0.0)
    advice = load_coach(*indifferent, *indifferent, device="cpu").advise(dim())
    assert advice.proposals == ()
    assert advice.reason == "No change within modest bounds raises the expected score."


@pytest.mark.parametrize(
    "picture",
    [
        dim(1, 1),
        dim(1, 900),
        dim(1500, 20),
        Image.new("RGBA", (40, 30), (60, 60, 60, 100)),
        Image.new("L", (60, 40), 60),
        Image.new("P", (60, 40)),
    ],
)
def test_odd_pictures_get_an_answer(coach: Coach, picture: Image.Image) -> None:
    advice = coach.advise(picture)
    assert 1 <= advice.before <= 10
    assert bool(advice.proposals) != bool(advice.reason)


def test_small_pictures_are_not_cut_and_grey_ones_not_coloured(coach: Coach) -> None:
    grey = dim(200, 150).convert("L").convert("RGB")
    for proposal in coach.advise(grey).proposals:
        assert not {"crop", "straighten", "white_balance", "saturation"} & set(
            proposal.edits.components()
        )


def test_a_thing_without_pixels_is_refused(coach: Coach) -> None:
    with pytest.raises(UnusablePictureError):
        coach.advise(Image.new("RGB", (0, 4)))


def test_the_same_picture_gets_the_same_advice(coach: Coach) -> None:
    assert coach.advise(dim()) == coach.advise(dim())


def test_a_damaged_card_of_the_second_scorer_is_refused(shipped: Shipped, tmp_path: Path) -> None:
    card = tmp_path / "second.json"
    card.write_text("{}")
    with pytest.raises(CardError):
        load_coach(shipped.weights, shipped.card, shipped.weights, card, device="cpu")


def test_the_command_calibrates_measures_and_writes_its_page(
    shipped: Shipped, tmp_path: Path
) -> None:
    page, card = tmp_path / "coach.md", tmp_path / "second.json"
    page.write_text(f"# Coach\n\n{BEGIN}\nold\n{END}\nafter\n")
    card.write_bytes(shipped.card.read_bytes())
    words = ["coach", "--data", f"oasis={shipped.oasis}", "--into", str(page)]
    words += ["--weights", str(shipped.weights), "--card", str(shipped.card)]
    words += ["--second-weights", str(shipped.weights), "--second-card", str(card)]
    words += ["--pictures", "2", "--calibrate", "2", "--images", str(tmp_path)]
    words += ["--cache", str(tmp_path / "cache")]
    assert main(["--threads", "1", *words]) == 0
    first = page.read_text()
    assert first.startswith("# Coach")
    assert first.endswith(f"{END}\nafter\n")
    assert "2 held-out pictures (2 of oasis)" in first
    assert "old" not in first
    assert (
        json.loads(card.read_text())["coach"]["scorer"]
        == json.loads(shipped.card.read_text())["weights"]["sha256"]
    )
    for name in ("coach-random.webp", "coach-failures.webp"):
        assert (tmp_path / name).stat().st_size < 200_000
    assert main(["--threads", "1", *words]) == 0
    assert page.read_text() == first


def test_a_page_without_marks_is_refused(shipped: Shipped, tmp_path: Path) -> None:
    page = tmp_path / "other.md"
    page.write_text("# Another page\n")
    words = ["coach", "--data", f"oasis={shipped.oasis}", "--into", str(page)]
    words += ["--weights", str(shipped.weights), "--card", str(shipped.card)]
    words += ["--second-weights", str(shipped.weights), "--second-card", str(shipped.card)]
    assert main(["--threads", "1", *words, "--pictures", "2", "--calibrate", "0"]) == 2
    assert page.read_text() == "# Another page\n"


def _pulling(shipped: Shipped, folder: Path, factor: float) -> tuple[Path, Path]:
    """The tiny scorer with every pull times ``factor``: below 0 it likes what it did not."""
    tensors = load_file(shipped.weights)
    tensors["pull"] = factor * tensors["pull"]
    weights, card = folder / "other.safetensors", folder / "other.json"
    save_file(tensors, weights)
    document = json.loads(shipped.card.read_text())
    document["weights"]["sha256"] = file_digest(weights)
    card.write_text(json.dumps(document))
    network, facts = open_scorer(weights, card)
    golden = document["golden"]
    pixels = to_pixels(
        [golden_picture(seed=golden["seed"], side=golden["side"])], side=facts.input_side
    )
    golden["distribution"] = network(pixels, facts.panel)[0].tolist()
    card.write_text(json.dumps(document))
    return weights, card


def test_the_mean_before_is_that_of_the_picture_as_it_was_given(coach: Coach) -> None:
    wide = dim(1600, 90)
    wide.paste((250, 240, 60), (0, 0, 800, 90))
    given, _ = coach.look(wide)
    assert coach.advise(wide).before == pytest.approx(given.mean, abs=1e-6)
