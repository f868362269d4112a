"""What a generator can and cannot, category by category, and what people call each."""

import pytest
from django.test import Client

from tests.webapp.generation.studios import JSON, browser, made, register_generator
from webapp.accounts.models import User
from webapp.events.models import Event
from webapp.generation.models import Generation
from webapp.jobs.models import Job, JobKind
from webapp.registry.models import CategoryName, ModelVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> ModelVersion:
    return register_generator()


@pytest.fixture
def staff(version: ModelVersion) -> Client:
    return browser("staff@example.org", staff=True)


def where(version: ModelVersion, rest: str = "") -> str:
    return f"/api/v1/model-versions/{version.pk}/categories{rest}"


def call(client: Client, version: ModelVersion, key: str, name: str) -> tuple[int, dict]:
    answer = client.patch(where(version, f"/{key}"), {"name": name}, JSON)
    return answer.status_code, answer.json()


def test_each_category_tells_what_was_measured_of_it_or_that_nobody_did(staff, version):
    told = staff.get(where(version)).json()
    sea, barn = told["categories"]
    assert (sea["name"], sea["given"], sea["pictures"]) == ("Sea", "Sea", 7)
    assert (sea["outcome"]["recognised"]["low"], sea["outcome"]["mistaken"]["high"]) == (0.4, 0.6)
    assert (barn["outcome"], barn["samples"]) == (None, [])
    assert "Sunset" in told["presets"] and (told["making"], told["can_make"]) == (False, True)


def test_a_name_is_used_wherever_a_category_is_shown_and_can_be_taken_back(staff, version):
    owner = User.objects.get(email="staff@example.org")
    generation = made(owner, 5.0)
    status, told = call(staff, version, "sea", "  Grey   coast ")
    assert (status, told["categories"][0]["name"]) == (200, "Grey coast")
    asked = staff.get("/api/v1/generators").json()["generator"]["categories"]
    [card] = staff.get("/api/v1/generations").json()["results"]
    sample = f"/api/v1/generations/{generation.pk}/samples/{generation.samples.get().pk}/keep"
    artwork = staff.post(sample, {}, JSON).json()["artwork"]
    recipe = staff.get(f"/api/v1/artworks/{artwork}").json()["recipe"]
    names = (asked[0]["name"], card["category_name"], recipe["category_name"])
    assert names == ("Grey coast",) * 3
    assert Event.objects.filter(kind="generation.changed", ids=[str(version.pk)]).count() == 1
    assert call(staff, version, "sea", "")[1]["categories"][0]["name"] == "Sea"
    assert not CategoryName.objects.exists()


@pytest.mark.parametrize(
    ("key", "name", "code"),
    [
        ("sea", "x" * 61, "bad_name"),
        ("sea", "a\u202eb", "bad_name"),
        ("sea", "barns", "name_taken"),
        ("moon", "Moon", "not_found"),
    ],
)
def test_a_name_that_cannot_be_is_refused_by_name(staff, version, key, name, code):
    assert call(staff, version, key, name)[1]["code"] == code
    assert not CategoryName.objects.exists()


def test_names_of_a_challenger_are_the_staffs_alone(staff, version):
    challenger = register_generator("generator-2")
    ModelVersion.objects.filter(pk=challenger.pk).update(state="registered")
    visitor = browser("visitor@example.org")
    assert call(staff, challenger, "sea", "Coast")[0] == 200
    assert visitor.get(where(challenger)).status_code == 404
    assert visitor.get(where(version)).status_code == 200
    viewer = User.objects.get(email="visitor@example.org")
    assert not CategoryName.objects.visible_to(viewer).exists()
    assert call(visitor, version, "sea", "Coast")[0] == 403


def test_samples_of_each_category_are_asked_for_once_for_everybody(staff, version):
    visitor = browser("visitor@example.org")
    for client in (visitor, staff):
        answer = client.post(where(version, "/samples"), content_type=JSON)
        assert (answer.status_code, answer.json()["making"]) == (202, True)
    shows = Generation.objects.filter(shows_category=True)
    assert sorted(shows.values_list("category", "count")) == [("barn", 8), ("sea", 8)]
    assert visitor.get("/api/v1/generators").json()["quota"]["left"] == 500
    assert visitor.get("/api/v1/generations").json()["results"] == []
    sea = shows.get(category="sea")
    assert visitor.delete(f"/api/v1/generations/{sea.pk}").status_code == 404
    Job.objects.filter(kind=JobKind.GENERATE, subject=sea.pk).update(state="failed")
    assert visitor.post(where(version, "/samples"), content_type=JSON).status_code == 202
    assert Job.objects.get(subject=sea.pk).state == "queued"


def test_everybody_sees_the_samples_of_a_category_and_nobody_keeps_them(staff, version):
    generation = made(User.objects.get(email="staff@example.org"), 5.0, shows_category=True)
    visitor = browser("visitor@example.org")
    [sample] = visitor.get(where(version)).json()["categories"][0]["samples"]
    assert visitor.get(sample["url"]).status_code == 200
    keep = f"/api/v1/generations/{generation.pk}/samples/{sample['id']}/keep"
    assert staff.post(keep, {}, JSON).status_code == 404
    assert Client().get(sample["url"]).status_code == 302


def test_a_generator_that_is_not_active_makes_no_samples(staff, version):
    register_generator("generator-2")
    answer = staff.post(where(version, "/samples"), content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "model_retired")
    assert staff.get(where(version)).json()["can_make"] is False
