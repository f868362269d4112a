"""Why a picture was judged so, over the API, as files, and for whoever holds a share link."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.people import person
from tests.workers.cards import HEADS, attributes_document
from tests.world import TILE, judged, picture_of
from webapp.accounts.models import User
from webapp.catalogue import curation
from webapp.catalogue.models import Artwork
from webapp.inference.models import AttributeMap, AttributeValue, Score
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.attributes import sync_attributes
from webapp.registry.models import Attribute, ModelKind, ModelVersion
from webapp.registry.services import activate

pytestmark = pytest.mark.django_db


def version(kind: str, name: str, card: object = None, *, active: bool = True) -> ModelVersion:
    made = ModelVersion.objects.create(
        kind=kind, name=name, digest=(name * 64)[:64], card=card or {}
    )
    if active:
        activate(made)
    return made


@pytest.fixture
def scorer(owner: User) -> ModelVersion:
    return version(ModelKind.SCORER, "scorer-v1")


@pytest.fixture
def explainer(owner: User) -> ModelVersion:
    sync_attributes()
    options: dict[str, object] = {"heads": HEADS}
    values = {str(head["key"]): 0.0 for head in HEADS}
    card = attributes_document("attributes-v1", "a" * 64, options, values)
    return version(ModelKind.ATTRIBUTES, "attributes-v1", card)


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def artwork(owner: User, scorer: ModelVersion, explainer: ModelVersion) -> Artwork:
    """Explained: symmetry (not proven), light (learned), colourfulness (measured)."""
    made = picture_of(owner)
    judged(made, explainer=explainer, scorer=scorer)
    for key, value, source in (
        ("light", 0.4, "learned"),
        ("colorfulness", 0.3, "measured"),
        ("brightness", 0.6, "measured"),
    ):
        AttributeValue.objects.create(
            artwork=made, model_version=explainer, key=key, value=value, percentile=70,
            source=source,
        )  # fmt: skip
    return made


def detail(browser: Client, artwork: Artwork, query: str = "") -> dict[str, Any]:
    answer = browser.get(f"/api/v1/artworks/{artwork.pk}{query}")
    assert answer.status_code == 200, answer.content
    shown: dict[str, Any] = answer.json()
    return shown


def attributes(browser: Client, artwork: Artwork) -> dict[str, dict[str, Any]]:
    return {each["key"]: each for each in detail(browser, artwork)["attributes"]}


def test_a_learned_attribute_says_from_whom_and_how_well(browser: Client, artwork: Artwork) -> None:
    light = attributes(browser, artwork)["light"]
    assert (light["value"], light["percentile"], light["source"]) == (0.4, 70, "learned")
    assert (light["low"], light["high"], light["high_word"]) == (-1, 1, "striking")
    assert light["judgement"] and light["missing"] is None
    assert light["evidence"] == {
        "n": 145, "learned_from": 116, "tested_on": 29, "raters": 5,
        "crowd": "small tiles", "srcc": 0.5, "srcc_low": 0.3, "srcc_high": 0.6,
        "baseline": {"name": "ridge", "srcc": 0.31}, "ceiling": None,
    }  # fmt: skip
    assert "Learned from 116 pictures" in light["text"]
    assert "29 others that it had not seen" in light["text"]
    assert "SRCC .50, 95 % from .30 to .60" in light["text"]


def test_a_head_tested_in_turns_does_not_claim_other_pictures(
    browser: Client, artwork: Artwork, explainer: ModelVersion
) -> None:
    head = next(each for each in explainer.card["heads"] if each["key"] == "light")
    head |= {"protocol": "repeated cross-validation", "learned_from": 145, "tested_on": 145}
    explainer.save()
    light = attributes(browser, artwork)["light"]
    assert "the same 145, each asked of a copy that had not learned from it" in light["text"]
    assert (light["evidence"]["learned_from"], light["evidence"]["tested_on"]) == (145, 145)


def test_a_head_that_is_not_proven_keeps_its_number_back(browser: Client, artwork: Artwork) -> None:
    symmetry = attributes(browser, artwork)["symmetry"]
    assert (symmetry["value"], symmetry["judgement"]) == (None, False)
    assert symmetry["missing"] == "not_proven"
    assert symmetry["evidence"]["srcc_low"] < 0


def test_an_attribute_without_training_data_has_no_number_and_says_so(
    browser: Client, artwork: Artwork
) -> None:
    mood = attributes(browser, artwork)["mood"]
    assert (mood["value"], mood["source"], mood["evidence"]) == (None, None, None)
    assert mood["missing"] == "no_training_data"
    assert "until people have rated it" in mood["text"]


def test_a_measured_attribute_is_a_judgement_only_where_people_agree(
    browser: Client, artwork: Artwork
) -> None:
    shown = attributes(browser, artwork)
    assert (shown["brightness"]["value"], shown["brightness"]["judgement"]) == (0.6, True)
    assert (shown["colorfulness"]["value"], shown["colorfulness"]["judgement"]) == (0.3, False)
    assert shown["colorfulness"]["source"] == "measured"
    tested = shown["brightness"]["evidence"]
    assert (tested["learned_from"], tested["tested_on"]) == (0, 145)
    assert shown["colorfulness"]["text"].startswith("Measured: How far colours lie from grey.")


def test_a_choice_is_told_by_its_word(
    browser: Client, artwork: Artwork, explainer: ModelVersion
) -> None:
    explainer.card["measured"].append(
        {"key": "primary_color", "formula": "The largest hue", "against": "", "n": 0,
         "srcc": None, "judgement": False, "reference": []}
    )  # fmt: skip
    explainer.save()
    AttributeValue.objects.create(
        artwork=artwork, model_version=explainer, key="primary_color", value=11, source="measured"
    )
    assert attributes(browser, artwork)["primary_color"]["choice"] == "red"


def test_a_retired_attribute_is_shown_nowhere(browser: Client, artwork: Artwork) -> None:
    Attribute.objects.filter(key="symmetry").update(active=False)
    shown = detail(browser, artwork)
    assert "symmetry" not in {each["key"] for each in shown["attributes"]}
    assert shown["maps"] == []


def test_a_map_is_a_png_that_never_changes_with_its_faithfulness(
    browser: Client, artwork: Artwork
) -> None:
    (shown,) = detail(browser, artwork)["maps"]
    assert (shown["key"], shown["kind"]) == ("symmetry", "merge")
    assert shown["label"] == "Symmetry: all layers"
    assert shown["faithfulness"]["verdict"] == "beats both"
    assert shown["faithfulness"]["deletion"] == {"value": 0.2, "low": 0.1, "high": 0.3}
    assert shown["faithfulness"]["pointing_centre"] is None
    answer = browser.get(shown["url"])
    assert (answer.content, answer.headers["content-type"]) == (TILE, "image/png")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    etag = {"if-none-match": answer.headers["etag"]}
    assert browser.get(shown["url"], headers=etag).status_code == 304


def test_a_map_belongs_to_its_artwork_and_its_owner(
    browser: Client, client: Client, artwork: Artwork, owner: User
) -> None:
    shown = AttributeMap.objects.get()
    other = picture_of(owner, title="other")
    assert browser.get(f"/media/{other.pk}/maps/{shown.pk}.png").status_code == 404
    client.force_login(person("outsider@example.org"))
    assert client.get(f"/media/{artwork.pk}/maps/{shown.pk}.png").status_code == 404
    assert Client().get(f"/media/{artwork.pk}/maps/{shown.pk}.png").status_code == 302


def test_no_bytes_of_maps_are_read_for_the_answer(browser: Client, artwork: Artwork) -> None:
    with CaptureQueriesContext(connection) as captured:
        detail(browser, artwork)
    assert not [query for query in captured.captured_queries if '"png"' in query["sql"]]


def test_the_number_of_queries_does_not_grow_with_what_there_is_to_explain(
    browser: Client, artwork: Artwork, explainer: ModelVersion, scorer: ModelVersion
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            detail(browser, artwork)
        return len(captured)

    queries()  # the first page of a process asks whether there is an owner
    before = queries()
    keys = [each.key for each in Attribute.objects.all()[:20] if each.key != "symmetry"]
    for key in keys:
        AttributeMap.objects.create(
            artwork=artwork, model_version=explainer, scorer=scorer, kind="merge", key=key,
            png=TILE, peak=1,
        )  # fmt: skip
        AttributeValue.objects.get_or_create(
            artwork=artwork, model_version=explainer, key=key,
            defaults={"value": 0.1, "source": "learned"},
        )  # fmt: skip
    for number in range(5):
        older = version(ModelKind.SCORER, f"old-{number}", active=False)
        _score(artwork, older, mean=4)
        derived = picture_of(artwork.owner, title=f"derived {number}")
        Artwork.objects.filter(pk=derived.pk).update(derived_from=artwork)
    assert queries() == before


def _score(artwork: Artwork, scorer: ModelVersion, *, mean: float) -> None:
    Score.objects.create(
        artwork=artwork, model_version=scorer, distribution=[0.1] * 10, mean=mean, sd=1,
        low=mean - 1, high=mean + 1,
    )  # fmt: skip


def test_every_version_that_judged_is_listed_and_can_be_asked_for(
    browser: Client, artwork: Artwork, scorer: ModelVersion
) -> None:
    newer = version(ModelKind.SCORER, "scorer-v2")
    _score(artwork, newer, mean=7)
    shown = detail(browser, artwork)
    assert [(v["model"], v["active"], v["explained"]) for v in shown["versions"]] == [
        ("scorer-v2", True, False),
        ("scorer-v1", False, True),
    ]
    assert shown["score"]["model"] == "scorer-v2"
    assert shown["explanation"]["scorer"] == "scorer-v1", "an older explanation stands in"
    old = detail(browser, artwork, "?model=scorer-v1")
    assert (old["score"]["model"], len(old["maps"])) == ("scorer-v1", 1)
    new = detail(browser, artwork, "?model=scorer-v2")
    assert (new["score"]["mean"], new["maps"], new["palette"]) == (7, [], [])
    assert new["explanation"]["state"] == "none"


def test_unknown_and_retired_models_are_told_apart(
    browser: Client, artwork: Artwork, explainer: ModelVersion
) -> None:
    version(ModelKind.SCORER, "never-judged")
    version(ModelKind.SCORER, "scorer-v2")
    path = f"/api/v1/artworks/{artwork.pk}?model="
    for name in ("nonsense", explainer.name):
        unknown = browser.get(f"{path}{name}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_model")
    retired = browser.get(f"{path}never-judged")
    assert (retired.status_code, retired.json()["code"]) == (409, "model_retired")
    assert "operator" in retired.json()["detail"]
    assert browser.get(f"{path}scorer-v2").json()["score"] is None


def explain(browser: Client, artwork: Artwork, **body: str) -> Any:
    return browser.post(f"/api/v1/artworks/{artwork.pk}/explain", body, "application/json")


def test_asking_moves_the_explanation_to_the_front_once(
    browser: Client, artwork: Artwork, owner: User, scorer: ModelVersion, explainer: ModelVersion
) -> None:
    fresh = picture_of(owner, title="fresh")
    refused = explain(browser, fresh)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
    _score(fresh, scorer, mean=5)
    Job.objects.create(
        kind=JobKind.EXPLAIN, subject=fresh.pk, owner=owner, queue=Queue.GPU_BATCH, priority=-10,
        model_version=explainer.digest, params_hash=scorer.digest,
    )  # fmt: skip
    for _ in range(2):
        answer = explain(browser, fresh)
        assert answer.status_code == 202
        assert answer.json()["explanation"]["state"] == "queued"
    job = Job.objects.get()
    assert (job.queue, job.priority) == (Queue.GPU_INTERACTIVE, 0)
    assert explain(browser, artwork).json()["explanation"]["state"] == "ready"
    assert Job.objects.count() == 1, "what is explained is not explained again"


def test_a_failed_explanation_says_why_and_is_asked_for_again(
    browser: Client, owner: User, scorer: ModelVersion, explainer: ModelVersion
) -> None:
    made = picture_of(owner)
    _score(made, scorer, mean=5)
    Job.objects.create(
        kind=JobKind.EXPLAIN, subject=made.pk, owner=owner, queue=Queue.GPU_BATCH, attempt=3,
        model_version=explainer.digest, params_hash=scorer.digest, state=JobState.DEAD,
        error_code="out_of_memory", error_text="Too large.",
    )  # fmt: skip
    shown = detail(browser, made)["explanation"]
    assert (shown["state"], shown["error_code"]) == ("failed", "out_of_memory")
    assert explain(browser, made).json()["explanation"]["state"] == "queued"
    assert Job.objects.get().attempt == 0


def test_only_the_model_that_judges_is_explained(
    browser: Client, artwork: Artwork, scorer: ModelVersion
) -> None:
    version(ModelKind.SCORER, "scorer-v2")
    retired = explain(browser, artwork, model="scorer-v1")
    assert (retired.status_code, retired.json()["code"]) == (409, "model_retired")
    assert explain(browser, artwork, model="nonsense").json()["code"] == "unknown_model"
    ModelVersion.objects.filter(kind=ModelKind.ATTRIBUTES).update(state="retired")
    assert explain(browser, artwork).json()["code"] == "no_model"


def test_a_visitor_sees_maps_and_attributes_and_no_picture_outside_the_album(
    browser: Client, artwork: Artwork, owner: User
) -> None:
    album = curation.create_album(owner, title="A")
    inside, outside = picture_of(owner, title="inside"), picture_of(owner, title="outside")
    Artwork.objects.filter(pk__in=[inside.pk, outside.pk]).update(
        derived_from=artwork, derivation="+0.3 EV"
    )
    curation.add_to_album(owner, album, [artwork.pk, inside.pk])
    _, token = curation.share(album, expires_at=None, allow_originals=False)
    visitor = Client()
    shown = visitor.get(f"/s/{token}/api/artworks/{artwork.pk}").json()
    assert [each["title"] for each in shown["derived"]] == ["inside"]
    assert len(shown["attributes"]) == Attribute.objects.count()
    (shown_map,) = shown["maps"]
    assert shown_map["url"].startswith(f"/s/{token}/media/")
    assert visitor.get(shown_map["url"]).content == TILE
    assert shown["palette"] == ["#aa3300", "#003355"]
    wrong = visitor.get(f"/s/{token}/api/artworks/{artwork.pk}?model=nonsense")
    assert wrong.json()["code"] == "unknown_model"
    curation.remove_from_album(album, [artwork.pk])
    assert visitor.get(shown_map["url"]).status_code == 404
    alone = visitor.get(f"/s/{token}/api/artworks/{inside.pk}").json()
    assert (alone["derived_from"], alone["derivation"]) == (None, "+0.3 EV")
    mine = detail(browser, inside)
    assert mine["derived_from"] == {"id": str(artwork.pk), "title": artwork.title}
    assert mine["derivation"] == "+0.3 EV"
