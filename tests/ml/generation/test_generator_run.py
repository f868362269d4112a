"""A generator is trained by the command that trains challengers, and judged like one."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ml.contracts.config import Estimate
from ml.contracts.generator_card import read_generator_card
from ml.contracts.generator_recipe import GeneratorRecipe, generator_recipe
from ml.contracts.recipe import RecipeError
from ml.contracts.retrain import Gate, RefusalCode, RunRecipe, Said, SaidKind
from ml.contracts.verdict import ReasonCode, Ruling, Verdict
from ml.evaluation.gate_inputs import Judged, Occasion
from ml.evaluation.generation import Trial
from ml.evaluation.generation_gate import Looks, decide_generator
from ml.inference.generation import load_generator
from ml.training.challenger import generator, generator_judging
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.machine import Machine
from ml.training.challenger.refusals import refusal_of
from ml.training.challenger.run import run_folder
from ml.training.challenger.telling import Speaker
from ml.training.ddp import World
from ml.training.generator import run as learning
from ml.training.generator import showing, steps
from ml.training.progress import TrainingStoppedError
from tests.ml.training.runs import report_of, write_run

CHANGES: dict[str, object] = {
    "size": 32, "width": 4, "batch": 4, "updates": 4, "every": 2, "categories": 2,
}  # fmt: skip
MACHINE = Machine(torch.device("cpu"), None, World(), judges=("tiny",))
EVEN = (0.1,) * 10
LATENTS = 12
SURE = Estimate(0.5, 0.4, 0.6)


class _KilledError(BaseException):
    """Nobody catches it, as nobody catches SIGKILL."""


def write(path: Path, *, count: int = 100, changes: dict[str, object] | None = None) -> RunFolder:
    return write_run(
        path, RunRecipe.GENERATOR, count=count, champion=False, changes=changes or CHANGES
    )


def run(folder: RunFolder, say: Callable[[Said], None] = lambda _said: None) -> list[Said]:
    heard: list[Said] = []

    def hear(said: Said) -> None:
        heard.append(said)
        say(said)

    run_folder(folder.path, machine=MACHINE, speaker=Speaker(hear))
    return heard


def of(kind: SaidKind, said: list[Said]) -> list[Said]:
    return [replace(each, images_per_s=None, eta_s=None) for each in said if each.kind is kind]


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    """Fewer samples than a verdict deserves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(showing, "STEADY_BATCHES", 2)
        patch.setattr(learning, "WATCHED", 32)
        for module in (generator, generator_judging):
            patch.setattr(module, "LATENTS", LATENTS)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, list[Said]]:
    torch.set_num_threads(1)
    folder = write(tmp_path_factory.mktemp("generator") / "run")
    return folder, run(folder)


def test_it_ends_with_a_verdict_in_plain_words(made: tuple[RunFolder, list[Said]]) -> None:
    report = report_of(made[0])
    verdict = report.verdict
    assert (report.trained_on, verdict.pictures) == (60, 2 * LATENTS * 8)
    codes = {each.code for each in verdict.reasons}
    assert codes >= {ReasonCode.LIKENESS, ReasonCode.MEMORISED, ReasonCode.GOLDEN}
    assert "one that does nothing" in verdict.reasons[0].text
    assert verdict.constant.srcc.value == 0
    assert len(report.points) == verdict.pictures
    assert [each.title for each in verdict.slices] == ["Group 1", "Group 2"]


def test_it_is_served_like_any_generator(made: tuple[RunFolder, list[Said]]) -> None:
    folder, _ = made
    served = load_generator(folder.weights, folder.card)
    card = served.card
    assert (card.pictures, len(card.learned), len(card.outcomes)) == (60, 60, 2)
    assert card.data == ("campaign:1",)
    (sample,) = served.samples(category=card.categories[0].key, histogram=EVEN, seed=1)
    assert sample.pixels.shape == (32, 32, 3)


def test_while_it_learns_it_says_losses_and_grids(made: tuple[RunFolder, list[Said]]) -> None:
    folder, said = made
    points = of(SaidKind.EPOCH, said)
    assert [(each.phase, each.done, each.total) for each in points] == [
        ("duel", 2, 4), ("duel", 4, 4),
    ]  # fmt: skip
    assert all(None not in (each.loss, each.discriminator, each.kid) for each in points)
    grids = of(SaidKind.SAMPLES, said)
    assert [each.text for each in grids] == ["grids/000002.jpg", "grids/000004.jpg"]
    for each in grids:
        with Image.open(folder.path / each.text) as picture:
            assert picture.size == (32 * len(each.columns), 32 * len(each.rows))
    names = {path.name for path in folder.artefacts.iterdir()}
    assert names >= {"dial.jpg", "categories.jpg", "nearest.jpg", "kid.svg", "loss.svg"}


def test_killed_and_resumed_it_learns_the_same_to_the_last_bit(
    made: tuple[RunFolder, list[Said]], tmp_path: Path
) -> None:
    whole, said = made
    killed, heard = write(tmp_path / "killed"), list[Said]()

    def kill(each: Said) -> None:
        if each.kind is SaidKind.EPOCH:
            raise _KilledError

    def stop(each: Said) -> None:
        heard.append(each)
        if each.text.endswith("over the dial"):
            raise TrainingStoppedError

    with pytest.raises(_KilledError):
        run(killed, kill)
    with pytest.raises(TrainingStoppedError):
        run(killed, stop)
    name = "generator.safetensors"
    assert (killed.path / name).read_bytes() == (whole.path / name).read_bytes()
    # What was said before the kill is said again, so that no point is missing.
    points = [[each.kid for each in of(SaidKind.EPOCH, all_of)] for all_of in (heard, said)]
    assert points[0] == points[1]


def test_against_one_that_learned_more_an_untrained_one_is_refused(
    made: tuple[RunFolder, list[Said]], tmp_path: Path
) -> None:
    champion, _ = made
    folder = write(tmp_path / "run", changes={**CHANGES, "updates": 1})
    shutil.copyfile(champion.weights, folder.champion)
    shutil.copyfile(champion.card, folder.champion_card)
    run(folder)
    verdict = report_of(folder).verdict
    assert not verdict.passed
    assert verdict.champion is not None
    assert {ReasonCode.SPEED, ReasonCode.MEMORY, ReasonCode.BASELINE} <= {
        each.code for each in verdict.reasons
    }
    assert all(point.champion is not None for point in report_of(folder).points)
    assert read_generator_card(folder.card).version == "scorer-new"


def test_too_few_pictures_are_refused_with_how_many_are_needed(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="54 pictures to learn from; a generator needs") as caught:
        run(write(tmp_path / "run", count=90))
    refusal = refusal_of(caught.value)
    assert refusal is not None
    assert refusal.code is RefusalCode.TOO_FEW_PICTURES


def test_numbers_that_run_away_are_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "hinge_generator", lambda scores: scores.mean() * float("nan"))
    with pytest.raises(ArithmeticError) as caught:
        run(write(tmp_path / "run"))
    refusal = refusal_of(caught.value)
    assert refusal is not None
    assert refusal.code is RefusalCode.NOT_FINITE


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"depth": 3}, "no field 'depth'"),
        ({"size": 48}, "32, 64, 128"),
        ({"minutes": 0}, "above 0"),
        ({"conditioning": "none"}, "mixed, film"),
        ({"categories": 1}, "at least 2"),
        ({"updates": 2.5}, "whole number"),
    ],
)
def test_wishes_that_no_run_can_fulfil_are_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        generator_recipe(changes)
    assert generator_recipe({}) == GeneratorRecipe()


LOOKS = Looks(
    kid=SURE,
    kid_real=SURE,
    kid_champion=SURE,
    kid_gain=Estimate(0.0, -0.1, 0.1),
    near=Estimate(0.02, 0.0, 0.04),
    judge=SURE,
    aside=80,
)


def ruled(looks: Looks = LOOKS, *, new: float = 1.0, old: float = 4.0) -> Verdict:
    """``new``, ``old``: how far both generators stray from what was asked, in points."""
    random = np.random.default_rng(1)
    asked = np.tile(np.linspace(3, 8, 8), 60)
    first, second = (asked + random.normal(0, noise, len(asked)) for noise in (new, old))
    row = np.arange(len(asked)) // 8
    trial = Trial(asked, first, row // 30, row // 30, row, random.normal(size=(len(asked), 2)))
    models = [Judged(None, means, None, 9.0, 1.0, golden=True) for means in (first, second)]
    return decide_generator(
        *models, trial, ("Lakes", "Cats"), looks, gate=Gate(resamples=300), seed=1,
        occasion=Occasion(),
    )  # fmt: skip


def vetoes(verdict: Verdict) -> set[ReasonCode]:
    return {each.code for each in verdict.reasons if each.ruling is Ruling.VETO}


def test_a_dial_that_is_obeyed_more_passes_and_one_that_is_obeyed_less_does_not() -> None:
    assert ruled().passed
    worse = ruled(new=4.0, old=1.0)
    assert vetoes(worse) == {ReasonCode.BETTER, ReasonCode.SLICE}
    assert "In the category Lakes (240 samples) the dial is obeyed less" in worse.reasons[1].text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kid_gain": Estimate(0.4, 0.3, 0.5)}, ReasonCode.LIKENESS),
        ({"near": Estimate(0.3, 0.2, 0.4)}, ReasonCode.MEMORISED),
        ({"judge": Estimate(0.1, -0.2, 0.4)}, ReasonCode.TOO_FEW),
    ],
)
def test_a_better_dial_does_not_make_up_for_the_rest(
    change: dict[str, Estimate], code: ReasonCode
) -> None:
    assert vetoes(ruled(replace(LOOKS, **change))) == {code}  # type: ignore[arg-type]
