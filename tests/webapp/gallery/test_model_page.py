"""The page about a model says in words and bars what its card says, and nothing more."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.people import person
from webapp.registry.models import ModelVersion

pytestmark = pytest.mark.django_db


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.05, "high": value + 0.05}


def trial(**changes: Any) -> dict[str, Any]:
    order = {"constant": -0.1, "ridge_top": 0.7, "ridge": 0.75, "scorer": 0.8, "ceiling": 0.9}
    reports = {
        name: {"count": 140, "srcc": figure(srcc), "emd_r2": figure(0.4 - srcc / 4)}
        for name, srcc in order.items()
    }
    reports["scorer"]["range_ratio"] = figure(0.82)
    return {**reports, "gain": figure(0.03), "coverage": 0.79, **changes}


def card(**changes: Any) -> dict[str, Any]:
    trials = {"test": trial(), "cross_validation": trial(), "unseen_subjects": None}
    return {
        "created_at": "2026-11-21",
        "panel": "oasis",
        "data": [
            {"name": "oasis", "title": "OASIS photos", "licence": "CC BY-SA 4.0", "count": 700,
             "votes": 132075, "train": 560, "test": 140},
            {"name": "tiles", "title": "Small tiles", "licence": "CC0"},
        ],
        "interval": {"level": 0.8, "half_width_per_sd": 0.73},
        "reference": [4.0, 5.0],
        "metrics": {"tiles": trials, "oasis": trials},
        "limits": ["Paintings are untested.", "It held 80% of 5 %."],
        "notes": ["gain: SRCC above the better ridge.", "Tiles are small."],
        **changes,
    }  # fmt: skip


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(person("anybody@example.org"))
    return client


def shown(browser: Client, content: object, *, state: str = "active") -> str:
    ModelVersion.objects.create(
        kind="scorer", name="scorer-v9", digest=state, card=content, state=state
    )
    answer = browser.get("/models/scorer-v9/")
    assert answer.status_code == 200
    page = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", page)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_card_is_told_in_words(browser: Client) -> None:
    said = words(shown(browser, card()))
    for sentence in (
        "Judges new pictures now.",
        "Paintings are untested.",
        "It held 80 % of 5 %.",
        "700 pictures, 132,075 votes",
        "560 to learn from, 140 held back",
        "CC BY-SA 4.0",
        "0.73 times the expected spread",
        "Better by : SRCC above the better ridge.",
        "Places out of 100 are places among these 560.",
    ):
        assert sentence in said


def test_the_scorer_stands_beside_its_rivals_with_intervals(browser: Client) -> None:
    page = shown(browser, card())
    order = page.split("<table", 2)[1]
    rows = re.findall(r'scope="row">([^<]+)<.*?rect width="([^"]+)".*?numeric">(.*?)</td>', order)
    assert [(label, width, words(text).strip()) for label, width, text in rows] == [
        ("One answer for all", "0.0%", "0.00"),
        ("Regression, last layer", "70.0%", "0.70 0.65 to 0.75"),
        ("Regression, all layers", "75.0%", "0.75 0.70 to 0.80"),
        ("This model", "80.0%", "0.80 0.75 to 0.85"),
        ("A second crowd", "90.0%", "0.90 0.85 to 0.95"),
    ]
    assert "style=" not in page


def test_the_crowd_that_it_speaks_for_comes_first(browser: Client) -> None:
    said = words(shown(browser, card()))
    served = said.index("OASIS photos the crowd it speaks for here")
    assert served < said.index("Small tiles")


@pytest.mark.parametrize(
    ("gain", "claim"),
    [
        ({"value": 0.03, "low": 0.01, "high": 0.05}, "It orders these pictures better than"),
        ({"value": 0.03, "low": -0.01, "high": 0.07}, "It is not shown to order"),
        ({"value": -0.03, "low": -0.05, "high": -0.01}, "It orders these pictures worse than"),
    ],
)
def test_it_claims_to_beat_its_rivals_only_when_the_interval_does(
    browser: Client, gain: dict[str, float], claim: str
) -> None:
    said = words(shown(browser, card(metrics={"oasis": {"test": trial(gain=gain)}})))
    assert said.count(claim) == 1


def test_how_often_the_interval_holds_is_set_beside_its_aim(browser: Client) -> None:
    page = shown(browser, card(metrics={"oasis": {"test": trial()}}))
    assert "79 % aim 80 %" in words(page)
    assert re.search(r'rect width="79.0%".*class="goal" x1="80.0%"', page)


def test_bunched_scores_are_admitted(browser: Client) -> None:
    said = words(shown(browser, card(metrics={"oasis": {"test": trial()}})))
    assert "0.82 times as far" in said and "scores bunch in the middle" in said


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        "a card",
        {"metrics": {"oasis": None}, "data": "oasis", "interval": [], "limits": {}},
        {"metrics": {"oasis": {"test": {"scorer": {"srcc": "high"}}}}, "reference": 7},
        {"metrics": {"oasis": {"test": {"scorer": {"srcc": {"value": 1}}}}}},
        {"data": [None, {"count": True, "votes": -1}], "notes": [3, ""]},
    ],
)
def test_a_card_that_says_little_makes_no_claims(browser: Client, content: object) -> None:
    page = shown(browser, content)
    assert "gives no figures" in page
    assert "<table" not in page


def test_a_card_of_the_first_kind_is_understood(browser: Client) -> None:
    old = card(
        interval={"level": 0.8, "half_width": 1.22},
        architecture={"backbone": {"title": "EfficientNet-Lite0", "licence": "Apache-2.0"}},
        metrics={"oasis": {"cross_validation": trial()}},
    )
    del old["reference"]
    said = words(shown(browser, old))
    assert "1.2 points to each side" in said
    assert "EfficientNet-Lite0 : how it sees. Apache-2.0." in said


def test_words_of_a_card_are_text_and_no_markup(browser: Client) -> None:
    page = shown(browser, card(limits=["<script>alert(1)</script>"]))
    assert "&lt;script&gt;" in page and "<script>alert" not in page


def test_a_retired_model_names_the_one_that_judges(browser: Client) -> None:
    ModelVersion.objects.create(kind="scorer", name="next", digest="n", card={}, state="active")
    said = words(shown(browser, card(), state="retired"))
    assert "Does not judge new pictures; next does." in said
    assert "About next" in words(browser.get("/models/").content.decode())


def test_an_installation_without_a_model_says_so(browser: Client) -> None:
    assert "No model judges here yet" in browser.get("/models/").content.decode()
    assert browser.get("/models/unheard-of/").status_code == 404


def test_a_model_that_never_judged_is_shown_to_staff_alone(browser: Client) -> None:
    made = ModelVersion.objects.create(kind="scorer", name="refused", digest="r", card={})
    assert browser.get("/models/refused/").status_code == 404
    staff = Client()
    staff.force_login(person("staff@example.org", staff=True))
    assert staff.get("/models/refused/").status_code == 200
    made.state = "retired"
    made.save()
    assert browser.get("/models/refused/").status_code == 200, "it judged once"


def test_a_model_that_was_trained_here_says_how_and_what_the_gate_said(browser):
    made = {
        "training": {
            "recipe": "head", "how": "a fresh head on <features>", "seed": 7, "snapshot": "ab" * 32,
            "champion": {"version": "scorer-v8"},
        },
        "verdicts": ["It did not pass the gate.", "Dark pictures lose 0.09."],
        "gate": {
            "reasons": [{"code": "slice", "ruling": "veto", "text": "Dark pictures lose 0.09."}],
            "slices": [
                {"title": "dark pictures", "pictures": 41, "srcc": figure(-0.09), "emd_r2": None,
                 "vetoes": True},
                "nonsense",
            ]
        },
        "metrics": {"oasis": {"test": trial(champion=trial()["ridge"])}},
    }  # fmt: skip
    text = shown(browser, card(**made), state="retired")
    for words in (
        "A fresh head on &lt;features&gt;.", "Recipe head, seed 7; compared with scorer-v8",
        "It did not pass the gate.", "Dark pictures", "\u22120.090", "loses too much",
        "abababababab", "The model it was to beat",
        "<b>Veto</b><span>Dark pictures lose 0.09.</span>",
    ):  # fmt: skip
        assert words in text, words
    assert "How it was made" not in shown(browser, card(training="x"))
