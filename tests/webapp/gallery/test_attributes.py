"""Attributes: read by everybody, added and retired by staff, answered by whoever sees a picture."""

from typing import Any

import pytest
from django.test import Client

from tests.people import bearer, person
from tests.workers.cards import HEADS, attributes_document
from tests.world import picture_of
from webapp.accounts.models import User
from webapp.events import selectors as events
from webapp.registry.attributes import sync_attributes
from webapp.registry.models import Attribute, ModelVersion

pytestmark = pytest.mark.django_db
CALM = {"key": "calm", "label": "Calm", "asks": "How calm is it?"}


@pytest.fixture(autouse=True)
def _model(db: None) -> None:
    sync_attributes()
    values = {str(head["key"]): 0.0 for head in HEADS}
    card = attributes_document("attributes-v1", "a" * 64, {"heads": HEADS}, values)
    ModelVersion.objects.create(
        kind="attributes", name="attributes-v1", digest="a" * 64, card=card, state="active"
    )


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(person("staff@example.org", staff=True))
    return client


def listed(browser: Client) -> dict[str, dict[str, Any]]:
    return {each["key"]: each for each in browser.get("/api/v1/attributes").json()}


def add(browser: Client, **changes: object) -> Any:
    return browser.post("/api/v1/attributes", {**CALM, **changes}, "application/json")


def rate(browser: Client, artwork: object, key: str, value: object) -> Any:
    address = f"/api/v1/artworks/{artwork}/attributes/{key}/rating"
    return browser.put(address, {"value": value}, "application/json")


def test_everybody_reads_what_each_attribute_is_worth(browser: Client) -> None:
    shown = listed(browser)
    assert next(iter(shown)) == "vivid_color"
    assert (shown["light"]["source"], shown["light"]["judgement"]) == ("learned", True)
    assert shown["symmetry"]["missing"] == "not_proven"
    assert shown["mood"]["missing"] == "no_training_data"
    assert shown["primary_color"]["choices"][0] == "black"


def test_staff_add_an_attribute_that_has_no_number_until_a_model_learned_it(
    browser: Client, staff: Client, owner: User
) -> None:
    made = add(staff)
    assert made.status_code == 201
    assert (made.json()["family"], made.json()["missing"]) == ("own", "no_training_data")
    artwork = picture_of(owner)
    shown = browser.get(f"/api/v1/artworks/{artwork.pk}").json()["attributes"]
    assert [each["value"] for each in shown if each["key"] == "calm"] == [None]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"key": "light"}, 409, "conflict"),
        ({"key": "overall"}, 409, "conflict"),
        ({"key": "Not a key"}, 400, "invalid"),
        ({"low": 5, "high": 5}, 400, "bad_attribute"),
        ({"high": "inf"}, 400, "invalid"),
        ({"low": "nan"}, 400, "invalid"),
        ({"choices": ["only one"]}, 400, "bad_attribute"),
        ({"label": ""}, 400, "invalid"),
    ],
)
def test_an_attribute_that_cannot_be_is_refused(
    staff: Client, changes: dict[str, object], status: int, code: str
) -> None:
    answer = add(staff, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_staff_retire_and_bring_back_and_reword_only_what_was_added_here(
    staff: Client, browser: Client
) -> None:
    add(staff)

    def patch(key: str, **changes: object) -> Any:
        return staff.patch(f"/api/v1/attributes/{key}", changes, "application/json")

    assert patch("calm", label="Calmness").json()["label"] == "Calmness"
    assert patch("light", label="Lightness").json()["code"] == "conflict"
    assert not patch("light", active=False).json()["active"]
    sync_attributes()
    assert not listed(browser)["light"]["active"], "an update of the product brings nothing back"
    assert patch("light", active=True).json()["active"]
    assert patch("nonsense", active=True).status_code == 404


@pytest.mark.parametrize(
    "choices", [["calm"], ["calm", "calm"], ["calm", "w" * 41], [f"{n}" for n in range(41)]]
)
def test_choices_that_cannot_be_told_apart_or_kept_are_refused(
    staff: Client, choices: list[str]
) -> None:
    assert add(staff, choices=choices).status_code == 400
    form = {**CALM, "low": "0", "high": "10", "low_word": "little", "high_word": "much"}
    page = staff.post("/attributes/", {**form, "choices": ", ".join(choices)})
    assert page.status_code == 400
    assert not Attribute.objects.filter(key="calm").exists()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"choices": ["wild", "Serene", "serene"]}, "Serene"),
        ({"choices": ["wild"]}, "at least two"),
        ({"low": -1e308, "high": 1e308}, "1,000,000"),
        ({"low": 5, "high": 5}, "lowest answer 5"),
    ],
)
def test_a_refusal_names_the_attribute_and_what_is_wrong(
    staff: Client, changes: dict[str, object], named: str
) -> None:
    answer = add(staff, **changes)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_attribute")
    assert "'Calm'" in answer.json()["detail"] and named in answer.json()["detail"]


def test_whoever_is_no_staff_sees_attributes_and_may_not_change_them(browser: Client) -> None:
    changed = browser.patch("/api/v1/attributes/light", {"active": False}, "application/json")
    for refused in (add(browser), changed):
        assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")
        assert "scope admin" in refused.json()["detail"]


def test_a_name_that_no_database_can_hold_is_nobodys(
    staff: Client, browser: Client, owner: User
) -> None:
    strange = "a%00b"
    assert browser.get(f"/models/{strange}/").status_code == 404
    assert rate(browser, picture_of(owner).pk, strange, 0).status_code == 404
    patch = staff.patch(f"/api/v1/attributes/{strange}", {"active": True}, "application/json")
    assert patch.status_code == 404
    assert staff.post("/attributes/", {"retire": "a\0b"}).status_code == 404


def test_a_token_of_staff_needs_the_admin_scope_to_write(client: Client) -> None:
    staff = person("staff@example.org", staff=True)
    write, admin = bearer(staff, "read", "write"), bearer(staff, "admin")
    refused = client.post("/api/v1/attributes", CALM, "application/json", headers=write)
    assert refused.status_code == 403
    made = client.post("/api/v1/attributes", CALM, "application/json", headers=admin)
    assert made.status_code == 201


def test_an_answer_is_one_per_person_and_is_taken_back(browser: Client, owner: User) -> None:
    artwork = picture_of(owner)
    rate(browser, artwork.pk, "light", 0.5)
    answer = rate(browser, artwork.pk, "light", -0.5)
    light = next(each for each in answer.json()["attributes"] if each["key"] == "light")
    assert (light["mine"], light["votes"]) == (-0.5, 1)
    assert events.last_seq(owner.pk) == 2
    gone = browser.delete(f"/api/v1/artworks/{artwork.pk}/attributes/light/rating").json()
    light = next(each for each in gone["attributes"] if each["key"] == "light")
    assert (light["mine"], light["votes"]) == (None, 0)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("light", 1.5, "out_of_range"),
        ("light", "nan", "invalid"),
        ("primary_color", 1.5, "out_of_range"),
        ("primary_color", 13, "out_of_range"),
        ("light", None, "invalid"),
        ("nonsense", 1, "not_found"),
    ],
)
def test_an_answer_outside_the_question_is_refused(
    browser: Client, owner: User, key: str, value: object, code: str
) -> None:
    assert rate(browser, picture_of(owner).pk, key, value).json()["code"] == code


def test_nobody_answers_about_another_persons_picture_or_a_retired_question(
    browser: Client, owner: User
) -> None:
    foreign = picture_of(person("outsider@example.org"))
    assert rate(browser, foreign.pk, "light", 0).status_code == 404
    Attribute.objects.filter(key="light").update(active=False)
    assert rate(browser, picture_of(owner).pk, "light", 0).status_code == 404


def page(browser: Client, address: str = "/attributes/") -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_source_count_agreement_baseline_and_state(
    browser: Client, staff: Client
) -> None:
    shown = " ".join(page(browser).split())
    for words in (".50", ".30 to .60", "116", "29", "ridge", "not proven", "no training data"):
        assert words in shown
    assert "Add an attribute" not in shown and "<form method" not in shown.split("<main")[1]
    assert "Add an attribute" in page(staff)


def test_the_page_groups_attributes_by_family_with_judgements_first(browser: Client) -> None:
    shown = page(browser)
    for title in ("Photos", "Feelings", "Measured", "Paintings", "Rubric"):
        assert f">{title}</h2>" in shown
    assert "Our own" not in shown, "a family without attributes has no heading"
    labels = ("Light<", "Symmetry<", "Pleasantness<", "Brightness<", "Colourfulness<", "Mood<")
    places = [shown.index(label) for label in labels]
    assert places == sorted(places)


def test_the_account_and_the_machine_room_lead_to_the_attributes_and_the_models(
    browser: Client, staff: Client
) -> None:
    for shown in (page(browser, "/account/"), page(staff, "/jobs/")):
        assert 'href="/attributes/"' in shown and 'href="/models/"' in shown


def test_staff_add_and_retire_on_the_page(staff: Client, browser: Client) -> None:
    form = {**CALM, "low": "0", "high": "10", "low_word": "little", "high_word": "much"}
    form["choices"] = "calm, wild"
    assert staff.post("/attributes/", form).status_code == 302
    assert Attribute.objects.get(key="calm").choices == ["calm", "wild"]
    again = staff.post("/attributes/", form)
    assert again.status_code == 400 and b"already" in again.content
    retired = staff.post("/attributes/", {"retire": "calm"})
    assert retired.status_code == 302
    assert "Calm<" not in page(browser)
    assert "is retired" in page(staff, retired.url)  # type: ignore[attr-defined]
    assert "is retired" not in page(browser, "/attributes/?retired=calm")
    assert staff.post("/attributes/", {"restore": "calm"}).status_code == 302
    assert "Calm<" in page(browser)
    assert "is retired" not in page(staff, "/attributes/?retired=calm")
    assert staff.post("/attributes/", {"retire": "nonsense"}).status_code == 404
    assert browser.post("/attributes/", {"retire": "calm"}).status_code == 403


def test_the_page_of_the_attribute_model_tells_heads_formulas_and_maps(browser: Client) -> None:
    shown = " ".join(page(browser, "/models/attributes-v1/").split())
    for words in (
        "About <bdi>attributes-v1</bdi>", "Explains new pictures now.", "Five raters a picture.",
        "not proven, kept back", "How far colours lie from grey", "beats both",
        "random .20, centre .20", "29 others", "\N{MINUS SIGN}.15 to .15",
        "does not apply", "Small tiles",
    ):  # fmt: skip
        assert words in shown, words


def test_the_page_of_an_attribute_model_with_a_card_of_another_age_says_little(
    browser: Client,
) -> None:
    made = {"kind": "attributes", "name": "ancient", "digest": "b", "card": {"schema": 0}}
    ModelVersion.objects.create(**made, state="retired")
    shown = page(browser, "/models/ancient/")
    assert "tells of nothing that it learned" in shown
    assert "Nobody has measured them yet" in shown


def test_a_second_scorer_has_a_page_that_says_what_it_is_for(browser: Client) -> None:
    made = {"kind": "second-score", "name": "second-v1", "digest": "c", "card": {}}
    ModelVersion.objects.create(**made, state="active")
    assert "only checks what the coach proposes" in page(browser, "/models/second-v1/")


def test_two_pictures_of_ones_own_are_compared(browser: Client, owner: User) -> None:
    one, two = picture_of(owner), picture_of(owner, title="two")
    shown = page(browser, f"/compare/?a={one.pk}&b={two.pk}")
    assert 'data-island="compare"' in shown
    assert f'"a": "{one.pk}", "b": "{two.pk}"' in shown
    assert '"a": null, "b": null' in page(browser, "/compare/")
    foreign = picture_of(person("outsider@example.org"))
    for query in (f"a={foreign.pk}", "a=nonsense", f"a={one.pk}&b={foreign.pk}"):
        assert browser.get(f"/compare/?{query}").status_code == 404
