"""What was deleted or withdrawn since a snapshot was frozen is used no more, and that is said."""

import pytest

from tests.people import person
from tests.webapp.crowd.hands import open_campaign
from tests.webapp.training.crowds import photos
from tests.webapp.training.reports import version
from tests.world import frozen
from webapp.catalogue.models import Artwork
from webapp.registry.models import ModelVersion
from webapp.registry.services import activate
from webapp.training import runs
from webapp.training.models import Snapshot
from workers.runtime import run_folder

PICTURES = 22


@pytest.fixture
def ann(db):
    return person("ann@example.org", staff=True)


@pytest.fixture
def browser(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def campaign(ann):
    """Two of the pictures, whose organiser let models learn from them."""
    organiser = person("organiser@example.org")
    return open_campaign(organiser, photos(organiser, range(2)), for_training=True)


@pytest.fixture
def snapshot(ann, campaign):
    activate(version("old", "1", card={"architecture": {"name": "scorer"}}))
    asked = [entry.artwork for entry in campaign.entries.select_related("artwork__original")]
    made = frozen(ann, *asked, *photos(ann, range(2, PICTURES)))
    made.spec = {"campaigns": [str(campaign.pk)]}
    made.save()
    return made


def offered(browser, snapshot: Snapshot):
    """The recipe of a fresh head."""
    found = browser.get(f"/api/v1/training-runs/recipes?snapshot={snapshot.pk}").json()
    return next(each for each in found if each["recipe"] == "head")


def gone(browser, snapshot: Snapshot) -> int:
    return browser.get(f"/api/v1/snapshots/{snapshot.pk}").json()["gone"]


def laid_out(run) -> int:
    """How many pictures the process that trains is given."""
    folder = run_folder.lay_out(run, lambda done, total: None)
    return len(list((folder / "pictures").iterdir()))


def test_pictures_of_a_withdrawn_campaign_are_not_learned_from(
    browser, ann, snapshot, campaign, tmp_path, settings
):
    settings.RUNS_DIR = tmp_path
    settings.DATA_HOME = tmp_path / "home"
    run = runs.start(ann, snapshot, recipe="head")
    assert (gone(browser, snapshot), laid_out(run)) == (0, PICTURES)
    campaign.for_training = False
    campaign.save()
    assert (gone(browser, snapshot), laid_out(run)) == (2, PICTURES - 2)
    other = frozen(ann, *Artwork.objects.order_by("title")[:3])
    assert gone(browser, other) == 0, "it was not made of that campaign"


def test_too_many_gone_fit_no_recipe_and_no_repeat(browser, ann, snapshot):
    run = runs.start(ann, snapshot, recipe="head")
    assert offered(browser, snapshot)["fits"] is True
    trash = list(Artwork.objects.values_list("pk", flat=True)[:3])
    Artwork.objects.filter(pk__in=trash).update(deleted_at="2026-01-01T00:00Z")
    found = offered(browser, snapshot)
    assert found["fits"] is False
    assert found["why_not"].startswith("3 of its 22 pictures were deleted or withdrawn")
    runs.cancel(run)
    again = browser.post(f"/api/v1/training-runs/{run.pk}/repeat")
    assert (again.status_code, again.json()["code"]) == (409, "recipe_unfit")


def test_a_test_that_can_prove_nothing_is_said_before_anybody_trains(browser, snapshot):
    assert offered(browser, snapshot)["caveat"] is None
    snapshot.shown.filter(
        sha256__in=list(snapshot.shown.values_list("sha256", flat=True)[:3])
    ).update(part="train")
    found = offered(browser, snapshot)
    assert (found["fits"], found["caveat"]["code"]) == (True, "small_test")
    assert "19 pictures are left for the test" in found["caveat"]["text"]


def test_pictures_that_taught_the_model_that_judges_are_no_test(browser, snapshot):
    champion = ModelVersion.objects.get(kind="scorer", state="active")
    tested = list(snapshot.shown.filter(part="test").values_list("sha256", flat=True))
    champion.card["learned"] = [each[:16] for each in tested[:5]]
    champion.save()
    found = offered(browser, snapshot)
    assert (found["fits"], found["caveat"]["code"]) == (True, "small_test")
    assert "17 pictures are left for the test beside 5 that taught" in found["caveat"]["text"]
    champion.card["learned"] = [each[:16] for each in tested[:15]]
    champion.save()
    found = offered(browser, snapshot)
    assert found["fits"] is False
    assert found["why_not"].startswith("15 of its 22 test pictures taught the model")
    assert "about 15 more pictures that it has not learned from" in found["why_not"]
