"""A training process that is killed in the midst of an epoch goes on and ends the same."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from ml.contracts.retrain import RunExit, RunRecipe, SaidKind, parse_said
from ml.training.challenger.folder import RunFolder
from tests.ml.training.runs import TINY_CHANGES, report_of, retrain, write_run

CHANGES = {**TINY_CHANGES, "backbone": "tiny", "all_epochs": 3}


def test_killed_in_an_epoch_it_resumes_with_the_same_figures(tmp_path: Path) -> None:
    calm, killed = (
        write_run(tmp_path / name, RunRecipe.FINE_TUNE, count=60, champion=False, changes=CHANGES)
        for name in ("calm", "killed")
    )
    undisturbed = retrain(calm)
    _kill_after(killed, epochs=3)
    assert killed.checkpoint.is_file()
    assert not killed.report.exists()
    ended = retrain(killed)
    assert ended.status == RunExit.DONE
    assert killed.weights.read_bytes() == calm.weights.read_bytes()
    before, after = report_of(calm).verdict, report_of(killed).verdict
    assert (after.gain, after.emd_gain, after.slices) == (
        before.gain,
        before.emd_gain,
        before.slices,
    )
    # Whole lines, but for what a clock says of them.
    curves = [
        [replace(each, images_per_s=None, eta_s=None) for each in ran.of(SaidKind.EPOCH)]
        for ran in (undisturbed, ended)
    ]
    assert curves[0] == curves[1]


def _kill_after(folder: RunFolder, *, epochs: int) -> None:
    command = [sys.executable, "-m", "ml.cli", "--threads", "1", "retrain", str(folder.path)]
    told = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            said = parse_said(line)
            told += said is not None and said.kind is SaidKind.EPOCH
            if told == epochs:
                process.kill()
                break
    assert told == epochs
