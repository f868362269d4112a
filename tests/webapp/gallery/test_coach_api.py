"""The coach over the API: for the owner alone, and never over the original."""

from typing import Any

import pytest
from django.test import Client

from tests.people import person
from tests.world import World, build
from webapp.catalogue.models import Artwork
from webapp.inference.models import Advice, Proposal, Score
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.models import ModelVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """The coach has advised the owner."""
    return build()


@pytest.fixture
def browser(world: World) -> Client:
    return world.client("owner")


def path(world: World, *more: str) -> str:
    return "/".join([f"/api/v1/artworks/{world.artwork.pk}/coach", *more])


def ask(browser: Client, address: str) -> Any:
    return browser.post(address, {}, "application/json")


def test_advice_tells_each_proposal_with_its_gains_by_both_scorers(
    browser: Client, world: World
) -> None:
    answer = ask(browser, path(world))
    assert answer.status_code == 200, "what is there is not asked for again"
    shown = answer.json()
    assert shown == browser.get(path(world)).json()
    proposal = shown.pop("proposals")[0]
    assert shown == {
        "state": "ready", "model": "m-1", "second_model": "m-2", "before": 5.5, "reason": "",
        "error_code": "", "error_text": "",
    }  # fmt: skip
    preview = proposal.pop("preview")
    assert proposal == {
        "id": world.names["proposal"], "key": "together", "words": "+0.3 EV",
        "edits": {"exposure": 0.3}, "mean": 6.1, "interval": [5.6, 6.6], "gain": 0.6,
        "second_gain": 0.3, "width": 30, "height": 20, "saved_as": None, "saving": False,
        "error_code": "", "error_text": "",
    }  # fmt: skip
    picture = browser.get(preview)
    assert (picture.content, picture.headers["content-type"]) == (b"a preview", "image/jpeg")
    assert "immutable" in picture.headers["cache-control"]
    etag = {"if-none-match": picture.headers["etag"]}
    assert browser.get(preview, headers=etag).status_code == 304


def test_the_coach_looks_only_when_asked_and_once(browser: Client, world: World) -> None:
    Advice.objects.all().delete()
    assert browser.get(path(world)).json()["state"] == "none"
    assert not Job.objects.filter(kind=JobKind.COACH).exists()
    for _ in range(2):
        answer = ask(browser, path(world))
        assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    job = Job.objects.get(kind=JobKind.COACH)
    assert (job.queue, job.model_version, job.params_hash) == (
        Queue.GPU_INTERACTIVE, "d" * 64, "e" * 64,
    )  # fmt: skip
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    assert browser.get(path(world)).json()["state"] == "running"


def test_advice_without_proposals_says_why(browser: Client, world: World) -> None:
    Proposal.objects.all().delete()
    Advice.objects.update(reason="Nothing helps.")
    shown = browser.get(path(world)).json()
    assert (shown["state"], shown["reason"], shown["proposals"]) == (
        "nothing",
        "Nothing helps.",
        [],
    )


def test_before_the_score_and_without_a_second_scorer_there_is_no_advice(
    browser: Client, world: World
) -> None:
    Score.objects.all().delete()
    refused = ask(browser, path(world))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
    ModelVersion.objects.filter(kind="second-score").update(state="retired")
    refused = ask(browser, path(world))
    assert (refused.status_code, refused.json()["code"]) == (409, "no_model")
    assert browser.get(path(world)).json()["state"] == "none"


def test_saving_is_one_job_and_what_failed_is_told_by_the_proposal(
    browser: Client, world: World
) -> None:
    address = path(world, world.names["proposal"], "save")
    for _ in range(2):
        answer = ask(browser, address)
        assert answer.status_code == 202
        assert answer.json()["proposals"][0]["saving"]
    jobs = Job.objects.filter(kind=JobKind.EXPORT)
    assert (jobs.get().queue, jobs.get().params_hash) == (Queue.IO, world.names["proposal"])
    jobs.update(state=JobState.FAILED, error_code="over_quota", error_text="No room.")
    proposal = browser.get(path(world)).json()["proposals"][0]
    assert (proposal["saving"], proposal["error_code"]) == (False, "over_quota")
    assert ask(browser, address).json()["proposals"][0]["saving"]


def test_a_saved_proposal_leads_to_its_picture(browser: Client, world: World) -> None:
    made = Artwork.objects.create(
        owner=world.owner, original=world.artwork.original, format="JPEG", bytes=1,
        deleted_at="2026-01-01T00:00Z",
    )  # fmt: skip
    Proposal.objects.update(saved_as=made)
    address = path(world, world.names["proposal"], "save")
    assert browser.get(path(world)).json()["proposals"][0]["saved_as"] is None
    Artwork.objects.filter(pk=world.artwork.pk).update(original=Proposal.objects.get().preview)
    Artwork.objects.filter(pk=made.pk).update(deleted_at=None)
    answer = ask(browser, address)
    assert answer.status_code == 200
    assert answer.json()["proposals"][0]["saved_as"] == str(made.pk)


@pytest.mark.parametrize("asked", ["explain", "coach", "coach/{proposal}/save"])
@pytest.mark.parametrize("body", ["{", "[1"])
def test_a_body_that_is_no_json_is_refused(
    browser: Client, world: World, asked: str, body: str
) -> None:
    address = f"/api/v1/artworks/{world.artwork.pk}/{asked.format(**world.names)}"
    answer = browser.post(address, body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert browser.post(address, "", "application/json").status_code in (200, 202)


def test_a_proposal_for_another_picture_is_not_found(browser: Client, world: World) -> None:
    strange = f"/api/v1/artworks/{world.artwork.pk}/coach/{world.names['nobody']}/save"
    assert ask(browser, strange).status_code == 404
    outsider = Client()
    outsider.force_login(person("outsider@example.org"))
    assert ask(outsider, path(world, world.names["proposal"], "save")).status_code == 404
    assert ask(outsider, path(world)).status_code == 404
