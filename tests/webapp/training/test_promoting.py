"""Who judges: the gate's yes, somebody else's written word, and the way back."""

import threading

import pytest
from django.db import connection, transaction

from ml.contracts.results import ScoreResult
from tests.people import person
from tests.webapp.training.reports import ended, version
from tests.world import frozen, picture_of
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.common.errors import Conflict, NotFound
from webapp.events.models import Event
from webapp.events.payloads import EventKind
from webapp.events.publish import publish
from webapp.inference import rescoring
from webapp.inference.models import Score
from webapp.inference.services import record_scores
from webapp.jobs import services as jobs
from webapp.jobs.models import Job
from webapp.registry import selectors as registry
from webapp.registry.models import Change, ModelKind, ModelVersion
from webapp.registry.services import activate
from webapp.training import promoting
from webapp.training.models import TrainingRun

API = "/api/v1/model-versions"
WHY = {"reason": "The slice is too small to tell."}


@pytest.fixture
def ann(db):
    return person("ann@example.org", staff=True)


@pytest.fixture
def ben(db):
    return person("ben@example.org", staff=True)


@pytest.fixture
def champion(db):
    found = version("old", "1")
    activate(found)
    return found


@pytest.fixture
def challenger(ann, champion):
    found = version("new", "2")
    ended(ann, found, champion=champion)
    return found


@pytest.fixture
def browser(client, ann):
    client.force_login(ann)
    return client


def judge() -> str:
    found = registry.active(ModelKind.SCORER)
    assert found is not None
    return found.name


def post(client, made: ModelVersion, step: str, **body: str):
    return client.post(f"{API}/{made.pk}/{step}", body, content_type="application/json")


def scored(artwork: Artwork, made: ModelVersion, mean: float) -> None:
    Score.objects.create(
        artwork=artwork, model_version=made, distribution=[0.1] * 10, mean=mean, sd=1, low=4,
        high=6,
    )  # fmt: skip


def elsewhere(act) -> threading.Thread:
    """Another connection that does this, and waits for ours by now."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    return thread


def test_what_passed_the_gate_judges_at_a_press_and_the_change_is_kept(
    browser, ann, champion, challenger
):
    answer = post(browser, challenger, "promote", reason="Better in the dark.").json()
    assert (answer["aliases"], answer["state"]) == (["champion"], "active")
    change = Change.objects.get(kind="promoted")
    assert (change.version, change.replaced, change.by) == (challenger, champion, ann)
    assert change.reason == "Better in the dark."
    listed = {each["name"]: each["aliases"] for each in browser.get(API).json()}
    assert listed == {"new": ["champion"], "old": ["previous"]}
    history = browser.get(f"{API}/changes").json()
    assert [each["kind"] for each in history] == ["promoted", "shipped"]


def test_a_losing_model_needs_the_written_word_of_somebody_else(browser, client, ben, challenger):
    TrainingRun.objects.update(passed=False)
    refused = post(browser, challenger, "promote")
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_failed")
    at = f"{API}/{challenger.pk}/override"
    assert browser.put(at, {"reason": "so"}, content_type="application/json").status_code == 400
    own = browser.put(at, WHY, content_type="application/json").json()
    assert own["can"]["why_not"]["code"] == "own_override"
    assert post(browser, challenger, "promote").json()["code"] == "own_override"
    client.force_login(ben)
    assert post(client, challenger, "promote").status_code == 200
    assert judge() == "new"
    assert (
        Change.objects.get(kind="promoted").reason
        == f"Override by ann@example.org: {WHY['reason']}"
    )


def test_an_override_that_is_taken_back_counts_no_more(ann, ben, challenger):
    TrainingRun.objects.update(passed=False)
    promoting.override(ben, challenger, reason=WHY["reason"])
    promoting.withdraw_override(challenger)
    with pytest.raises(Conflict) as refused:
        promoting.promote(ann, challenger)
    assert refused.value.code == "gate_failed"


@pytest.mark.parametrize("lapse", ["another judges", "author left", "author is no more staff"])
def test_an_override_lapses_with_its_champion_and_its_author(ann, ben, challenger, lapse):
    TrainingRun.objects.update(passed=False)
    promoting.override(ben, challenger, reason=WHY["reason"])
    if lapse == "another judges":
        activate(version("third", "3"))
    elif lapse == "author left":
        User.objects.filter(pk=ben.pk).delete()
    else:
        User.objects.filter(pk=ben.pk).update(is_staff=False)
    with pytest.raises(Conflict) as refused:
        promoting.promote(ann, challenger)
    assert refused.value.code == "gate_failed"


def test_an_override_serves_once(ann, ben, champion, challenger):
    TrainingRun.objects.update(passed=False)
    promoting.override(ben, challenger, reason=WHY["reason"])
    promoting.promote(ann, challenger)
    promoting.roll_back(ann, challenger)
    with pytest.raises(Conflict) as refused:
        promoting.promote(ann, challenger)
    assert refused.value.code == "gate_failed"


def test_nobody_goes_back_to_a_version_without_weights(browser, champion, challenger):
    post(browser, challenger, "promote")
    champion.stored.delete()
    assert post(browser, challenger, "rollback").json()["code"] == "weights_gone"
    assert judge() == "new"


def test_a_version_that_was_deleted_meanwhile_is_not_found(ann, champion):
    lost = version("lost", "9")
    ModelVersion.objects.filter(pk=lost.pk).delete()
    with pytest.raises(NotFound):
        promoting.promote(ann, lost)


def test_a_verdict_against_a_model_that_judges_no_more_is_none(browser, challenger):
    activate(version("third", "3"))
    refused = post(browser, challenger, "promote").json()
    assert refused["code"] == "champion_changed"
    assert "Repeat its run" in refused["detail"]
    assert judge() == "third"


def test_rolling_back_restores_the_scores_at_once(browser, ann, champion, challenger):
    seen, unseen = picture_of(ann, title="seen"), picture_of(ann, title="unseen")
    scored(seen, champion, 4.0)
    scored(seen, challenger, 7.0)
    post(browser, challenger, "promote")
    seen.refresh_from_db()
    assert seen.score_mean == 7.0
    answer = post(browser, challenger, "rollback", reason="Worse on portraits.").json()
    assert (answer["name"], answer["aliases"]) == ("old", ["champion"])
    for artwork, mean in ((seen, 4.0), (unseen, 5.5)):
        artwork.refresh_from_db()
        assert artwork.score_mean == mean
    assert Event.objects.filter(kind="artwork.changed", ids=[str(seen.pk)]).count() == 2
    assert post(browser, challenger, "rollback").json()["code"] == "champion_changed"


def test_rolling_back_twice_leads_two_versions_back(ann, champion, challenger):
    third = version("third", "3")
    activate(challenger)
    activate(third)
    assert promoting.roll_back(ann, third) == challenger
    assert promoting.roll_back(ann, challenger) == champion
    assert registry.previous(ModelKind.SCORER) is None
    activate(third)
    assert registry.previous(ModelKind.SCORER) == champion


def test_there_is_no_way_back_from_the_first(browser, champion):
    assert post(browser, champion, "rollback").json()["code"] == "nothing_before"


@pytest.mark.django_db(transaction=True)
def test_the_library_is_asked_for_in_the_background_once_it_is_certain(ann, challenger):
    artwork = picture_of(ann)
    promoting.promote(ann, challenger)
    job = Job.objects.get(subject=artwork.pk, kind="score")
    assert (job.model_version, job.queue) == (challenger.digest, "gpu.batch")
    told = rescoring.progress()
    assert (told.version, told.total, told.done, told.failed) == ("new", 1, 0, 0)
    assert rescoring.ask_for_the_rest() == 0


@pytest.mark.django_db(transaction=True)
def test_rolling_back_never_waits_in_a_ring_with_who_changes_a_picture(ann, champion, challenger):
    seen = picture_of(ann)
    scored(seen, champion, 4.0)
    activate(challenger)
    with transaction.atomic():
        list(Artwork.objects.filter(pk=seen.pk).held())
        second = elsewhere(lambda: promoting.roll_back(ann, challenger))
        publish(ann.pk, EventKind.ARTWORK_CHANGED, [seen.pk])
    second.join()
    seen.refresh_from_db()
    assert (judge(), seen.score_mean) == ("old", 4.0)


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_ends_while_somebody_rolls_back_shows_what_judges_then(
    ann, champion, challenger
):
    seen = picture_of(ann)
    scored(seen, champion, 5.5)
    activate(challenger)
    rescoring.ask_for_the_rest()
    claims = jobs.claim(["gpu.batch"], kind="score", worker="w")
    judged = ScoreResult((0.1,) * 10, mean=9.0, sd=1, low=8, high=10)
    with transaction.atomic():
        promoting.roll_back(ann, challenger)
        batch = elsewhere(lambda: record_scores([(claims[0], judged)], challenger))
    batch.join()
    seen.refresh_from_db()
    assert (seen.score_mean, seen.scores.count()) == (5.5, 2)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_the_second_is_told(ann, ben, champion, challenger):
    other = version("other", "4")
    TrainingRun.objects.create(
        snapshot=frozen(ben), recipe="refine", by=ben, state="done", champion=champion,
        version=other, passed=True, verdict={"points": [], "flips": []},
    )  # fmt: skip
    told: list[str] = []

    def press() -> None:
        try:
            promoting.promote(ben, other)
        except Conflict as error:
            told.append(error.code)

    with transaction.atomic():
        promoting.promote(ann, challenger)
        second = elsewhere(press)
    second.join()
    assert told == ["champion_changed"]
    assert judge() == "new"


def test_versions_take_a_fixed_number_of_queries(
    browser, ann, champion, challenger, django_assert_max_num_queries
):
    for digit in "56789":
        ended(ann, version(f"more-{digit}", digit), champion=champion)
    with django_assert_max_num_queries(12):
        assert len(browser.get(API).json()) == 7
