"""Runs of training in tests: start one, work on it, and look at it again."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.people import person
from tests.webapp.training.reports import report
from tests.workers.tiny import write_tiny_scorer
from tests.world import frozen
from webapp.jobs.models import Job, Queue
from webapp.training import runs
from webapp.training.models import Snapshot, TrainingRun
from workers.runtime import training

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
