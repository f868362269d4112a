"""What may be asked of the studio, how much of it, and what becomes of what was made."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.webapp.generation.studios import JSON, browser, made, register_generator
from webapp.accounts.models import User
from webapp.catalogue.garbage import collect_garbage
from webapp.catalogue.models import Artwork, Blob
from webapp.generation.housekeeping import tidy_generations
from webapp.generation.models import Generation
from webapp.jobs.models import Job, JobKind
from webapp.registry.models import CategoryName, ModelVersion

pytestmark = pytest.mark.django_db
URL = "/api/v1/generations"


@pytest.fixture
def maker() -> Client:
    register_generator()
    return browser("maker@example.org")


def owner() -> User:
    return User.objects.get(email="maker@example.org")


def ask(client: Client, **fields: object) -> tuple[int, dict]:
    answer = client.post(URL, {"category": "sea", **fields}, JSON)
    return answer.status_code, answer.json()


def test_the_studio_tells_what_can_be_asked_for_and_how_well_it_is_obeyed(maker):
    studio = maker.get("/api/v1/generators").json()
    generator = studio["generator"]
    assert [each["key"] for each in generator["categories"]] == ["sea", "barn"]
    sea, barn = (each["outcome"] for each in generator["categories"])
    assert (sea["recognised"]["low"], barn) == (0.4, None)
    assert generator["dial"] == {"low": 3.0, "high": 7.5, "sd": 2.0}
    assert generator["measures"][0]["baseline"]["value"] == 0.0
    assert (studio["quota"], studio["reason"]) == ({"limit": 500, "left": 500}, None)
    page = maker.get("/studio/")
    assert page.context["props"]["studio"] == studio and b"generation-studio" in page.content


def test_the_page_of_a_generator_tells_its_card_and_survives_one_it_cannot_read(maker):
    page = maker.get("/models/generator-1/").content.decode()
    assert "Twelve pictures are few." in page and "shuffled: 0, -0.1 to 0.1" in page
    ModelVersion.objects.update(card={})
    assert b"read no more" in maker.get("/models/generator-1/").content
    staff = browser("staff@example.org", staff=True)
    listed = staff.get("/api/v1/model-versions", {"kind": "generator"}).json()
    assert [each["name"] for each in listed] == ["generator-1"], listed
    assert maker.get("/api/v1/generators").json()["reason"]["code"] == "no_generator"


def test_without_a_generator_the_studio_says_who_must_act(db):
    client = browser("maker@example.org")
    studio = client.get("/api/v1/generators").json()
    assert studio["generator"] is None and "Whoever runs" in studio["reason"]["text"]
    assert ask(client, dial=5)[1]["code"] == "no_generator"
    assert client.get("/studio/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"histogram": []}, "histogram_empty"),
        ({"histogram": [0] * 10}, "histogram_empty"),
        ({"histogram": [-0.1, 1.1] + [0] * 8}, "histogram_negative"),
        ({"histogram": [0.2] * 10}, "histogram_not_normalised"),
        ({"histogram": [0.5] * 2}, "histogram_wrong_length"),
        ({"dial": 11}, "dial_out_of_range"),
        ({"dial": "nan"}, "invalid"),
        ({}, "dial_or_histogram"),
        ({"dial": 5, "histogram": [0.1] * 10}, "dial_or_histogram"),
        ({"kind": "sweep", "dial": 5}, "dial_or_histogram"),
        ({"dial": 5, "category": "moon"}, "category_unknown"),
        ({"dial": 5, "seed": 2**32}, "seed_out_of_range"),
        ({"dial": 5, "seed": 1, "seed_to": 2}, "seed_to"),
        ({"dial": 5, "kind": "between"}, "seed_to"),
        ({"dial": 5, "kind": "between", "seed_to": -1}, "seed_out_of_range"),
        ({"dial": 5, "truncation": 0}, "truncation_out_of_range"),
        ({"dial": 5, "truncation": 1.5}, "truncation_out_of_range"),
        ({"dial": 5, "count": 65}, "count_out_of_range"),
        ({"kind": "sweep", "count": 1}, "count_out_of_range"),
        ({"dial": 5, "count": 4, "keep_best": 5}, "keep_best_out_of_range"),
        ({"kind": "sweep", "keep_best": 2}, "keep_best_out_of_range"),
        ({"dial": 5, "category": 7, "count": "many"}, "invalid"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_name(maker, fields, code):
    assert (ask(maker, **fields)[0], ask(maker, **fields)[1]["code"]) == (400, code)
    assert not Generation.objects.exists()


def test_a_refused_wish_is_told_what_it_lacks(maker):
    assert ask(maker)[1]["detail"] == "Give a dial or a histogram."
    assert ask(maker, dial=5, category="moon")[1]["detail"].endswith("'moon', but sea, barn.")
    assert "give seed_to" in ask(maker, dial=5, kind="between")[1]["detail"]
    assert ask(maker, dial=5, seed_to=2)[1]["detail"].startswith("Only pictures between")


def test_a_wish_is_taken_with_what_was_left_out_filled_in(maker):
    status, shown = ask(maker, dial=6)
    assert (status, shown["state"], shown["count"], shown["samples"]) == (202, "queued", 8, [])
    assert shown["asked_mean"] == pytest.approx(6) and sum(shown["histogram"]) == pytest.approx(1)
    assert 0 <= shown["seed"] < 2**32 and shown["category_name"] == "Sea"
    job = Job.objects.get()
    assert (job.kind, job.queue, str(job.subject)) == ("generate", "gpu.generate", shown["id"])


def test_a_wish_of_the_past_is_refused_by_another_generator(maker):
    assert ask(maker, dial=5, model="generator-1")[0] == 202
    register_generator("generator-2")
    status, problem = ask(maker, dial=5, model="generator-1")
    assert (status, problem["code"]) == (409, "model_retired")
    [card] = maker.get(URL).json()["results"]
    assert card["model"] == {"name": "generator-1", "active": False}


def test_the_quota_counts_what_is_made_and_what_is_to_be_made(maker, settings):
    settings.GENERATION_QUOTA = 20
    _, first = ask(maker, dial=5, count=12)
    status, problem = ask(maker, dial=5, count=9)
    assert (status, problem["code"], problem["left"]) == (429, "over_generation_quota", 8)
    assert maker.post(f"{URL}/{first['id']}/cancel", content_type=JSON).status_code == 200
    assert ask(maker, dial=5, count=9)[0] == 202, "nothing was made of what was called off"
    generation = made(owner(), *[5.0] * 6)
    assert maker.delete(f"{URL}/{generation.pk}").status_code == 204
    assert maker.get("/api/v1/generators").json()["quota"]["left"] == 5, "deleting gives none back"
    for each in Generation.objects.all():
        each.created_at -= timedelta(days=1)
        each.save()
    assert maker.get("/api/v1/generators").json()["quota"]["left"] == 20


def test_only_what_is_being_made_is_called_off(maker):
    generation = made(owner(), 5.0)
    Job.objects.create(
        kind=JobKind.GENERATE, subject=generation.pk, owner=owner(), queue="io", state="done"
    )
    answer = maker.post(f"{URL}/{generation.pk}/cancel", content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("state", ["failed", "dead", "cancelled"])
def test_what_failed_or_was_called_off_goes_on_after_what_is_there(maker, settings, state):
    settings.GENERATION_QUOTA = 20
    _, asked = ask(maker, dial=5, count=6)
    where = f"{URL}/{asked['id']}/retry"
    assert maker.post(where, content_type=JSON).json()["code"] == "conflict", "it is live"
    Job.objects.update(state=state, error_code="worker_error", attempt=3)
    assert ask(maker, dial=5, count=16)[0] == 202
    assert maker.post(where, content_type=JSON).json()["code"] == "over_generation_quota"
    settings.GENERATION_QUOTA = 500
    again = maker.post(where, content_type=JSON)
    assert (again.status_code, again.json()["state"], again.json()["error"]) == (
        200,
        "queued",
        None,
    )
    Job.objects.update(state=state)
    Generation.objects.update(created_at=timezone.now() - timedelta(days=2), retried_at=None)
    assert maker.post(where, content_type=JSON).status_code == 200
    assert maker.get("/api/v1/generators").json()["quota"]["left"] == 494, "tried again, it counts"
    Job.objects.update(state=state)
    register_generator("generator-2")
    assert maker.post(where, content_type=JSON).json()["code"] == "model_retired"


def test_asked_and_judged_of_many_generations_come_in_one_answer(maker):
    swept = made(owner(), 4.0, None, kind="sweep", histogram=[])
    film = made(owner(), 5.0, kind="between", seed_to=2)
    foreign = browser("other@example.org")
    of = ",".join(str(each.pk) for each in (swept, film))
    [pair] = maker.get(f"{URL}/judged", {"of": of}).json()["results"]
    assert (pair["asked"], pair["judged"], pair["generation"]) == (5.5, 4.0, str(swept.pk))
    assert maker.get(pair["url"]).status_code == 200
    assert foreign.get(f"{URL}/judged", {"of": of}).json() == {"results": []}
    assert maker.get(f"{URL}/judged", {"of": "x"}).json()["code"] == "invalid"


def test_the_best_are_kept_and_the_others_stay(maker):
    generation = made(owner(), 4.0, 7.0, None, 6.0, keep_best=2)
    shown = maker.get(f"{URL}/{generation.pk}").json()
    assert [each["kept"] for each in shown["samples"]] == [False, True, False, True]
    [card] = maker.get(URL).json()["results"]
    best = [each["url"] for each in shown["samples"] if each["kept"]]
    assert sorted(card["covers"]) == sorted(best)


def test_history_comes_in_parts_and_costs_the_same_however_long_it_is(maker):
    for _ in range(5):
        made(owner(), 5.0, 6.0)
    first = maker.get(URL, {"limit": 3}).json()
    rest = maker.get(URL, {"limit": 3, "after": first["after"]}).json()
    assert (len(first["results"]), len(rest["results"]), rest["after"]) == (3, 2, None)
    times = [each["created_at"] for each in first["results"] + rest["results"]]
    assert times == sorted(times, reverse=True) and len(set(times)) == 5
    counts = []
    for limit in (1, 5):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            maker.get(URL, {"limit": limit})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_picture_is_added_to_ones_own_once_and_outlives_its_generation(maker):
    generation = made(owner(), 5.0)
    sample = generation.samples.get()
    where = f"{URL}/{generation.pk}/samples/{sample.pk}/keep"
    first = maker.post(where, {"medium": "painting", "title": "Made"}, JSON)
    again = maker.post(where, {}, JSON)
    assert (first.status_code, again.json()) == (201, first.json())
    artwork = Artwork.objects.get()
    assert (artwork.medium, artwork.title) == ("painting", "Made")
    assert artwork.generated["latent_seed"] == 1 and artwork.generated["model"] == "generator-1"
    shown = maker.get(f"{URL}/{generation.pk}").json()
    assert shown["samples"][0]["artwork"] == str(artwork.pk)
    maker.delete(f"{URL}/{generation.pk}")
    assert Artwork.objects.filter(pk=artwork.pk, deleted_at=None).exists()
    nameless = made(owner(), 5.0, 6.0).samples.get(index=1)
    maker.post(f"{URL}/{nameless.generation_id}/samples/{nameless.pk}/keep", {}, JSON)
    assert "Sea (seed 2)" in Artwork.objects.values_list("title", flat=True)


def test_files_have_names_and_are_their_owners_alone(maker):
    generation = made(owner(), 5.0)
    url = maker.get(f"{URL}/{generation.pk}").json()["samples"][0]["url"]
    shown, saved = maker.get(url), maker.get(f"{url}?download")
    name = 'filename="generated-sea-5.5-1-0.png"'
    assert shown["Content-Disposition"] == f"inline; {name}"
    assert saved["Content-Disposition"] == f"attachment; {name}"
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    CategoryName.objects.create(version=generation.model_version, key="sea", name="Sea/low tide")
    assert 'filename="generated-sea-low-tide-5.5-1-0.png"' in maker.get(url)["Content-Disposition"]
    Blob.objects.update(created_at="2020-01-01T00:00Z")
    assert collect_garbage().blobs == 0 and maker.get(url).status_code == 200
    other = browser("other@example.org")
    assert {other.get(path).status_code for path in (url, f"{URL}/{generation.pk}")} == {404}
    assert other.get(f"/media/generations/{generation.pk}/film.webp").status_code == 404


def test_what_is_deleted_is_forgotten_after_the_day_that_the_quota_needs(maker):
    generation = made(owner(), 5.0)
    maker.delete(f"{URL}/{generation.pk}")
    tidy_generations()
    assert Generation.objects.exists()
    Generation.objects.update(created_at=generation.created_at - timedelta(days=2))
    tidy_generations()
    assert not Generation.objects.exists()


def test_a_wish_that_nobody_was_asked_for_is_asked_for_again(maker):
    ask(maker, dial=5)
    Job.objects.all().delete()
    assert [finding.code for finding in tidy_generations()] == ["unmade"]
    assert Job.objects.get().kind == JobKind.GENERATE and tidy_generations() == []
