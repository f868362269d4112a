"""A training run and how it ends, with a process that only speaks as the real one."""

import pytest

from tests.workers.training_runs import LIES, NAN, PASSES, settled, work
from webapp.jobs.models import Job
from webapp.registry.models import ModelVersion
from workers.runtime import run_folder


def test_a_run_registers_its_challenger_with_verdict_curves_mistakes_and_files(start, made):
    champion = ModelVersion.objects.get(state="active")
    run = start(PASSES)
    work()
    settled(run)
    assert (run.state, run.passed, run.champion, run.error_code) == ("done", True, champion, "")
    told = [(1, 1.0, 3), (2, 0.5, 3), (3, 1 / 3, 3), (4, 0.25, 3)]
    assert list(run.curve.values_list("epoch", "loss", "watched")) == told
    assert "a line of a library" in run.log.values_list("text", flat=True)
    assert sorted(run.files.values_list("name", flat=True)) == ["history.csv", "request.json"]
    assert (run.version.state, run.version.name) == ("registered", "challenger")
    assert ModelVersion.objects.get(state="active") == champion
    assert Job.objects.get(subject=run.pk).state == "done"
    assert not run_folder.folder_of(run.pk).exists()


def test_a_repeated_run_makes_the_same_version(start):
    first, second = start(PASSES), start(PASSES)
    work()
    work()
    assert settled(first).version == settled(second).version
    assert ModelVersion.objects.filter(name="challenger").count() == 1


@pytest.mark.parametrize(
    ("seed", "code", "words"),
    [(NAN, "not_finite", "NaN"), (LIES, "bad_result", "cannot be used")],
)
def test_a_run_that_cannot_succeed_ends_with_its_reason(start, seed, code, words):
    champion = ModelVersion.objects.get(state="active")
    run = start(seed)
    work()
    settled(run)
    assert (run.state, run.error_code) == ("failed", code)
    assert words in run.error_text
    assert Job.objects.get(subject=run.pk).state == "failed"
    assert list(ModelVersion.objects.all()) == [champion]
    assert not run_folder.folder_of(run.pk).exists()


def test_a_challenger_that_cannot_be_kept_ends_the_run(start, monkeypatch):
    monkeypatch.setattr(run_folder, "LARGEST_WEIGHTS", 10)
    run = start(PASSES)
    work()
    assert (settled(run).state, run.error_code) == ("failed", "too_large")


def test_a_champion_without_files_ends_the_run(start, weights):
    run = start(PASSES)
    for file in weights.glob("*.safetensors"):
        file.unlink()
    work()
    assert (settled(run).state, run.error_code) == ("failed", "champion_unfit")


def test_a_full_disk_ends_the_run_with_that_reason(start, monkeypatch):
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_folder, "write_request", full)
    run = start(PASSES)
    work()
    assert (settled(run).state, run.error_code) == ("failed", "disk_full")
