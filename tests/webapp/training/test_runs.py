"""Runs over the API: start, steer, read, delete; and how long they will take, in words."""

import pytest

from ml.contracts.verdict import Flip, Point
from tests.people import person
from tests.webapp.training.reports import ended, report, version
from tests.world import frozen, picture_of
from webapp.jobs import services as jobs
from webapp.jobs.models import Job
from webapp.registry.models import ModelVersion
from webapp.registry.services import activate
from webapp.training import recording, runs
from webapp.training.housekeeping import TRAINING
from webapp.training.models import RunLine, TrainingRun

API = "/api/v1/training-runs"
KERNEL = {"architecture": {"name": "scorer"}}


@pytest.fixture
def ann(db):
    return person("ann@example.org", staff=True)


@pytest.fixture
def champion(db):
    found = version("old", "1", card=KERNEL)
    activate(found)
    return found


@pytest.fixture
def snapshot(ann, champion):
    return frozen(ann, picture_of(ann))


@pytest.fixture
def browser(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def run(ann, snapshot):
    return runs.start(ann, snapshot, recipe="head")


def ask(browser, frozen_one, **fields):
    body = {"snapshot": str(frozen_one.pk), "recipe": "head", **fields}
    return browser.post(API, body, content_type="application/json")


def step(browser, run: TrainingRun, name: str):
    return browser.post(f"{API}/{run.pk}/{name}")


def test_a_run_waits_for_a_worker_and_is_told_with_its_estimate(browser, snapshot):
    answer = ask(browser, snapshot, seed=5)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["seed"], told["curve"], told["report"]) == ("queued", 5, [], None)
    assert told["snapshot"]["target"]["key"] == "overall"
    assert told["estimate_s"] > 0
    assert Job.objects.get(subject=told["id"]).queue == "train"
    assert [each["id"] for each in browser.get(API).json()] == [told["id"]]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"recipe": "fine-tune", "changes": {"no": 1}}, 400, "bad_changes"),
        ({"recipe": "fine-tune", "changes": {"batch": "many"}}, 400, "bad_changes"),
        ({"recipe": "magic"}, 400, "invalid"),
        ({"snapshot": "00000000-0000-0000-0000-000000000000"}, 404, "not_found"),
    ],
)
def test_what_cannot_be_trained_is_refused(browser, snapshot, fields, status, code):
    answer = ask(browser, snapshot, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not TrainingRun.objects.exists()


def test_a_recipe_that_does_not_fit_says_why(browser, snapshot):
    ModelVersion.objects.update(card={"architecture": {"name": "nima"}})
    offers = browser.get(f"{API}/recipes?snapshot={snapshot.pk}").json()
    fits = {each["recipe"]: each["fits"] for each in offers}
    assert fits == {
        "refine": False, "head": False, "fine-tune": True, "scratch": True, "generator": False,
    }  # fmt: skip
    refused = ask(browser, snapshot)
    assert (refused.status_code, refused.json()["code"]) == (409, "recipe_unfit")
    assert refused.json()["detail"] == offers[0]["why_not"]


def test_the_estimate_comes_from_earlier_runs_and_says_so(browser, ann, snapshot, champion):
    words = browser.get(f"{API}/recipes?snapshot={snapshot.pk}").json()[1]["words"]
    assert "a guess" in words
    done = ended(ann, version("new", "2"), picture_of(ann, title="x"), champion=champion)
    done.verdict["seconds"] = 240
    done.save()
    offer = browser.get(f"{API}/recipes?snapshot={snapshot.pk}").json()[1]
    assert offer["estimate_s"] == 240
    assert offer["words"] == "About 4 minutes, from the pace of the last run of this kind."


def test_what_no_worker_has_in_hand_is_paused_resumed_and_cancelled_at_once(browser, run):
    assert step(browser, run, "pause").json()["state"] == "paused"
    assert step(browser, run, "pause").json()["code"] == "run_paused"
    assert Job.objects.get().state == "cancelled"
    assert step(browser, run, "resume").json()["state"] == "queued"
    assert Job.objects.get().state == "queued"
    assert step(browser, run, "cancel").json()["state"] == "cancelled"
    for name, code in (("pause", "run_over"), ("cancel", "run_over"), ("resume", "not_paused")):
        assert step(browser, run, name).json()["code"] == code


def test_what_a_worker_has_in_hand_is_only_wished(browser, run):
    (claim,) = jobs.claim(["train"], kind="train", worker="w")
    recording.begin(claim)
    told = step(browser, run, "pause").json()
    assert (told["state"], told["wish"]) == ("running", "pause")
    assert recording.keep(claim, recording.Heard()) == "pause"
    recording.stop(claim)
    run.refresh_from_db()
    assert (run.state, run.wish, run.ended_at) == ("paused", "", None)


def test_a_finished_run_shows_its_pictures_and_tells_who_deleted_theirs(browser, ann, champion):
    here, gone = picture_of(ann, title="here"), picture_of(ann, title="gone")
    names = [each.original.sha256 for each in (here, gone)]
    run = ended(ann, version("new", "2"), here, gone, champion=champion)
    run.verdict = report(
        points=[Point(name, 5.0, 4.0, 6.0) for name in names],
        flips=[Flip(names[0], "test", 4.0, 6.0, 10, 80, 5.0)],
    )
    run.mistakes = [{"artwork": names[1], "said": 3, "voted": 8}]
    run.save()
    gone.deleted_at = "2026-01-01T00:00Z"
    gone.save()
    told = browser.get(f"{API}/{run.pk}").json()
    first, second = (each["picture"] for each in told["report"]["points"])
    assert browser.get(first["src"]).status_code == 200
    assert browser.get(first["src"].replace(names[0], "%00")).status_code == 404
    assert (second["src"], second["title"]) == (None, "")
    assert told["report"]["flips"][0]["picture"]["title"] == "here"
    assert told["mistakes"][0]["picture"]["sha256"] == names[1]
    assert told["report"]["verdict"]["passed"] is True
    assert told["gate"]["margin"] > 0
    assert (told["version"]["name"], told["champion"]["name"]) == ("new", "old")


def test_the_log_is_read_on_and_files_are_saved(browser, run):
    lines = [RunLine.objects.create(run=run, text=f"line {number}") for number in range(3)]
    run.files.create(name="history.csv", content_type="text/csv", data=b"a,b")
    told = browser.get(f"{API}/{run.pk}/log?after={lines[0].pk}").json()["lines"]
    assert [each["text"] for each in told] == ["line 1", "line 2"]
    file = browser.get(f"{API}/{run.pk}/files/history.csv")
    assert (file.content, file["Content-Type"]) == (b"a,b", "text/csv")
    assert "attachment" in file["Content-Disposition"]
    listed = browser.get(f"{API}/{run.pk}").json()["files"]
    assert listed == [{"name": "history.csv", "content_type": "text/csv", "bytes": 3}]
    for other in ("other.csv", "%00"):
        assert browser.get(f"{API}/{run.pk}/files/{other}").status_code == 404


def test_deleting_a_run_takes_a_version_along_that_never_judged(browser, ann, champion, run):
    assert browser.delete(f"{API}/{run.pk}").json()["code"] == "run_live"
    lost = ended(ann, version("lost", "2"), champion=champion)
    assert browser.delete(f"{API}/{lost.pk}").status_code == 204
    assert not ModelVersion.objects.filter(name="lost").exists()
    won = ended(ann, version("won", "3"), champion=champion)
    activate(won.version)
    assert browser.delete(f"{API}/{won.pk}").json()["code"] == "judging"
    activate(champion)
    assert browser.delete(f"{API}/{won.pk}").status_code == 204
    assert ModelVersion.objects.filter(name="won").exists()


def test_a_repeat_has_the_same_seed_and_a_champion_of_its_own(browser, ann, champion):
    done = ended(ann, version("new", "2"), champion=champion)
    TrainingRun.objects.update(seed=9)
    told = step(browser, done, "repeat").json()
    assert (told["seed"], told["recipe"], told["champion"]) == (9, "head", None)


def test_a_run_whose_job_went_with_an_account_is_asked_for_again(run):
    Job.objects.all().delete()
    (untrained,) = [each for each in TRAINING if each.code == "untrained"]
    found = untrained.find()
    assert list(found) == [run.pk]
    assert untrained.mend(found) == 1
    assert Job.objects.get(subject=run.pk).state == "queued"
    assert not untrained.find()


def test_runs_take_a_fixed_number_of_queries(browser, ann, champion, django_assert_max_num_queries):
    for digit in "23456":
        ended(ann, version(f"v{digit}", digit), champion=champion)
    with django_assert_max_num_queries(6):
        assert len(browser.get(API).json()) == 5
