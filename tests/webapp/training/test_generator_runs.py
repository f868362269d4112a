"""Runs that make a generator: who may start one, what is seen while it learns, what comes of it."""

from itertools import pairwise

import pytest

from ml.contracts.card import LEARNED_DIGITS
from ml.contracts.retrain import Said, SaidKind
from tests.people import person
from tests.webapp.training.reports import ended, version
from tests.world import frozen, picture_of
from webapp.jobs import services as jobs
from webapp.registry.services import activate
from webapp.training import recording, runs
from webapp.training.grids import Grid, thinned
from webapp.training.models import SnapshotPicture, TrainingRun
from webapp.training.sealed import judged_before, other_tests

API = "/api/v1/training-runs"


@pytest.fixture
def ann(db):
    return person("ann@example.org", staff=True)


@pytest.fixture
def snapshot(ann):
    """One of 100 pictures, 60 of them to learn from."""
    made = frozen(ann)
    artwork = picture_of(ann)
    SnapshotPicture.objects.bulk_create(
        SnapshotPicture(
            snapshot=made, sha256=f"{number:02x}" * 32, artwork=artwork, voted=5.0,
            part="train" if number < 60 else ("validation", "test")[number % 2],
        )
        for number in range(100)
    )  # fmt: skip
    made.pictures = 100
    made.save()
    return made


@pytest.fixture
def browser(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def run(ann, snapshot):
    return runs.start(ann, snapshot, recipe="generator")


def offered(browser, snapshot):
    offers = browser.get(f"{API}/recipes?snapshot={snapshot.pk}").json()
    return next(each for each in offers if each["recipe"] == "generator")


def ask(browser, snapshot, **changes):
    body = {"snapshot": str(snapshot.pk), "recipe": "generator", "changes": changes}
    return browser.post(API, body, content_type="application/json")


def claimed():
    (claim,) = jobs.claim(["train"], kind="train", worker="w")
    assert recording.begin(claim)
    return claim


def test_enough_pictures_are_offered_a_generator_with_its_patent(browser, snapshot):
    found = offered(browser, snapshot)
    assert (found["fits"], found["caveat"]) == (True, None)
    assert "12,141,700" in found["patent"]
    assert "30 minutes unless you say otherwise" in found["words"]
    SnapshotPicture.objects.filter(part="test").first().delete()
    snapshot.pictures -= 1
    snapshot.save()
    refused = offered(browser, snapshot)
    assert not refused["fits"]
    assert "40 others to be judged by; this snapshot has 60 and 39." in refused["why_not"]


def test_pictures_that_taught_the_generator_in_use_judge_nobody(browser, snapshot):
    taught = [(f"{number:02x}" * 32)[:LEARNED_DIGITS] for number in range(60, 70)]
    activate(version("maker", "a", kind="generator", card={"learned": taught}))
    refused = offered(browser, snapshot)
    assert "has 60 and 30 beside 10 that taught the generator in use." in refused["why_not"]


def test_how_long_it_learns_is_chosen_and_foretold(browser, snapshot):
    told = ask(browser, snapshot, minutes=10, conditioning="film", size=32).json()
    assert (told["kind"], told["changes"]["conditioning"]) == ("generator", "film")
    assert 600 < told["estimate_s"] < 1800
    for changes in ({"size": 63}, {"minutes": 0}, {"conditioning": "magic"}, {"epochs": 3}):
        refused = ask(browser, snapshot, **changes)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_changes")
    assert TrainingRun.objects.count() == 1


def test_samples_and_both_losses_are_seen_while_it_learns(browser, run):
    claim = claimed()
    point = Said(
        SaidKind.EPOCH, phase="duel", done=1, total=20, loss=0.7, discriminator=1.6, kid=0.12
    )
    first = Grid(100, b"first", ("Fire", "Lake"), (3.0, 7.0))
    recording.keep(claim, recording.Heard(points=[point], grids=[first]))
    recording.keep(claim, recording.Heard(grids=[Grid(100, b"again", first.rows, first.columns)]))
    told = browser.get(f"{API}/{run.pk}").json()
    (shown,) = told["curve"]
    assert (shown["loss"], shown["discriminator"], shown["kid"]) == (0.7, 1.6, 0.12)
    (grid,) = told["grids"]
    assert (grid["updates"], grid["rows"], grid["columns"]) == (100, ["Fire", "Lake"], [3.0, 7.0])
    picture = browser.get(grid["url"])
    assert (picture.content, picture["Content-Type"]) == (b"again", "image/jpeg")
    kept = browser.get(grid["url"], headers={"If-None-Match": picture["ETag"]})
    assert kept.status_code == 304


def test_as_many_sheets_are_kept_as_can_be_looked_through(run):
    claim = claimed()
    for updates in range(100, 4100, 100):
        recording.keep(claim, recording.Heard(grids=[Grid(updates, b"sheet")]))
    kept = list(run.grids.order_by("updates").values_list("updates", flat=True))
    assert (len(kept), kept[0], kept[-1]) == (24, 100, 4000)
    gaps = {after - before for before, after in pairwise(kept)}
    assert max(gaps) <= 400
    assert thinned([1, 2, 3, 50], 3) == {1, 3, 50}


def test_a_version_shows_the_last_samples_of_its_run(browser, ann):
    activate(version("maker", "a", kind="generator"))
    activate(version("judge", "b"))
    made = version("challenger", "c", kind="generator")
    run = ended(ann, made, champion=None)
    for updates in (100, 300):
        run.grids.create(updates=updates, data=b"sheet")
    told = browser.get("/api/v1/model-versions?kind=generator").json()
    sheets = {each["name"]: each["sheet"] for each in told}
    assert sheets == {"maker": None, "challenger": f"/training/runs/{run.pk}/samples/300.jpg"}
    page = browser.get("/models/challenger/").content.decode()
    assert '"about": "challenger"' in page
    assert 'href="/models/maker/" aria-current="page">Makes pictures' in page


def test_it_meets_the_generator_and_is_counted_apart_from_scorers(ann, run, snapshot):
    activate(version("maker", "a", kind="generator"))
    activate(version("judge", "b"))
    claimed()
    run.refresh_from_db()
    assert run.champion.name == "maker"
    assert not list(other_tests(run))
    nobody = TrainingRun(snapshot=snapshot, recipe="generator", by=ann)
    snapshot.judged = [
        {"champion": "", "challenger": "c" * 64, "at": "1"},
        {"champion": "generator", "challenger": "d" * 64, "at": "2"},
    ]
    snapshot.save()
    assert judged_before(nobody) == ("d" * 64,)
