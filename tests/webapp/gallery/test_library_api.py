"""Lists, filters, changes, albums and ratings over the API."""

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.people import person
from tests.world import picture_of
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.events import selectors as events
from webapp.inference.models import Score
from webapp.registry.models import ModelVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return person("owner@example.org")


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def _titles(browser: Client, query: str = "") -> list[str]:
    answer = browser.get(f"/api/v1/artworks?{query}")
    assert answer.status_code == 200, answer.content
    return [card["title"] for card in answer.json()["results"]]


@pytest.fixture
def three(owner: User) -> list[Artwork]:
    artworks = [picture_of(owner, title=title) for title in ("one", "two", "three")]
    scores = {"one": 3.0, "two": 8.0, "three": None}
    for artwork in artworks:
        Artwork.objects.filter(pk=artwork.pk).update(score_mean=scores[artwork.title])
    Artwork.objects.filter(title="two").update(medium="painting")
    Artwork.objects.filter(title="three").update(state="judging", width=None, height=None)
    return artworks


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["three", "two", "one"]),
        ("sort=created", ["one", "two", "three"]),
        ("sort=-score", ["two", "one", "three"]),
        ("sort=score", ["one", "two", "three"]),
        ("medium=painting", ["two"]),
        ("state=judging", ["three"]),
        ("score_min=5", ["two"]),
        ("score_max=5", ["one"]),
        ("q=thr", ["three"]),
        ("offset=1&limit=1", ["two"]),
        ("created_from=2100-01-01T00:00:00Z", []),
    ],
)
def test_a_list_filters_and_sorts(
    browser: Client, three: list[Artwork], query: str, expected: list[str]
) -> None:
    assert _titles(browser, query) == expected


def test_the_layout_has_the_same_order_as_the_list(browser: Client, three: list[Artwork]) -> None:
    answer = browser.get("/api/v1/artworks/layout?sort=created").json()
    assert answer == {"count": 3, "aspects": [150, 150, 100]}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "offset=-1", "sort=beauty", "medium=song", "album=x", "score_min=a"],
)
def test_a_wrong_parameter_is_named(browser: Client, query: str) -> None:
    answer = browser.get(f"/api/v1/artworks?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert query.split("=")[0] in answer.json()["errors"]


@pytest.mark.parametrize(
    "path", ["/api/v1/artworks?limit=60", "/api/v1/artworks/layout", "/api/v1/albums", "/"]
)
def test_the_number_of_queries_does_not_grow_with_the_list(
    browser: Client, owner: User, path: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert browser.get(path).status_code == 200
        return len(captured)

    def add(count: int) -> None:
        for number in range(count):
            artwork = picture_of(owner, title=f"{count} {number}")
            album = browser.post("/api/v1/albums", {"title": "a"}, "application/json").json()["id"]
            body = {"action": "add_to_album", "album": album, "ids": [str(artwork.pk)]}
            browser.post("/api/v1/artworks/bulk", body, "application/json")

    add(1)
    browser.get(path)  # the first page of a process asks whether there is an owner
    with_one = queries()
    add(59)
    assert queries() == with_one


def test_no_list_query_reads_bytes(browser: Client, owner: User) -> None:
    picture_of(owner)
    with CaptureQueriesContext(connection) as captured:
        browser.get("/api/v1/artworks")
    assert not [q for q in captured.captured_queries if "blobchunk" in q["sql"]]


def test_delete_is_undone_by_restore(browser: Client, owner: User) -> None:
    artwork = picture_of(owner)
    assert browser.delete(f"/api/v1/artworks/{artwork.pk}").status_code == 204
    assert _titles(browser) == []
    assert browser.get(f"/media/{artwork.pk}/small.webp").status_code == 404
    assert browser.post(f"/api/v1/artworks/{artwork.pk}/restore").status_code == 200
    assert _titles(browser) == ["Picture"]
    kinds = [event.kind for event in events.after(owner.pk, 0).events]
    assert kinds == ["artwork.deleted", "artwork.created"]


def test_a_selection_is_changed_at_once_and_foreign_ids_are_left_alone(
    browser: Client, owner: User, three: list[Artwork]
) -> None:
    foreign = picture_of(person("other@example.org"))
    ids = [str(a.pk) for a in (*three, foreign)]
    body = {"action": "medium", "medium": "painting", "ids": ids}
    answer = browser.post("/api/v1/artworks/bulk", body, "application/json")
    assert answer.json() == {"changed": 3}
    foreign.refresh_from_db()
    assert foreign.medium == "photo"


def test_an_album_holds_artworks_once(browser: Client, three: list[Artwork]) -> None:
    album = browser.post("/api/v1/albums", {"title": "A"}, "application/json").json()["id"]
    body = {"action": "add_to_album", "album": album, "ids": [str(a.pk) for a in three]}
    for _ in range(2):
        assert browser.post("/api/v1/artworks/bulk", body, "application/json").status_code == 200
    shown = browser.get(f"/api/v1/albums/{album}").json()
    assert (shown["size"], shown["cover"] is not None) == (3, True)
    assert len(_titles(browser, f"album={album}")) == 3
    body["action"] = "remove_from_album"
    assert browser.post("/api/v1/artworks/bulk", body, "application/json").json()["changed"] == 3


def test_ratings_of_people_stay_apart_from_the_models_judgement(
    browser: Client, owner: User
) -> None:
    artwork = picture_of(owner)
    path = f"/api/v1/artworks/{artwork.pk}/rating"
    browser.put(path, {"value": 9}, "application/json")
    shown = browser.put(path, {"value": 7}, "application/json").json()
    assert shown["ratings"]["count"] == 1
    assert (shown["ratings"]["mean"], shown["ratings"]["mine"]) == (7.0, 7)
    assert shown["ratings"]["distribution"] == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert shown["score"] is None
    assert browser.delete(path).json()["ratings"]["mine"] is None


def test_a_card_shows_the_curve_of_the_model_that_judges_now(browser: Client, owner: User) -> None:
    artwork = picture_of(owner)
    for number, state in enumerate(("active", "retired")):  # rolled back: the newest is retired
        version = ModelVersion.objects.create(
            kind="scorer", name=state, digest=state, card={}, state=state
        )
        curve = [0.0] * 10
        curve[number] = 1.0
        Score.objects.create(
            artwork=artwork, model_version=version, distribution=curve, mean=5.5, sd=0, low=5,
            high=6,
        )  # fmt: skip
    card = browser.get("/api/v1/artworks").json()["results"][0]
    assert card["score"]["distribution"][0] == 1
    detail = browser.get(f"/api/v1/artworks/{artwork.pk}").json()
    assert detail["score"]["model"] == "active"


def _judged(artwork: Artwork, *, place: float | None) -> None:
    version = ModelVersion.objects.create(kind="scorer", name="s", digest="s", card={})
    Score.objects.create(
        artwork=artwork, model_version=version, distribution=[0.1] * 10, mean=5.5, sd=1, low=5,
        high=6, reference_percentile=place,
    )  # fmt: skip


@pytest.mark.parametrize("place", [None, 0, 62.5, 100])
def test_a_score_says_its_place_among_photos_the_model_learned_from(
    browser: Client, owner: User, place: float | None
) -> None:
    artwork = picture_of(owner)
    _judged(artwork, place=place)
    detail = browser.get(f"/api/v1/artworks/{artwork.pk}").json()
    assert detail["score"]["reference_percentile"] == place


@pytest.mark.parametrize("place", [-1, 100.5, float("nan")])
def test_a_place_outside_0_to_100_is_never_stored(owner: User, place: float) -> None:
    artwork = picture_of(owner)
    with pytest.raises(IntegrityError, match="reference_percentile_from_0_to_100"):
        _judged(artwork, place=place)


@pytest.mark.parametrize("value", [0, 11, 5.5, "x", None])
def test_a_vote_outside_the_scale_is_refused(browser: Client, owner: User, value: object) -> None:
    path = f"/api/v1/artworks/{picture_of(owner).pk}/rating"
    assert browser.put(path, {"value": value}, "application/json").status_code == 400


def test_an_expired_or_revoked_link_opens_nothing(browser: Client, client: Client) -> None:
    album = browser.post("/api/v1/albums", {"title": "A"}, "application/json").json()["id"]
    link = browser.post(f"/api/v1/albums/{album}/shares", {}, "application/json").json()
    assert client.get(link["url"]).status_code == 200
    assert browser.delete(f"/api/v1/shares/{link['id']}").status_code == 204
    assert client.get(link["url"]).status_code == 404
    past = {"expires_at": "2020-01-01T00:00:00Z"}
    refused = browser.post(f"/api/v1/albums/{album}/shares", past, "application/json")
    assert refused.status_code == 400


def test_a_visitor_learns_neither_file_name_nor_jobs(
    browser: Client, client: Client, owner: User
) -> None:
    artwork = picture_of(owner)
    album = browser.post("/api/v1/albums", {"title": "A"}, "application/json").json()["id"]
    body = {"action": "add_to_album", "album": album, "ids": [str(artwork.pk)]}
    browser.post("/api/v1/artworks/bulk", body, "application/json")
    url = browser.post(f"/api/v1/albums/{album}/shares", {}, "application/json").json()["url"]
    shown = client.get(f"{url}api/artworks/{artwork.pk}").json()
    assert not {"filename", "jobs", "albums", "captured_at"} & set(shown)
    Artwork.objects.filter(pk=artwork.pk).update(filename="secret.jpg")
    other = browser.post("/api/v1/albums", {"title": "B"}, "application/json").json()["id"]
    for question in ("q=secret", "q=public", f"album={album}", f"album={other}"):
        assert client.get(f"{url}api/artworks?{question}").json()["count"] == 1
        assert client.get(f"{url}api/layout?{question}").json()["count"] == 1
    assert client.get(f"{url}media/{artwork.pk}/small.webp").status_code == 200
    gone = {**body, "action": "remove_from_album"}
    browser.post("/api/v1/artworks/bulk", gone, "application/json")
    assert client.get(f"{url}media/{artwork.pk}/small.webp").status_code == 404
    outside = picture_of(owner, title="private")
    assert client.get(f"{url}api/artworks/{outside.pk}").status_code == 404


def test_unknown_addresses_answer_in_the_readers_language(browser: Client) -> None:
    assert browser.get("/api/v1/nothing").json()["code"] == "not_found"
    page = browser.get("/nothing/")
    assert page.status_code == 404 and b"<html" in page.content


def test_the_schema_names_every_route(client: Client) -> None:
    person("owner@example.org")
    schema = client.get("/api/v1/schema", headers={"accept": "application/json"})
    assert schema.status_code == 200
    assert b"/api/v1/artworks/{id}" in schema.content
