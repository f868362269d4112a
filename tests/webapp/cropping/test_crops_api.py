"""The studio over the API: ranked crops, a person's own, opinions, saving, the focal point."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World, build
from webapp.cropping.housekeeping import tidy_crops
from webapp.events import selectors as events
from webapp.inference.models import CropField, CropOpinion, SavedCrop, Score
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.models import ModelVersion

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """The owner's picture of 300 x 200 pixels was looked at."""
    return build()


@pytest.fixture
def browser(world: World) -> Client:
    return world.client("owner")


def path(world: World, rest: str = "crops") -> str:
    return f"/api/v1/artworks/{world.artwork.pk}/{rest}"


def send(browser: Client, method: str, address: str, body: Any = None) -> Any:
    return browser.generic(method, address, "" if body is None else body, "application/json")


def post(browser: Client, address: str, body: Any) -> Any:
    return browser.post(address, body, "application/json")


def refusal(answer: Any) -> tuple[int, str]:
    assert answer.json()["detail"], "a refusal has a sentence"
    return answer.status_code, answer.json()["code"]


def test_crops_come_best_first_with_their_reasons_forms_and_addresses(
    browser: Client, world: World
) -> None:
    shown = browser.get(path(world), {"aspect": "1:1"}).json()
    crops = shown.pop("crops")
    assert shown == {
        "state": "ready", "model": "c-1", "width": 300, "height": 200, "aspect": "1:1",
        "focal": None, "used_focal": None, "notes": shown["notes"], "error_code": "",
        "error_text": "", "saved": [],
    }  # fmt: skip
    assert len(crops) == 5
    totals = [crop["score"]["total"] for crop in crops]
    assert totals == sorted(totals, reverse=True)
    for crop in crops:
        x, y, width, height = crop["box"]
        assert width == height and x + width <= 300 and y + height <= 200
        assert set(crop["score"]) == {
            "total", "view", "energy", "kept", "area", "cut", "focal", "opinion", "judging",
        }  # fmt: skip
        assert set(crop["forms"]) == {"imgproxy", "thumbor", "css"}
        assert crop["url"] in crop["srcset"]
    best = crops[0]["box"]
    assert best[0] + best[2] / 2 > 150, "what draws the eye is on the right"


def test_the_example_for_other_software_has_the_form_of_an_answer(
    browser: Client, world: World
) -> None:
    text = (ROOT / "docs/how-to/use-crops-from-other-software.md").read_text()
    told = json.loads(text.partition("```json")[2].partition("```")[0])
    real = browser.get(path(world), {"aspect": "16:9"}).json()
    assert keys(told) == keys(real)


def keys(answer: dict[str, Any]) -> list[set[str]]:
    """Of an answer and of the parts of its first crop."""
    crop = answer["crops"][0]
    parts = (answer, crop, crop["score"], crop["forms"], crop["losses"][-1])
    return [set(part) for part in parts] + [{crop["losses"][-1]["kind"]}]


def test_a_focal_point_holds_in_every_crop_and_the_query_beats_the_kept_one(
    browser: Client, world: World
) -> None:
    answer = send(browser, "PUT", path(world, "focal"), '{"x": 0.1, "y": 0.9}')
    assert answer.json() == {"focal": {"x": 0.1, "y": 0.9}}
    kept = browser.get(path(world)).json()
    assert (kept["focal"], kept["used_focal"]) == ({"x": 0.1, "y": 0.9}, [0.1, 0.9])
    assert all(x <= 30 <= x + w and y <= 180 <= y + h for x, y, w, h in boxes(kept))
    asked = browser.get(path(world), {"focal": "0.9,0.1"}).json()
    assert (asked["focal"], asked["used_focal"]) == ({"x": 0.1, "y": 0.9}, [0.9, 0.1])
    assert all(x <= 270 <= x + w and y <= 20 <= y + h for x, y, w, h in boxes(asked))
    assert browser.get(path(world), {"focal": "none"}).json()["used_focal"] is None
    assert send(browser, "DELETE", path(world, "focal")).json() == {"focal": None}
    assert browser.get(path(world)).json()["used_focal"] is None
    assert str(world.artwork.pk) in events.after(world.owner.pk, 0).events[-1].ids


def boxes(shown: Any) -> list[list[int]]:
    assert shown["crops"]
    return [crop["box"] for crop in shown["crops"]]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"aspect": "wide"}, "bad_aspect"),
        ({"aspect": "0:1"}, "bad_aspect"),
        ({"aspect": "9999:1"}, "aspect_too_thin"),
        ({"min_width": 301}, "minimum_too_large"),
        ({"min_width": 0}, "bad_minimum"),
        ({"min_height": "tall"}, "bad_minimum"),
        ({"min_width": "1_0"}, "bad_minimum"),
        ({"count": 21}, "bad_count"),
        ({"count": "\u0663"}, "bad_count"),
        ({"count": "1_0"}, "bad_count"),
        ({"focal": "\u0660,1"}, "focal_outside"),
        ({"focal": "0_0,1"}, "focal_outside"),
        ({"focal": "0.5"}, "focal_outside"),
        ({"focal": "0.5,1.01"}, "focal_outside"),
        ({"focal": "nan,0.5"}, "focal_outside"),
        ({"aspect": "1:1\0"}, "invalid"),
    ],
)
def test_what_cannot_be_is_refused_with_a_name_and_a_sentence(
    browser: Client, world: World, query: dict[str, str], code: str
) -> None:
    assert refusal(browser.get(path(world), query)) == (400, code)


def test_the_limits_of_a_shape_and_a_focal_point_of_a_script_are_understood(
    browser: Client, world: World
) -> None:
    assert "20000" in browser.get(path(world), {"aspect": "1:99999"}).json()["detail"]
    assert browser.get(path(world), {"focal": "1e-7,.5"}).json()["used_focal"] == [1e-7, 0.5]


def test_a_persons_own_box_is_told_like_the_others(browser: Client, world: World) -> None:
    best = browser.get(path(world)).json()["crops"][0]
    same = browser.get(path(world, "crops/box"), {"box": ",".join(map(str, best["box"]))})
    assert same.json() == best
    through_the_face = {"box": "0,0,190,200"}
    losses = browser.get(path(world, "crops/box"), through_the_face).json()["losses"]
    assert "face" in {loss["kind"] for loss in losses}
    for box, code in {
        "0,0,301,200": "box_outside",
        "0,0,0,9": "box_outside",
        "1,2": "bad_box",
        "0,0,1000000,9": "bad_box",  # no digit is dropped
        "0,0,09,9": "bad_box",
    }.items():
        assert refusal(browser.get(path(world, "crops/box"), {"box": box})) == (400, code)


def test_a_picture_that_was_not_looked_at_says_how_far_that_is(
    browser: Client, world: World
) -> None:
    CropField.objects.all().delete()
    assert browser.get(path(world)).json()["state"] == "none"
    assert refusal(browser.get(path(world, "crops/box"), {"box": "0,0,9,9"})) == (409, "not_ready")
    for _ in range(2):
        answer = post(browser, path(world, "crops/look"), {})
        assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    job = Job.objects.get(kind=JobKind.CROP)
    assert (job.queue, job.model_version) == (Queue.GPU_INTERACTIVE, "b" * 64)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DEAD, error_code="out_of_memory", error_text="Too large."
    )
    shown = browser.get(path(world)).json()
    assert (shown["state"], shown["error_code"], shown["crops"]) == ("failed", "out_of_memory", [])
    assert post(browser, path(world, "crops/look"), {}).json()["state"] == "waiting"
    world.artwork.renditions.all().delete()
    assert refusal(post(browser, path(world, "crops/look"), {})) == (409, "not_ready")
    ModelVersion.objects.filter(kind="cropper").update(state="retired")
    assert refusal(post(browser, path(world, "crops/look"), {})) == (409, "no_model")
    assert browser.get(path(world)).json()["model"] is None


def test_a_damaged_field_is_told_and_made_again(browser: Client, world: World) -> None:
    CropField.objects.update(data=b"crop-field-0\n")
    shown = browser.get(path(world)).json()
    assert (shown["state"], shown["error_code"]) == ("failed", "field_unreadable")
    assert refusal(browser.get(path(world, "crops/box"), {"box": "0,0,9,9"})) == (
        409,
        "field_unreadable",
    )
    assert post(browser, path(world, "crops/look"), {}).status_code == 202


def opinion_of(world: World, box: Sequence[int]) -> CropOpinion:
    return CropOpinion.objects.create(
        artwork=world.artwork, model_version=ModelVersion.objects.get(kind="scorer"),
        x=box[0], y=box[1], width=box[2], height=box[3],
        distribution=[0.1] * 10, mean=6.0, sd=1, low=5.5, high=6.5,
    )  # fmt: skip


def test_opinions_are_asked_once_and_show_the_gain_over_the_whole(
    browser: Client, world: World
) -> None:
    box = browser.get(path(world)).json()["crops"][0]["box"]
    for _ in range(2):
        answer = post(browser, path(world, "crops/opinions"), {"boxes": [box]})
        assert (answer.status_code, answer.json()) == (202, {"judging": 1})
    job = Job.objects.get(kind=JobKind.JUDGE)
    assert job.params_hash == ",".join(map(str, box))
    assert browser.get(path(world)).json()["crops"][0]["score"]["judging"]
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    opinion_of(world, box)
    score = browser.get(path(world)).json()["crops"][0]["score"]
    assert score["opinion"] == {
        "mean": 6.0, "sd": 1.0, "low": 5.5, "high": 6.5, "distribution": [0.1] * 10, "gain": 0.5,
        "caution": "",
    }  # fmt: skip
    assert post(browser, path(world, "crops/opinions"), {"boxes": [box]}).status_code == 200


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((0, 0, 63, 64), "only 63 by 64 pixels"),
        ((0, 0, 300, 74), "more than four times"),
        ((0, 0, 256, 64), ""),
    ],
)
def test_an_opinion_of_a_tiny_or_a_long_crop_comes_with_a_caution(
    browser: Client, world: World, box: tuple[int, int, int, int], words: str
) -> None:
    opinion_of(world, box)
    asked = {"box": ",".join(map(str, box))}
    caution = browser.get(path(world, "crops/box"), asked).json()["score"]["opinion"]["caution"]
    assert words in caution if words else caution == ""


def test_opinions_that_nobody_saw_for_a_month_are_thrown_away(
    browser: Client, world: World
) -> None:
    seen, _ = opinion_of(world, (0, 0, 100, 100)), opinion_of(world, (0, 0, 100, 101))
    CropOpinion.objects.update(created_at=timezone.now() - timedelta(days=31))
    browser.get(path(world, "crops/box"), {"box": "0,0,100,100"})
    tidy_crops()
    assert CropOpinion.objects.get() == seen


@pytest.mark.parametrize(
    ("boxes", "code"),
    [([[0, 0, 301, 9]], "box_outside"), ([[0, 0, 9]], "invalid"), ([], "invalid"),
     ([[0, 0, 9, n + 1] for n in range(11)], "invalid")],
)  # fmt: skip
def test_opinions_of_what_is_no_crop_are_refused(
    browser: Client, world: World, boxes: list[list[int]], code: str
) -> None:
    answer = post(browser, path(world, "crops/opinions"), {"boxes": boxes})
    assert refusal(answer) == (400, code)
    assert not Job.objects.filter(kind=JobKind.JUDGE).exists()


def test_opinions_need_the_pictures_own_score(browser: Client, world: World) -> None:
    Score.objects.all().delete()
    answer = post(browser, path(world, "crops/opinions"), {"boxes": [[0, 0, 9, 9]]})
    assert refusal(answer) == (409, "not_ready")


def test_saving_is_one_job_and_what_failed_is_told(browser: Client, world: World) -> None:
    for _ in range(2):
        answer = post(browser, path(world, "crops/save"), {"box": [0, 0, 150, 100]})
        assert (answer.status_code, answer.json()["state"]) == (202, "saving")
    saved = SavedCrop.objects.get()
    job = Job.objects.get(kind=JobKind.EXPORT)
    assert (job.queue, job.params_hash) == (Queue.IO, str(saved.pk))
    Job.objects.filter(pk=job.pk).update(
        state=JobState.FAILED, error_code="over_quota", error_text="No room."
    )
    assert browser.get(path(world)).json()["saved"] == [
        {
            "id": str(saved.pk), "box": [0, 0, 150, 100], "words": "Cropped to 150 x 100 (3:2).",
            "state": "failed", "artwork": None, "error_code": "over_quota",
            "error_text": "No room.",
        }
    ]  # fmt: skip
    for box, code in (([0, 0, 300, 200], "whole_picture"), ([299, 0, 2, 9], "box_outside")):
        assert refusal(post(browser, path(world, "crops/save"), {"box": box})) == (400, code)


def test_the_list_costs_the_same_number_of_queries_however_long_it_is(
    browser: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(14):
        browser.get(path(world), {"count": 20})
