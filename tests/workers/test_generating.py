"""A wish becomes judged and marked pictures, through interruptions, cancels and other models."""

import json
from io import BytesIO
from itertools import count

import pytest
from django.test import Client
from PIL import Image

from tests.people import person
from tests.workers.tiny import write_tiny_generator
from webapp.catalogue import blobs
from webapp.catalogue.provenance import DIGITAL_SOURCE
from webapp.events.models import Event
from webapp.generation.models import Generation, Sample
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.models import ModelVersion
from webapp.registry.services import register_builtin
from workers.runtime import generating
from workers.runtime.draining import SLICE_SECONDS
from workers.runtime.model_cache import model_cache
from workers.tasks.score import score

pytestmark = pytest.mark.django_db
GENERATE = (Queue.GPU_GENERATE,)
JSON = "application/json"


@pytest.fixture
def maker(generator) -> Client:
    client = Client()
    client.force_login(person("maker@example.org"))
    return client


def wish(client: Client, **fields: object) -> str:
    asked = {"category": "barn", "dial": 6, "seed": 4294967295, "count": 6, **fields}
    answer = client.post("/api/v1/generations", asked, content_type=JSON)
    assert answer.status_code == 202, answer.content
    return answer.json()["id"]


def seen(client: Client, pk: str) -> dict:
    return client.get(f"/api/v1/generations/{pk}").json()


def file_of(client: Client, url: str) -> Image.Image:
    return Image.open(BytesIO(client.get(url).content))


def test_every_picture_is_judged_and_says_in_its_file_how_it_was_made(maker):
    pk = wish(maker, keep_best=2)
    score(queue=Queue.GPU_GENERATE)
    made = seen(maker, pk)
    assert (made["state"], made["made"], made["judge"]) == ("done", 6, "scorer-tiny-1")
    samples = made["samples"]
    assert [each["latent_seed"] for each in samples] == [4294967295, 0, 1, 2, 3, 4]
    assert all(each["asked_mean"] == pytest.approx(6) for each in samples)
    kept = [each["judged_mean"] for each in samples if each["kept"]]
    assert sorted(kept) == sorted(each["judged_mean"] for each in samples)[-2:]
    picture = file_of(maker, samples[1]["url"])
    told = json.loads(picture.text["parameters"])
    assert (told["latent_seed"], told["category"], told["dial"]) == (0, "barn", 6)
    assert told["category_name"] == "Barns"
    assert told["digest"] == ModelVersion.objects.get(kind="generator").digest
    assert DIGITAL_SOURCE in picture.text["XML:com.adobe.xmp"]
    heard = Event.objects.filter(kind="generation.changed", ids=[pk]).count()
    assert heard >= 6, "asked for, begun, the first picture, two parts, done"


def test_the_same_wish_gives_the_same_pictures_and_another_seed_others(maker):
    for seed in (1, 1, 2):
        wish(maker, seed=seed, count=2)
    score(queue=Queue.GPU_GENERATE)
    pixels = [
        [file_of(maker, each["url"]).tobytes() for each in seen(maker, str(made.pk))["samples"]]
        for made in Generation.objects.order_by("created_at")
    ]
    assert pixels[0] == pixels[1] and pixels[0][1] == pixels[2][0] != pixels[0][0]


def test_a_sweep_keeps_the_latent_and_ends_with_a_film(maker):
    answer = maker.post(
        "/api/v1/generations",
        {"category": "sea", "kind": "sweep", "seed": 7, "count": 4},
        content_type=JSON,
    )
    score(queue=Queue.GPU_GENERATE)
    made = seen(maker, answer.json()["id"])
    assert [each["asked_mean"] for each in made["samples"]] == [1, 4, 7, 10]
    assert {each["latent_seed"] for each in made["samples"]} == {7}
    film = file_of(maker, made["film"])
    assert film.format == "WEBP" and film.n_frames == 6, "there and back"
    assert DIGITAL_SOURCE in film.info["xmp"].decode()


def test_steps_between_two_latents_begin_and_end_with_them(maker):
    between = wish(maker, kind="between", seed=1, seed_to=9, count=3)
    ends = [wish(maker, seed=seed, count=1) for seed in (1, 9)]
    score(queue=Queue.GPU_GENERATE)
    steps = seen(maker, between)
    assert [each["latent_seed"] for each in steps["samples"]] == [1, None, 9]
    for step, end in zip(steps["samples"][::2], ends, strict=True):
        [alone] = seen(maker, end)["samples"]
        assert file_of(maker, step["url"]).tobytes() == file_of(maker, alone["url"]).tobytes()


def test_a_worker_that_dies_half_way_costs_no_picture(maker, monkeypatch):
    pk = wish(maker)
    monkeypatch.setattr(generating, "AT_ONCE", 2)
    keep, calls = generating.recording.keep, count()

    def dying(*args):
        if next(calls) == 2:
            raise KeyboardInterrupt
        keep(*args)

    monkeypatch.setattr(generating.recording, "keep", dying)
    with pytest.raises(KeyboardInterrupt):
        generating.generate_next(GENERATE)
    assert seen(maker, pk)["made"] == 3
    first = set(Sample.objects.values_list("pk", flat=True))
    jobs.requeue_lost([Job.objects.get().worker])
    assert seen(maker, pk)["state"] == "running"
    generating.generate_next(GENERATE)
    made = seen(maker, pk)
    assert (made["state"], [each["index"] for each in made["samples"]]) == ("done", [*range(6)])
    assert first < set(Sample.objects.values_list("pk", flat=True))


def test_one_that_kills_workers_again_and_again_ends_with_a_reason(maker):
    pk = wish(maker)
    for _ in range(3):
        jobs.claim(GENERATE, kind=JobKind.GENERATE, worker="w")
        jobs.requeue_lost(["w"])
    generating.generate_next(GENERATE)
    assert seen(maker, pk)["error"]["code"] == "worker_lost"


def test_new_pictures_of_the_last_attempt_earn_it_another(maker, monkeypatch):
    pk = wish(maker)
    Job.objects.update(attempt=2)
    judged = generating._judged

    def broken(*args):
        if Sample.objects.exists():
            raise RuntimeError
        return judged(*args)

    monkeypatch.setattr(generating, "_judged", broken)
    with pytest.raises(RuntimeError):
        generating.generate_next(GENERATE)
    made = seen(maker, pk)
    assert (made["state"], made["made"], Job.objects.get().state) == ("running", 1, "queued")


def test_a_wish_of_a_generator_of_this_moment_waits_until_it_is_loaded(maker, weights, monkeypatch):
    current, held = model_cache.current, []

    def promoted_meanwhile(role):
        found = current(role)
        if role is generating.GENERATOR and not held:
            held.append(found)
            write_tiny_generator(weights, name="generator-tiny-2", seed=2)
            register_builtin()
            Generation.objects.update(
                model_version=ModelVersion.objects.get(name="generator-tiny-2")
            )
        return found

    pk = wish(maker)
    monkeypatch.setattr(generating.model_cache, "current", promoted_meanwhile)
    generating.generate_next(GENERATE)
    assert seen(maker, pk)["state"] == "queued"
    generating.generate_next(GENERATE)
    assert seen(maker, pk)["state"] == "done"


def test_what_is_called_off_in_the_middle_keeps_what_is_made_and_can_go_on(maker, monkeypatch):
    pk = wish(maker)
    judged = generating._judged

    def called_off(*args):
        if Sample.objects.exists():
            assert (
                maker.post(f"/api/v1/generations/{pk}/cancel", content_type=JSON).status_code == 200
            )
        return judged(*args)

    monkeypatch.setattr(generating, "_judged", called_off)
    assert generating.generate_next(GENERATE) == 1
    made = seen(maker, pk)
    assert (made["state"], made["made"], len(made["samples"])) == ("cancelled", 1, 1)
    assert maker.get("/api/v1/generators").json()["quota"]["left"] == 499
    assert generating.generate_next(GENERATE) == 0
    first = made["samples"][0]["id"]
    monkeypatch.setattr(generating, "_judged", judged)
    assert maker.post(f"/api/v1/generations/{pk}/retry", content_type=JSON).status_code == 200
    generating.generate_next(GENERATE)
    made = seen(maker, pk)
    assert (made["state"], made["made"], made["samples"][0]["id"]) == ("done", 6, first)


def test_a_generation_makes_room_for_fresh_uploads_and_goes_on(maker, upload):
    pk = wish(maker)
    upload()
    Job.objects.filter(kind=JobKind.RENDER).update(queue=Queue.GPU_INTERACTIVE)
    generating.generate_next(GENERATE)
    waiting = Job.objects.get(kind=JobKind.GENERATE)
    assert (waiting.state, seen(maker, pk)["made"]) == (JobState.QUEUED, 1)
    assert SLICE_SECONDS > 0 and seen(maker, pk)["state"] == "running"
    generating.generate_next(GENERATE)
    assert seen(maker, pk)["made"] == 1 + generating.AT_ONCE
    generating.generate_next(GENERATE)
    assert seen(maker, pk)["state"] == "done"


def test_a_wish_of_a_retired_generator_fails_by_name(maker, weights):
    pk = wish(maker)
    write_tiny_generator(weights, name="generator-tiny-2", seed=2)
    register_builtin()
    generating.generate_next(GENERATE)
    made = seen(maker, pk)
    assert (made["state"], made["error"]["code"]) == ("failed", "model_retired")
    assert made["model"] == {"name": "generator-tiny-1", "active": False}


def test_a_deleted_generation_stops_its_worker_and_frees_its_bytes(maker, monkeypatch):
    pk = wish(maker)
    judged = generating._judged

    def deleted(*args):
        if Sample.objects.exists():
            assert maker.delete(f"/api/v1/generations/{pk}").status_code == 204
        return judged(*args)

    monkeypatch.setattr(generating, "_judged", deleted)
    generating.generate_next(GENERATE)
    assert maker.get(f"/api/v1/generations/{pk}").status_code == 404
    assert not Sample.objects.exists() and not Job.objects.exists()
    blobs.Blob.objects.update(created_at="2020-01-01T00:00Z")
    assert blobs.collect_garbage().blobs == 1
