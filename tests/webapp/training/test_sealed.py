"""What a run is judged on besides its own pictures: earlier challengers, other sealed tests."""

import pytest

from tests.people import person
from tests.webapp.training.reports import ended, report, version
from tests.world import frozen, picture_of
from webapp.jobs import services as jobs
from webapp.registry.services import activate
from webapp.training import recording, runs, sealed
from webapp.training.models import Snapshot, TrainingRun
from webapp.training.recording import Learned


@pytest.fixture
def ann(db):
    return person("ann@example.org", staff=True)


@pytest.fixture
def champion(db):
    found = version("old", "1", card={"architecture": {"name": "scorer"}})
    activate(found)
    return found


def judged(by, snapshot: Snapshot, digest: str) -> TrainingRun:
    """A run from its start to its verdict."""
    run = runs.start(by, snapshot, recipe="head")
    (claim,) = jobs.claim(["train"], kind="train", worker="w")
    recording.begin(claim)
    card = {"version": digest[0], "architecture": {"name": "scorer"}}
    recording.finish(claim, Learned(digest, b"weights", card, report(passed=False)))
    run.refresh_from_db()
    return run


def test_every_challenger_of_a_test_is_counted_against_its_champion_also_when_deleted(
    ann, champion
):
    snapshot = frozen(ann, picture_of(ann))
    first = judged(ann, snapshot, "a" * 64)
    second = judged(ann, snapshot, "b" * 64)
    assert sealed.judged_before(second) == ("a" * 64, "b" * 64)
    runs.delete(first)
    assert sealed.judged_before(second) == ("a" * 64, "b" * 64)
    activate(version("newer", "2", card={"architecture": {"name": "scorer"}}))
    third = judged(ann, snapshot, "c" * 64)
    assert sealed.judged_before(third) == ("c" * 64,), "another champion, another question"


def test_a_snapshot_with_half_of_the_pictures_is_the_same_test_and_one_with_fewer_is_not(
    ann, champion
):
    pictures = [picture_of(ann, title=str(number)) for number in range(3)]
    judged(ann, frozen(ann, pictures[0]), "a" * 64)
    tests = {count: frozen(ann, *pictures[:count]) for count in (2, 3)}
    asked = {count: ended(ann, version("x", str(count + 5)), champion=champion) for count in tests}
    for count, run in asked.items():
        run.snapshot = tests[count]
    assert sealed.judged_before(asked[2]) == ("a" * 64,)
    assert sealed.judged_before(asked[3]) == ()


def test_other_tests_are_the_newest_each_picture_once_and_none_that_the_run_has(
    ann, champion, monkeypatch
):
    monkeypatch.setattr(sealed, "FEWEST", 1)
    monkeypatch.setattr(sealed, "OTHERS", 2)
    own, shared, second, third, gone = (picture_of(ann, title=str(n)) for n in range(5))
    frozen(ann, third)  # the oldest is one too many
    older, newer = frozen(ann, shared, second, gone), frozen(ann, own, shared)
    frozen(ann, own)  # nothing in it that the run has not
    gone.deleted_at = "2026-01-01T00:00Z"
    gone.save()
    run = runs.start(ann, frozen(ann, own), recipe="head")
    found = {each.snapshot.pk: set(each.files) for each in sealed.other_tests(run)}
    assert found == {newer.pk: {shared.pk}, older.pk: {second.pk}}
    monkeypatch.setattr(sealed, "FEWEST", 3)
    assert list(sealed.other_tests(run)) == []
