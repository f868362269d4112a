"""A whole network as a challenger: stopped, resumed, shared by two processes, and served."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ml.coach.coach import load_coach
from ml.contracts.card import read_card
from ml.contracts.engine import Engine
from ml.contracts.retrain import RunExit, RunRecipe, Said, SaidKind
from ml.explain.drawing import Effort
from ml.explain.explainer import load_explainer
from ml.inference.scoring import load_scorer
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.machine import Machine
from ml.training.challenger.run import run_folder
from ml.training.challenger.telling import Speaker
from ml.training.ddp import World
from ml.training.progress import TrainingStoppedError
from tests.ml.test_ddp import free_port, place
from tests.ml.training.runs import TINY_CHANGES, Ran, report_of, retrain, said_in, write_run
from tests.workers.tiny import write_tiny_attributes, write_tiny_second


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> RunFolder:
    """A network without a champion before it."""
    changes = {**TINY_CHANGES, "backbone": "tiny"}
    folder = write_run(
        tmp_path_factory.mktemp("tuned") / "run",
        RunRecipe.FINE_TUNE,
        champion=False,
        changes=changes,
    )
    assert retrain(folder, cache=cache).status == RunExit.DONE
    return folder


def test_without_a_champion_a_constant_must_be_beaten(tuned: RunFolder) -> None:
    verdict = report_of(tuned).verdict
    assert verdict.champion is None
    assert verdict.passed
    assert "a constant" in verdict.reasons[0].text


def test_it_is_served_like_any_scorer_on_any_engine(tuned: RunFolder) -> None:
    picture = _picture()
    (plain,) = load_scorer(tuned.weights, tuned.card, device="cpu").predict_batch([picture])
    fast = load_scorer(tuned.weights, tuned.card, device="cpu", engine=Engine.OPENVINO)
    assert fast.engine == "openvino"
    assert fast.predict_batch([picture])[0].mean == pytest.approx(plain.mean, abs=0.01)
    assert plain.low < plain.mean < plain.high
    assert read_card(tuned.card).reference == tuple(sorted(read_card(tuned.card).reference))


def test_it_is_explained_and_coached(tuned: RunFolder, tmp_path: Path) -> None:
    attributes = write_tiny_attributes(tmp_path)
    second = write_tiny_second(tmp_path)
    explainer = load_explainer(
        attributes.with_suffix(".safetensors"),
        attributes,
        tuned.weights,
        tuned.card,
        device="cpu",
        effort=Effort(steps=1),
    )
    assert len({tile.kind for tile in explainer.explain(_picture()).tiles}) >= 5
    coach = load_coach(
        tuned.weights, tuned.card, second.with_suffix(".safetensors"), second, device="cpu"
    )
    pixels = torch.rand(1, 3, 16, 16, requires_grad=True)
    coach.judge(pixels * 255).sum().backward()
    assert pixels.grad is not None
    assert pixels.grad.abs().sum() > 0


def test_stopped_and_resumed_it_learns_the_same(tmp_path: Path, cache: Path) -> None:
    whole, cut = (
        write_run(tmp_path / name, RunRecipe.SCRATCH, changes={**TINY_CHANGES, "head_epochs": 1})
        for name in ("whole", "cut")
    )
    undisturbed = retrain(whole, cache=cache)
    assert undisturbed.status == RunExit.DONE
    with pytest.raises(TrainingStoppedError):
        _run(cut, until=lambda said: said.kind is SaidKind.EPOCH and said.phase == "all")
    assert cut.checkpoint.is_file()
    assert not cut.weights.exists()
    resumed = retrain(cut, cache=cache)
    assert cut.weights.read_bytes() == whole.weights.read_bytes()
    # The curves are told again from the start, so that none is missing.
    assert _curves(resumed) == _curves(undisturbed)
    assert [said.phase for said in _curves(resumed)] == ["head", "all", "all"]
    assert all(said.coverage is not None and said.watched for said in _curves(resumed))


def test_a_broken_checkpoint_is_put_away(tmp_path: Path, cache: Path) -> None:
    folder = write_run(tmp_path / "run", RunRecipe.FINE_TUNE, changes=TINY_CHANGES)
    folder.checkpoint.write_bytes(b"torn")
    ran = retrain(folder, cache=cache)
    assert ran.status == RunExit.DONE
    assert any("afresh" in said.text for said in ran.of(SaidKind.NOTE))


def test_two_processes_make_one_challenger(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {**TINY_CHANGES, "dropout": 0.0, "head_epochs": 1, "all_epochs": 1}
    folder = write_run(tmp_path / "run", RunRecipe.FINE_TUNE, count=60, changes=changes)
    command = [sys.executable, "-m", "ml.cli", "--threads", "1", "retrain", str(folder.path)]
    port = free_port()
    with subprocess.Popen(
        [*command, "--cache", str(cache)], env={**os.environ, **place(1, port)},
        stdout=subprocess.PIPE, text=True,
    ) as second, monkeypatch.context() as patched:  # fmt: skip
        for name, value in place(0, port).items():
            patched.setenv(name, value)
        ran = retrain(folder, cache=cache)
        said, _ = second.communicate()
    assert ran.status == second.returncode == RunExit.DONE
    assert [each.phase for each in ran.of(SaidKind.EPOCH)] == ["head", "all"]
    assert not said_in(said), "only the first speaks"
    assert report_of(folder).verdict.pictures > 0


def _curves(ran: Ran) -> list[Said]:
    """Every point, but for what a clock says of it."""
    return [replace(said, images_per_s=None, eta_s=None) for said in ran.of(SaidKind.EPOCH)]


def _run(folder: RunFolder, *, until: Callable[[Said], bool]) -> None:
    """The command's inside, asked to stop as soon as it says something."""
    heard: list[Said] = []
    speaker = Speaker(heard.append, should_stop=lambda: any(until(said) for said in heard))
    machine = Machine(device=torch.device("cpu"), cache=None, world=World())
    run_folder(folder.path, machine=machine, speaker=speaker)


def _picture() -> Image.Image:
    pixels = np.random.default_rng(5).integers(0, 256, size=(40, 60, 3), dtype=np.uint8)
    return Image.fromarray(pixels)
