"""A training run that is killed, paused, cancelled or taken away, and goes on or ends."""

import threading
import time

import pytest
from django.db import connection

from tests.workers.training_runs import BREAKS, DIES, PASSES, WAITS, again, settled, shown, work
from webapp.events.models import Event
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, Queue
from webapp.training import runs
from webapp.training.models import TrainingRun
from workers.runtime import run_folder, training
from workers.runtime.stopping import stopping


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
