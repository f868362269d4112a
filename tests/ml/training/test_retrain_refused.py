"""A run that cannot end well ends with a code and a sentence, and the champion as it was."""

import errno
import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from ml.cli import retrain as command
from ml.contracts.manifest import Manifest, read_manifest, write_manifest
from ml.contracts.retrain import RefusalCode, RunExit, RunRecipe, SaidKind, read_request
from ml.training.challenger import picture_features
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.machine import Machine
from ml.training.challenger.refusals import refusal_of
from ml.training.challenger.run import run_folder
from ml.training.challenger.telling import Speaker
from tests.ml.training.runs import (
    TINY_CHANGES,
    Ran,
    change_request,
    report_of,
    retrain,
    write_run,
)


def _few(folder: RunFolder) -> None:
    _rewrite(folder, lambda manifest: replace(manifest, rows=manifest.rows[:25]))


def _no_test(folder: RunFolder) -> None:
    def change(manifest: Manifest) -> Manifest:
        rows = [row for row in manifest.rows if row.part != "test"]
        return replace(manifest, rows=tuple(rows))

    _rewrite(folder, change)


def _gone(folder: RunFolder) -> None:
    for path in sorted(folder.pictures.iterdir())[:9]:
        path.unlink()


def _torn_manifest(folder: RunFolder) -> None:
    folder.manifest.write_bytes(folder.manifest.read_bytes()[:-20])


def _outside(folder: RunFolder) -> None:
    def change(manifest: Manifest) -> Manifest:
        first, *others = manifest.rows
        return replace(manifest, rows=(replace(first, file="../secret.webp"), *others))

    _rewrite(folder, change)


def _torn_request(folder: RunFolder) -> None:
    folder.request.write_text("{}")


def _torn_champion(folder: RunFolder) -> None:
    folder.champion.write_bytes(b"nothing")


def _fields_of_another_recipe(folder: RunFolder) -> None:
    change_request(folder, read_request(folder.request), changes={"head_epochs": 3})


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (_few, RefusalCode.TOO_FEW_PICTURES, "25 pictures"),
        (_no_test, RefusalCode.TOO_FEW_PICTURES, "0 test pictures"),
        (_gone, RefusalCode.PICTURES_GONE, "9 of 80"),
        (_torn_manifest, RefusalCode.BAD_REQUEST, "changed or cut"),
        (_outside, RefusalCode.BAD_REQUEST, "leads out"),
        (_torn_request, RefusalCode.BAD_REQUEST, "lacks"),
        (_torn_champion, RefusalCode.CHAMPION_UNFIT, "cannot be read"),
        (_fields_of_another_recipe, RefusalCode.BAD_REQUEST, "no fields"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_is_wrong_with_a_folder_is_said_in_one_line(
    spoil: Callable[[RunFolder], None], code: RefusalCode, words: str, tmp_path: Path
) -> None:
    folder = write_run(tmp_path / "run", RunRecipe.HEAD)
    spoil(folder)
    _refused(retrain(folder), code, words)
    assert not folder.report.exists()


def test_pictures_of_which_all_have_the_same_votes_teach_nothing(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", RunRecipe.HEAD, alike=True)
    _refused(retrain(folder), RefusalCode.ONE_CLASS, "the same votes")


def test_a_few_deleted_or_torn_pictures_are_counted_and_done_without(
    tmp_path: Path, cache: Path
) -> None:
    folder = write_run(tmp_path / "run", RunRecipe.HEAD)
    deleted, torn, cut, *_ = sorted(folder.pictures.iterdir())
    deleted.unlink()
    torn.write_bytes(torn.read_bytes()[:200])
    Image.open(cut).save(cut, format="png")  # opens when it is cut, but has no last row
    cut.write_bytes(cut.read_bytes()[:-200])
    assert retrain(folder, cache=cache).status == RunExit.DONE
    assert report_of(folder).gone == 3


def test_a_network_is_no_champion_to_refine(tmp_path: Path, cache: Path) -> None:
    first = write_run(
        tmp_path / "first", RunRecipe.FINE_TUNE, changes={**TINY_CHANGES, "all_epochs": 0}
    )
    assert retrain(first, cache=cache).status == RunExit.DONE
    folder = write_run(tmp_path / "run", RunRecipe.REFINE, champion=False)
    folder.champion.write_bytes(first.weights.read_bytes())
    folder.champion_card.write_bytes(first.card.read_bytes())
    _refused(retrain(folder), RefusalCode.CHAMPION_UNFIT, "fresh head")


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"head_rate": 1e30}, RefusalCode.NOT_FINITE, "ran away"),
        ({"speed": 3}, RefusalCode.BAD_REQUEST, "A recipe has no field speed"),
        ({"backbone": "lite9"}, RefusalCode.BAD_REQUEST, "No backbone named lite9"),
        ({"mirror_test": True}, RefusalCode.BAD_REQUEST, "looks at a picture once"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said(
    changes: dict[str, object], code: RefusalCode, words: str, tmp_path: Path
) -> None:
    folder = write_run(tmp_path / "run", RunRecipe.FINE_TUNE, changes={**TINY_CHANGES, **changes})
    _refused(retrain(folder), code, words)


def test_sigterm_ends_it_without_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def asked_at_once(path: Path, *, machine: Machine, speaker: Speaker) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        run_folder(path, machine=machine, speaker=speaker)

    monkeypatch.setattr(command, "run_folder", asked_at_once)
    ran = retrain(write_run(tmp_path / "run", RunRecipe.HEAD))
    assert ran.status == RunExit.STOPPED
    assert not ran.of(SaidKind.REFUSED)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_full_disk_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(picture_features, "replace_file", full)
    folder = write_run(tmp_path / "run", RunRecipe.HEAD)
    champion = folder.champion.read_bytes()
    _refused(retrain(folder, cache=tmp_path / "cache"), RefusalCode.DISK_FULL, "make room")
    assert folder.champion.read_bytes() == champion


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), RefusalCode.OUT_OF_MEMORY),
        (torch.OutOfMemoryError("CUDA out of memory. Tried"), RefusalCode.OUT_OF_MEMORY),
        (RuntimeError("[enforce fail] can't allocate memory"), RefusalCode.OUT_OF_MEMORY),
        (torch.AcceleratorError("CUDA error: unspecified launch"), RefusalCode.DEVICE_LOST),
        (RuntimeError("CUDA error: device-side assert"), RefusalCode.DEVICE_LOST),
    ],
)
def test_what_the_machine_lacks_has_a_code(error: Exception, code: RefusalCode) -> None:
    refusal = refusal_of(error)
    assert refusal is not None
    assert refusal.code is code
    assert "\n" not in str(refusal)


def test_what_nobody_foresaw_is_no_refusal() -> None:
    assert refusal_of(RuntimeError("a mistake of ours")) is None
    assert refusal_of(OSError(errno.EIO, "Input/output error")) is None


def _refused(ran: Ran, code: RefusalCode, words: str) -> None:
    (refused,) = ran.of(SaidKind.REFUSED)
    assert ran.status == RunExit.REFUSED
    assert refused.code == code.value
    assert words in refused.text
    assert "\n" not in refused.text


def _rewrite(folder: RunFolder, change: Callable[[Manifest], Manifest]) -> None:
    write_manifest(folder.manifest, change(read_manifest(folder.manifest)))
    assert json.loads(folder.request.read_text())
