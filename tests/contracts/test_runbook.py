"""The runbook explains everything that the machinery can say."""

import re
from pathlib import Path

import pytest

from webapp.inference.reconcile import ARTWORKS
from webapp.jobs.health import MACHINERY
from webapp.jobs.models import Queue
from webapp.ratings.housekeeping import CAMPAIGNS
from webapp.taste.housekeeping import TASTES
from webapp.training.housekeeping import TRAINING

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
SETTLING = re.compile(r'set_back\(\s*claim,\s*"(\w+)"')


CHECKS = (*ARTWORKS, *CAMPAIGNS, *TASTES, *TRAINING, *MACHINERY)


@pytest.mark.parametrize("code", [check.code for check in CHECKS])
def test_every_finding_of_the_doctor_is_explained(code):
    assert f"`{code}`" in RUNBOOK


def test_every_reason_that_a_worker_gives_is_explained():
    sources = "".join(path.read_text() for path in (ROOT / "workers").rglob("*.py"))
    codes = set(SETTLING.findall(sources))
    assert codes >= {"worker_lost", "worker_error", "out_of_memory"}
    assert {code for code in codes if f"`{code}`" not in RUNBOOK} == set()


@pytest.mark.parametrize("queue", Queue.values)
def test_every_queue_is_explained(queue):
    assert f"`{queue}`" in RUNBOOK or f"`{queue.split('.')[0]}.*`" in RUNBOOK
