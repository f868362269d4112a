"""A training run from its job to its end, with a process that only speaks as the real one."""

import gzip
import json
import os
import shutil
import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from PIL import Image

from ml.contracts.manifest import Manifest, ManifestRow, encode_manifest, read_manifest
from ml.contracts.retrain import read_request
from tests.images import encode
from tests.people import person
from tests.webapp.training.reports import report
from tests.workers.tiny import write_tiny_scorer
from tests.world import frozen
from webapp.catalogue import blobs
from webapp.events.models import Event
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, Queue
from webapp.registry.models import ModelVersion
from webapp.training import runs, sealed
from webapp.training.models import Snapshot, TrainingRun
from workers.runtime import run_folder, training
from workers.runtime.stopping import stopping
from workers.runtime.weights import files_of

PASSES, NAN, DIES, WAITS, BREAKS, LIES = range(1, 7)
FAKE = ("-m", "tests.workers.fake_retrain")


@pytest.fixture
def made(tmp_path, settings, monkeypatch):
    """A folder for runs, where the fake finds a challenger that was trained before."""
    settings.RUNS_DIR = tmp_path / "runs"
    settings.DATA_HOME = tmp_path / "home"
    folder = settings.RUNS_DIR / "made"
    card = write_tiny_scorer(folder, name="challenger", seed=5)
    (folder / "report.json").write_text(json.dumps(report()))
    monkeypatch.setattr(training, "RETRAIN", FAKE)
    monkeypatch.setattr(training, "LISTEN_S", 0.05)
    return card


@pytest.fixture
def start(scorer, made):
    """Ask for a run of a snapshot with one picture."""
    admin = person("admin@example.org", staff=True)

    def begin(seed: int) -> TrainingRun:
        snapshot = Snapshot.objects.first() or frozen(admin)
        return runs.start(admin, snapshot, recipe="head", seed=seed)

    return begin


def work() -> None:
    assert training.train_next([Queue.TRAIN]) == 1


def again(run: TrainingRun) -> Job:
    """The pause before another attempt is over."""
    Job.objects.filter(subject=run.pk).update(not_before="2020-01-01T00:00Z")
    return Job.objects.get(subject=run.pk)


def shown(run: TrainingRun) -> dict[str, Any]:
    """As its page gets it."""
    browser = Client()
    browser.force_login(run.by)
    answer: dict[str, Any] = browser.get(f"/api/v1/training-runs/{run.pk}").json()
    return answer


def settled(run: TrainingRun) -> TrainingRun:
    run.refresh_from_db()
    return run


def test_a_run_registers_its_challenger_with_verdict_curves_mistakes_and_files(start, made):
    champion = ModelVersion.objects.get(state="active")
    run = start(PASSES)
    work()
    settled(run)
    assert (run.state, run.passed, run.champion, run.error_code) == ("done", True, champion, "")
    assert list(run.curve.values_list("epoch", "loss")) == [
        (1, 1.0),
        (2, 0.5),
        (3, 1 / 3),
        (4, 0.25),
    ]
    assert "a line of a library" in run.log.values_list("text", flat=True)
    assert sorted(run.files.values_list("name", flat=True)) == ["history.csv", "request.json"]
    assert (run.version.state, run.version.name) == ("registered", "challenger")
    assert ModelVersion.objects.get(state="active") == champion
    assert Job.objects.get(subject=run.pk).state == "done"
    assert not run_folder.folder_of(run.pk).exists()


def test_a_workers_files_of_a_trained_version_come_from_the_database(start, made):
    run = start(PASSES)
    work()
    version = settled(run).version
    files = files_of(version)
    assert files.weights.read_bytes() == made.with_suffix(".safetensors").read_bytes()
    unknown = files.weights.parent.parent / ("e" * 64)
    unknown.mkdir()
    files.weights.write_bytes(b"rotten")
    assert files_of(version).weights.read_bytes() == made.with_suffix(".safetensors").read_bytes()
    assert not unknown.exists(), "nobody registered it"


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


def test_a_killed_process_goes_on_from_its_checkpoint_as_often_as_it_brings_an_epoch(start):
    run = start(DIES)
    work()
    assert (settled(run).state, run.curve.count()) == ("running", 2)
    assert "Killed by the test" in "".join(run.log.values_list("text", flat=True))
    assert again(run).max_attempts == 1 + 3
    work()
    assert (settled(run).state, run.curve.count()) == ("done", 4)


def test_what_breaks_off_again_and_again_fails_with_its_last_words(start):
    run = start(BREAKS)
    for _ in range(3):
        again(run)
        work()
    assert (settled(run).state, run.error_code) == ("failed", "broke_off")
    assert "something of ours" in "".join(run.log.values_list("text", flat=True))
    assert again(run).state == "dead"


def test_a_worker_that_dies_leaves_the_run_to_the_next_one(start):
    run = start(PASSES)
    (claim,) = jobs.claim([Queue.TRAIN], kind="train", worker="killed", lease_seconds=-1)
    training.recording.begin(claim)
    jobs.extend([claim])
    assert shown(run)["state"] == "running"
    jobs.extend([claim], lease_seconds=-1)
    told = Event.objects.filter(kind="training.changed", ids=[str(run.pk)])
    before = told.count()
    assert jobs.requeue_lost() == 1
    assert told.count() == before + 1
    seen = shown(run)
    assert seen["state"] == "queued" and seen["step"]["text"].startswith("Interrupted")
    work()
    assert settled(run).state == shown(run)["state"] == "done"
    with pytest.raises(training.LostLeaseError):
        training.recording.keep(claim, training.Heard())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("wish", "state", "kept"), [("pause", "paused", True), ("cancel", "cancelled", False)]
)
def test_a_wish_reaches_the_process_and_a_pause_keeps_its_checkpoint(start, wish, state, kept):
    run = start(WAITS)
    _while_it_waits(run, lambda: getattr(runs, wish)(run))
    assert (settled(run).state, run.wish) == (state, "")
    assert run_folder.folder_of(run.pk).exists() is kept
    if kept:
        runs.resume(run)
        work()
        assert (settled(run).state, run.curve.count()) == ("done", 4)


def test_a_wish_is_heard_while_pictures_are_fetched(start, monkeypatch):
    run = start(PASSES)
    fetch = run_folder.lay_out

    def cancelled(given, tell):
        runs.cancel(TrainingRun.objects.get(pk=run.pk))
        return fetch(given, tell)

    monkeypatch.setattr(run_folder, "lay_out", cancelled)
    work()
    assert (settled(run).state, run.curve.count()) == ("cancelled", 0)
    assert not run_folder.folder_of(run.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_stop_gives_the_run_back_at_no_cost(start):
    run = start(WAITS)
    _while_it_waits(run, stopping.set)
    stopping.clear()
    job = Job.objects.get(subject=run.pk)
    assert (settled(run).state, job.state, job.max_attempts > job.attempt) == (
        "running", "queued", True,
    )  # fmt: skip
    work()
    assert settled(run).state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_process_whose_worker_lost_its_lease_is_ended(start):
    run = start(WAITS)
    _while_it_waits(run, lambda: Job.objects.filter(subject=run.pk).update(attempt=7))
    assert settled(run).state == "running"
    assert Job.objects.get(subject=run.pk).attempt == 7


def test_pictures_come_as_the_scorer_sees_them_and_those_in_the_trash_are_left_out(start, upload):
    run = start(PASSES)
    for colour in ("red", "blue"):
        artwork = upload(colour)
        data = encode(Image.new("RGB", (60, 40), colour), "WebP")
        artwork.renditions.create(
            size="medium", format="webp", width=60, height=40,
            blob=blobs.store(data, content_type="image/webp"),
        )  # fmt: skip
        run.snapshot.shown.create(
            sha256=artwork.original.sha256, artwork=artwork, part="test", voted=5
        )
    artwork.deleted_at = "2026-01-01T00:00Z"
    artwork.save()
    told: list[tuple[int, int]] = []
    folder = run_folder.lay_out(run, lambda done, of: told.append((done, of)))
    (file,) = (folder / "pictures").iterdir()
    assert Image.open(file).size == (60, 40)
    assert told[-1] == (1, 1)
    shutil.rmtree(folder)


def test_test_pictures_of_another_snapshot_come_with_it_and_earlier_challengers_by_digest(
    start, upload, monkeypatch
):
    monkeypatch.setattr(sealed, "FEWEST", 1)
    run = start(PASSES)
    work()
    first = settled(run).version
    artwork = upload("red")
    data = encode(Image.new("RGB", (60, 40), "red"), "WebP")
    artwork.renditions.create(
        size="medium", format="webp", width=60, height=40,
        blob=blobs.store(data, content_type="image/webp"),
    )  # fmt: skip
    other = frozen(run.snapshot.by, artwork)
    name = artwork.original.sha256
    rows = (
        ManifestRow(name, f"{name}.webp", (1.0, 2.0), "test"),
        ManifestRow("0" * 64, f"{'0' * 64}.webp", (1.0, 2.0), "train"),
    )
    other.name, other.manifest = (
        "Instruments",
        gzip.compress(encode_manifest(Manifest("Instruments", 2, rows))[0]),
    )
    other.save()
    repeated = runs.repeat(run.snapshot.by, run)
    repeated.champion = run.champion  # as the worker notes it when it begins
    folder = run_folder.lay_out(repeated, lambda done, of: None)
    request = read_request(folder / "request.json")
    assert request.others == {str(other.pk): "Instruments"}
    assert request.earlier == (first.digest,)
    kept = read_manifest(folder / "others" / f"{other.pk}.jsonl").rows
    assert [row.artwork for row in kept] == [name]
    assert (folder / "pictures" / f"{name}.webp").is_file()


def test_folders_of_runs_that_are_over_are_swept(start, settings):
    run, gone = start(PASSES), settings.RUNS_DIR / "00000000-0000-0000-0000-000000000000"
    gone.mkdir()
    run_folder.folder_of(run.pk).mkdir()
    old, new = (run_folder.cache_folder() / "net" / name for name in ("old", "new"))
    old.parent.mkdir(parents=True)
    for file in (old, new):
        file.write_bytes(b"features")
    os.utime(old, (0, 0))
    run_folder.sweep()
    assert not gone.exists()
    assert (old.exists(), new.exists()) == (False, True), "what nobody needed for a month goes"
    assert run_folder.folder_of(run.pk).exists()
    assert (settings.RUNS_DIR / "made").exists()


def _while_it_waits(run: TrainingRun, act) -> None:
    """Run the job in this thread; in another, act once it has learned for two epochs."""

    def later() -> None:
        deadline = time.monotonic() + 20
        while run.curve.count() < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        act()
        connection.close()

    thread = threading.Thread(target=later)
    thread.start()
    work()
    thread.join()
