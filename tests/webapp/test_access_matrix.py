"""Every route x every person. A route or method without a row here fails the test."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.world import PERSONAS, World, build
from webapp.live import routing

pytestmark = pytest.mark.django_db

# One letter per person: anonymous, other user, link visitor, owner, staff.
# o answered, l led to sign-in, r led elsewhere, e bad request, u 401, f 403, n 404, c 409, g 410
PAGE, OBJECT_PAGE, STAFF_PAGE = "loloo", "lnlon", "lnlno"
API, OBJECT, STAFF = "uouoo", "unuon", "ununo"
SEEN = "ufufo"  # everybody signed in sees it, staff change it
PUBLIC, NOBODY = "ooooo", "nnnnn"
NONE = "ununn"  # who is signed in finds nothing there
NIL = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Row:
    expected: str
    path: str = ""
    data: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


def row(expected: str, path: str = "", data: Any = "", **headers: str) -> Row:
    return Row(expected, path, data, headers)


TUS = {"Tus-Resumable": "1.0.0"}
NO_BYTES = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


MATRIX: dict[tuple[str, str], Row] = {
    ("gallery", "GET"): row(PAGE, "/"),
    ("upload", "GET"): row(PAGE, "/upload/"),
    ("artwork", "GET"): row(OBJECT_PAGE, "/artworks/{artwork}/"),
    ("albums", "GET"): row(PAGE, "/albums/"),
    ("album", "GET"): row(OBJECT_PAGE, "/albums/{album}/"),
    ("jobs", "GET"): row(STAFF_PAGE, "/jobs/"),
    ("model", "GET"): row(PAGE, "/models/"),
    ("training", "GET"): row(STAFF_PAGE, "/training/"),
    ("snapshot-new", "GET"): row(STAFF_PAGE, "/training/new/"),
    ("snapshot", "GET"): row(STAFF_PAGE, "/training/snapshots/{snapshot}/"),
    ("run", "GET"): row(STAFF_PAGE, "/training/runs/{run}/"),
    ("run-compare", "GET"): row(STAFF_PAGE, "/training/compare/?runs={run},{nobody}"),
    ("snapshot-picture", "GET"): row(STAFF_PAGE, "/training/media/{snapshot}/{sha256}.webp"),
    ("run-grid", "GET"): row(STAFF_PAGE, "/training/runs/{run}/samples/100.jpg"),
    ("api-sources", "GET"): row(STAFF, "/api/v1/training-sources"),
    ("api-preview", "POST"): row(STAFF, "/api/v1/snapshots/preview", {}),
    ("api-snapshots", "GET"): row(STAFF, "/api/v1/snapshots"),
    ("api-snapshots", "POST"): row("unune", "/api/v1/snapshots", {"name": "Nothing"}),
    ("api-snapshot", "GET"): row(STAFF, "/api/v1/snapshots/{snapshot}"),
    ("api-snapshot", "DELETE"): row("ununc", "/api/v1/snapshots/{snapshot}"),
    ("api-snapshot-manifest", "GET"): row(STAFF, "/api/v1/snapshots/{snapshot}/manifest"),
    ("model-version", "GET"): row(PAGE, "/models/{model}/"),
    ("attributes", "GET"): row(PAGE, "/attributes/"),
    ("attributes", "POST"): row("lflfe", "/attributes/"),
    ("compare", "GET"): row(OBJECT_PAGE, "/compare/?a={artwork}"),
    ("account", "GET"): row(PAGE, "/account/"),
    ("setup", "GET"): row("rrrrr", "/setup/"),
    ("invitation", "GET"): row("rrrrr", "/invitations/{invited}/"),
    ("healthz", "GET"): row(PUBLIC, "/healthz"),
    ("rendition", "GET"): row(OBJECT_PAGE, "/media/{artwork}/small.webp"),
    ("original", "GET"): row(OBJECT_PAGE, "/media/{artwork}/original"),
    ("map", "GET"): row(OBJECT_PAGE, "/media/{artwork}/maps/{map}.png"),
    ("coach-preview", "GET"): row(OBJECT_PAGE, "/media/{artwork}/coach/{proposal}.jpg"),
    ("share", "GET"): row(PUBLIC, "/s/{share}/"),
    ("share-artwork", "GET"): row(PUBLIC, "/s/{share}/{artwork}/"),
    ("share-rendition", "GET"): row(PUBLIC, "/s/{share}/media/{artwork}/small.webp"),
    ("share-original", "GET"): row(NOBODY, "/s/{share}/media/{artwork}/original"),
    ("share-map", "GET"): row(PUBLIC, "/s/{share}/media/{artwork}/maps/{map}.png"),
    ("share-layout", "GET"): row(PUBLIC, "/s/{share}/api/layout"),
    ("share-artworks", "GET"): row(PUBLIC, "/s/{share}/api/artworks"),
    ("share-artwork-api", "GET"): row(PUBLIC, "/s/{share}/api/artworks/{artwork}"),
    ("api-schema", "GET"): row(PUBLIC, "/api/v1/schema"),
    ("api-artworks", "GET"): row(API, "/api/v1/artworks"),
    ("api-artworks", "POST"): row("ueuee", "/api/v1/artworks", {"multipart": True}),
    ("api-layout", "GET"): row(API, "/api/v1/artworks/layout"),
    ("api-bulk", "POST"): row(API, "/api/v1/artworks/bulk", {"action": "delete", "ids": []}),
    ("api-artwork", "GET"): row(OBJECT, "/api/v1/artworks/{artwork}"),
    ("api-artwork", "PATCH"): row(OBJECT, "/api/v1/artworks/{artwork}", {"title": "x"}),
    ("api-artwork", "DELETE"): row(OBJECT, "/api/v1/artworks/{artwork}"),
    ("api-restore", "POST"): row("ununn", "/api/v1/artworks/{artwork}/restore"),
    ("api-retry", "POST"): row(OBJECT, "/api/v1/artworks/{artwork}/retry"),
    ("api-rating", "PUT"): row(OBJECT, "/api/v1/artworks/{artwork}/rating", {"value": 7}),
    ("api-rating", "DELETE"): row(OBJECT, "/api/v1/artworks/{artwork}/rating"),
    ("api-taste", "GET"): row(API, "/api/v1/taste"),
    ("api-taste", "DELETE"): row(API, "/api/v1/taste"),
    ("api-pick", "PUT"): row(OBJECT, "/api/v1/artworks/{artwork}/pick", {"liked": True}),
    ("api-pick", "DELETE"): row(OBJECT, "/api/v1/artworks/{artwork}/pick"),
    ("api-explain", "POST"): row(OBJECT, "/api/v1/artworks/{artwork}/explain", {}),
    ("api-coach", "GET"): row(OBJECT, "/api/v1/artworks/{artwork}/coach"),
    ("api-coach", "POST"): row(OBJECT, "/api/v1/artworks/{artwork}/coach"),
    ("api-proposal-save", "POST"): row(OBJECT, "/api/v1/artworks/{artwork}/coach/{proposal}/save"),
    ("crop-studio", "GET"): row(OBJECT_PAGE, "/artworks/{artwork}/crop/"),
    ("album-crops", "GET"): row(OBJECT_PAGE, "/albums/{album}/crops/"),
    ("crop-file", "GET"): row(PUBLIC, "/r/{signature}/{artwork}/{box}/320.webp"),
    ("api-crops", "GET"): row(OBJECT, "/api/v1/artworks/{artwork}/crops?aspect=1:1"),
    ("api-crops-look", "POST"): row(OBJECT, "/api/v1/artworks/{artwork}/crops/look"),
    ("api-crops-box", "GET"): row(OBJECT, "/api/v1/artworks/{artwork}/crops/box?box={box}"),
    ("api-crops-opinions", "POST"): row(
        OBJECT, "/api/v1/artworks/{artwork}/crops/opinions", {"boxes": [[0, 0, 90, 60]]}
    ),
    ("api-crops-save", "POST"): row(
        OBJECT, "/api/v1/artworks/{artwork}/crops/save", {"box": [0, 0, 90, 60]}
    ),
    ("api-focal", "PUT"): row(OBJECT, "/api/v1/artworks/{artwork}/focal", {"x": 0.5, "y": 0.5}),
    ("api-focal", "DELETE"): row(OBJECT, "/api/v1/artworks/{artwork}/focal"),
    ("api-addresses-revoke", "POST"): row(OBJECT, "/api/v1/artworks/{artwork}/addresses/revoke"),
    ("crop-batch-zip", "GET"): row(OBJECT_PAGE, "/crop-batches/{batch}/crops.zip"),
    ("api-album-batches", "POST"): row(
        OBJECT, "/api/v1/albums/{album}/crop-batches", {"sizes": [{"aspect": "1:1", "width": 90}]}
    ),
    ("api-crop-batches", "GET"): row(API, "/api/v1/crop-batches"),
    ("api-crop-batch", "GET"): row(OBJECT, "/api/v1/crop-batches/{batch}"),
    ("api-crop-batch", "DELETE"): row(OBJECT, "/api/v1/crop-batches/{batch}"),
    ("api-batch-cancel", "POST"): row("unucn", "/api/v1/crop-batches/{batch}/cancel"),
    ("api-batch-retry", "POST"): row("unucn", "/api/v1/crop-batches/{batch}/retry"),
    ("studio", "GET"): row(PAGE, "/studio/"),
    ("sample", "GET"): row(OBJECT_PAGE, "/media/generations/{generation}/{sample}.png"),
    ("film", "GET"): row(OBJECT_PAGE, "/media/generations/{generation}/film.webp"),
    ("api-generators", "GET"): row(API, "/api/v1/generators"),
    ("api-generations", "GET"): row(API, "/api/v1/generations"),
    ("api-generations", "POST"): row("ueuee", "/api/v1/generations", {"category": "sea"}),
    ("api-judged", "GET"): row(API, "/api/v1/generations/judged?of={generation}"),
    ("api-generation", "GET"): row(OBJECT, "/api/v1/generations/{generation}"),
    ("api-generation", "DELETE"): row(OBJECT, "/api/v1/generations/{generation}"),
    ("api-generation-cancel", "POST"): row(OBJECT, "/api/v1/generations/{generation}/cancel"),
    ("api-generation-retry", "POST"): row("unucn", "/api/v1/generations/{generation}/retry"),
    ("api-categories", "GET"): row(API, "/api/v1/model-versions/{generator}/categories"),
    ("api-category-samples", "POST"): row(
        API, "/api/v1/model-versions/{generator}/categories/samples"
    ),
    ("api-category", "PATCH"): row(
        SEEN, "/api/v1/model-versions/{generator}/categories/sea", {"name": "Coast"}
    ),
    ("api-sample-keep", "POST"): row(
        OBJECT, "/api/v1/generations/{generation}/samples/{sample}/keep", {}
    ),
    ("api-attributes", "GET"): row(API, "/api/v1/attributes"),
    ("api-attributes", "POST"): row(
        SEEN, "/api/v1/attributes", {"key": "calm", "label": "Calm", "asks": "Calm?"}
    ),
    ("api-attribute", "PATCH"): row(SEEN, "/api/v1/attributes/{attribute}", {"active": True}),
    ("api-attribute-rating", "PUT"): row(
        OBJECT, "/api/v1/artworks/{artwork}/attributes/{attribute}/rating", {"value": 0.5}
    ),
    ("api-attribute-rating", "DELETE"): row(
        OBJECT, "/api/v1/artworks/{artwork}/attributes/{attribute}/rating"
    ),
    ("api-albums", "GET"): row(API, "/api/v1/albums"),
    ("api-albums", "POST"): row(API, "/api/v1/albums", {"title": "New"}),
    ("api-album", "GET"): row(OBJECT, "/api/v1/albums/{album}"),
    ("api-album", "PATCH"): row(OBJECT, "/api/v1/albums/{album}", {"title": "Other"}),
    ("api-album", "DELETE"): row(OBJECT, "/api/v1/albums/{album}"),
    ("api-shares", "GET"): row(OBJECT, "/api/v1/albums/{album}/shares"),
    ("api-shares", "POST"): row(OBJECT, "/api/v1/albums/{album}/shares", {}),
    ("api-share", "DELETE"): row(OBJECT, "/api/v1/shares/{link}"),
    ("api-events", "GET"): row(API, "/api/v1/events"),
    ("api-demo", "POST"): row(API, "/api/v1/demo"),
    ("api-jobs-summary", "GET"): row(STAFF, "/api/v1/jobs/summary"),
    ("api-jobs", "GET"): row(STAFF, "/api/v1/jobs"),
    ("api-job-retry", "POST"): row(STAFF, "/api/v1/jobs/{job}/retry"),
    ("api-queue-pause", "POST"): row(STAFF, "/api/v1/queues/io/pause"),
    ("api-queue-resume", "POST"): row(STAFF, "/api/v1/queues/io/resume"),
    ("api-uploads-check", "POST"): row(API, "/api/v1/uploads/check", {"sha256": []}),
    ("api-uploads", "POST"): row(API, "/api/v1/uploads", **TUS, **{"Upload-Length": "4"}),
    ("api-upload", "PATCH"): row(OBJECT, "/api/v1/uploads/{upload}", **NO_BYTES),
    ("api-upload", "POST"): row(
        OBJECT, "/api/v1/uploads/{upload}", **NO_BYTES, **{"X-HTTP-Method-Override": "PATCH"}
    ),
    ("api-upload", "DELETE"): row(OBJECT, "/api/v1/uploads/{upload}", **TUS),
    ("campaigns", "GET"): row(PAGE, "/campaigns/"),
    ("campaign-new", "GET"): row(PAGE, "/campaigns/new/"),
    ("campaign", "GET"): row(OBJECT_PAGE, "/campaigns/{campaign}/"),
    ("campaign-edit", "GET"): row(OBJECT_PAGE, "/campaigns/{campaign}/edit/"),
    ("my-ratings", "GET"): row(PAGE, "/ratings/"),
    ("api-campaigns", "GET"): row(API, "/api/v1/campaigns"),
    ("api-campaigns", "POST"): row(API, "/api/v1/campaigns", {"title": "New"}),
    ("api-campaign", "GET"): row(OBJECT, "/api/v1/campaigns/{campaign}"),
    ("api-campaign", "PATCH"): row(OBJECT, "/api/v1/campaigns/{campaign}", {"title": "x"}),
    ("api-campaign", "DELETE"): row(OBJECT, "/api/v1/campaigns/{campaign}"),
    ("api-campaign-publish", "POST"): row("unucn", "/api/v1/campaigns/{campaign}/publish"),
    ("api-campaign-close", "POST"): row(OBJECT, "/api/v1/campaigns/{campaign}/close"),
    ("api-campaign-reopen", "POST"): row("unucn", "/api/v1/campaigns/{campaign}/reopen"),
    ("api-campaign-reveal", "POST"): row("unucn", "/api/v1/campaigns/{campaign}/reveal"),
    ("api-campaign-link", "POST"): row(OBJECT, "/api/v1/campaigns/{campaign}/link", {}),
    ("api-campaign-entries", "GET"): row(OBJECT, "/api/v1/campaigns/{campaign}/entries"),
    ("api-campaign-entries", "POST"): row(
        OBJECT, "/api/v1/campaigns/{campaign}/entries", {"artworks": []}
    ),
    ("api-entry", "PATCH"): row(OBJECT, "/api/v1/campaigns/{campaign}/entries/{entry}", {}),
    ("api-entry", "DELETE"): row("unucn", "/api/v1/campaigns/{campaign}/entries/{entry}"),
    ("api-entry-disqualify", "POST"): row(
        OBJECT, "/api/v1/campaigns/{campaign}/entries/{entry}/disqualify", {"reason": "late"}
    ),
    ("api-entry-requalify", "POST"): row(
        "unucn", "/api/v1/campaigns/{campaign}/entries/{entry}/requalify", {"reason": "late"}
    ),
    ("api-entry-comments", "GET"): row(
        OBJECT, "/api/v1/campaigns/{campaign}/entries/{entry}/comments"
    ),
    ("api-campaign-dashboard", "GET"): row(OBJECT, "/api/v1/campaigns/{campaign}/dashboard"),
    ("api-campaign-raters", "GET"): row(OBJECT, "/api/v1/campaigns/{campaign}/raters"),
    ("api-rater-quarantine", "POST"): row(
        OBJECT, "/api/v1/campaigns/{campaign}/raters/{rater}/quarantine", {"reason": "bot"}
    ),
    ("api-rater-lift", "POST"): row(
        "unucn", "/api/v1/campaigns/{campaign}/raters/{rater}/lift", {"reason": "no bot"}
    ),
    ("api-campaign-export", "GET"): row(OBJECT, "/api/v1/campaigns/{campaign}/export?format=ava"),
    ("api-campaign-import", "POST"): row(
        OBJECT,
        "/api/v1/campaigns/{campaign}/import",
        "rater,file,vote",
        **{"Content-Type": "text/csv"},
    ),
    ("rate", "GET"): row(OBJECT_PAGE, "/rate/{campaign}/"),
    ("join", "GET"): row(PUBLIC, "/join/{joining}/"),
    ("entry-file", "GET"): row(OBJECT_PAGE, "/campaigns/{campaign}/media/{entry}/small.webp"),
    ("api-campaign-join", "POST"): row(
        "nnnon", "/api/v1/campaigns/{campaign}/join", {"consent": True}
    ),
    ("api-campaign-me", "GET"): row(NONE, "/api/v1/campaigns/{campaign}/me"),
    ("api-campaign-me", "DELETE"): row(NONE, "/api/v1/campaigns/{campaign}/me"),
    ("api-assignments", "POST"): row(NONE, "/api/v1/assignments", {"campaign": NIL}),
    ("api-ratings", "GET"): row(NONE, "/api/v1/ratings?campaign={campaign}"),
    ("api-ratings", "POST"): row("ueuee", "/api/v1/ratings", {"votes": []}),
    ("api-my-ratings", "GET"): row(API, "/api/v1/me/ratings"),
    ("api-my-ratings", "DELETE"): row(API, "/api/v1/me/ratings"),
    ("api-my-ratings-export", "GET"): row(API, "/api/v1/me/ratings/export"),
    ("api-challenges", "GET"): row(API, "/api/v1/challenges"),
    ("api-challenges", "POST"): row(API, "/api/v1/challenges", {"title": "New"}),
    ("api-challenge", "GET"): row(OBJECT, "/api/v1/challenges/{challenge}"),
    ("api-challenge", "PATCH"): row(OBJECT, "/api/v1/challenges/{challenge}", {"title": "x"}),
    ("api-challenge", "DELETE"): row(OBJECT, "/api/v1/challenges/{challenge}"),
    ("api-submissions", "GET"): row(OBJECT, "/api/v1/challenges/{challenge}/submissions"),
    ("api-submissions", "POST"): row(
        "unucn", "/api/v1/challenges/{challenge}/submissions", {"artwork": NIL}
    ),
    ("api-submission", "DELETE"): row(NONE, "/api/v1/challenges/{challenge}/submissions/{nobody}"),
    ("api-challenge-results", "GET"): row(OBJECT, "/api/v1/challenges/{challenge}/results"),
    ("api-runs", "GET"): row(STAFF, "/api/v1/training-runs"),
    ("api-runs", "POST"): row(
        STAFF, "/api/v1/training-runs", {"snapshot": "{snapshot}", "recipe": "scratch"}
    ),
    ("api-recipes", "GET"): row(STAFF, "/api/v1/training-runs/recipes?snapshot={snapshot}"),
    ("api-run", "GET"): row(STAFF, "/api/v1/training-runs/{run}"),
    ("api-run", "DELETE"): row("ununc", "/api/v1/training-runs/{run}"),
    ("api-run-pause", "POST"): row(STAFF, "/api/v1/training-runs/{run}/pause"),
    ("api-run-resume", "POST"): row("ununc", "/api/v1/training-runs/{run}/resume"),
    ("api-run-cancel", "POST"): row(STAFF, "/api/v1/training-runs/{run}/cancel"),
    ("api-run-repeat", "POST"): row("ununc", "/api/v1/training-runs/{run}/repeat"),
    ("api-run-log", "GET"): row(STAFF, "/api/v1/training-runs/{run}/log"),
    ("api-run-file", "GET"): row(STAFF, "/api/v1/training-runs/{run}/files/history.csv"),
    ("api-run-arena", "GET"): row("ununn", "/api/v1/training-runs/{run}/arena"),
    ("api-run-arena", "POST"): row("ununc", "/api/v1/training-runs/{run}/arena", {}),
    ("api-versions", "GET"): row(STAFF, "/api/v1/model-versions"),
    ("api-changes", "GET"): row(STAFF, "/api/v1/model-versions/changes"),
    ("api-version", "GET"): row(STAFF, "/api/v1/model-versions/{version}"),
    ("api-promote", "POST"): row("ununc", "/api/v1/model-versions/{version}/promote", {}),
    ("api-rollback", "POST"): row("ununc", "/api/v1/model-versions/{version}/rollback", {}),
    ("api-override", "PUT"): row(
        "ununc", "/api/v1/model-versions/{version}/override", {"reason": "It is safe enough."}
    ),
    ("api-override", "DELETE"): row(STAFF, "/api/v1/model-versions/{version}/override"),
    ("api-card", "GET"): row(STAFF, "/api/v1/model-versions/{version}/card"),
    ("api-export", "GET"): row("ununc", "/api/v1/model-versions/{version}/export"),
    ("api-import", "POST"): row("unune", "/api/v1/model-versions/import", {"multipart": True}),
    ("api-rescoring", "GET"): row(STAFF, "/api/v1/rescoring"),
    ("tokens", "GET"): row(API, "/api/v1/tokens"),
    ("tokens", "POST"): row(API, "/api/v1/tokens", {"name": "t", "scopes": ["read"]}),
    ("token", "DELETE"): row(OBJECT, "/api/v1/tokens/{token}"),
    ("people", "GET"): row(STAFF, "/api/v1/people"),
    ("person", "PUT"): row(STAFF, "/api/v1/people/{person}", {"staff": True}),
    ("invitations", "GET"): row(STAFF, "/api/v1/invitations"),
    ("invitations", "POST"): row(STAFF, "/api/v1/invitations", {"note": ""}),
    ("invitation-detail", "DELETE"): row(STAFF, "/api/v1/invitations/{invitation}"),
    ("websocket live", "CONNECT"): row(API, "/ws/live/"),  # proven in tests/webapp/live
}


def _routes(patterns: Any = None) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns)
        else:
            yield str(pattern.name), pattern


def _methods(pattern: URLPattern) -> set[str]:
    view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
    names = ("get", "post", "put", "patch", "delete")
    found = {name.upper() for name in names if view is not None and hasattr(view, name)}
    return found or {"GET"}


def _is_ours(name: str) -> bool:
    return not name.startswith(("account_", "mfa_"))


def test_every_route_and_method_has_a_row() -> None:
    found = {(n, m) for n, p in _routes() if _is_ours(n) for m in _methods(p)}
    found |= {(f"websocket {pattern.name}", "CONNECT") for pattern in routing.urls}
    assert found - set(MATRIX) == set(), "routes without a row in the matrix"
    assert set(MATRIX) - found == set(), "rows without a route"


def _send(client: Client, world: World, method: str, what: Row) -> int:
    path = what.path.format(**world.names)
    if isinstance(what.data, dict) and what.data.get("multipart"):
        return client.post(path).status_code
    kind = what.headers.get("Content-Type", "application/json")
    body = what.data if isinstance(what.data, str) else json.dumps(what.data)
    for name in ("snapshot",):  # named by a body
        body = body.replace(f"{{{name}}}", world.names[name])
    return client.generic(method, path, body, kind, headers=what.headers).status_code


def _letter(status: int, persona: str) -> set[str]:
    if status < 300 or status == 304:
        return {"o"}
    if status in (302, 303):
        return {"l", "r"}
    return {{400: "e", 401: "u", 403: "f", 404: "n", 409: "c", 410: "g"}.get(status, str(status))}


@pytest.mark.parametrize("persona", PERSONAS)
def test_each_person_gets_what_the_rows_say(persona: str) -> None:
    world, column = build(), PERSONAS.index(persona)
    cookies, surprises = world.client(persona).cookies, {}
    for (name, method), what in MATRIX.items():
        if method == "CONNECT":
            continue
        with transaction.atomic():
            client = Client()
            client.cookies = deepcopy(cookies)
            status = _send(client, world, method, what)
            transaction.set_rollback(True)  # the next row finds the world as it was
        if what.expected[column] not in _letter(status, persona):
            surprises[f"{method} {name}"] = status
    assert not surprises, f"what {persona} got"


def test_a_wrong_share_token_opens_nothing(client: Client) -> None:
    world = build()
    for path in (
        "",
        f"{world.artwork.pk}/",
        f"media/{world.artwork.pk}/small.webp",
        "api/artworks",
    ):
        assert client.get(f"/s/s_wrong/{path}").status_code == 404


def test_allauth_pages_never_fail_and_hide_from_strangers(client: Client) -> None:
    world = build()
    signed_in = world.client("other")
    for name, pattern in _routes():
        if _is_ours(name) or pattern.pattern.converters:
            continue
        path = (
            f"/accounts/{pattern.pattern}"
            if name.startswith("account_")
            else f"/accounts/2fa/{pattern.pattern}"
        )
        for browser in (client, signed_in):
            assert browser.get(path).status_code < 500, path
        if name.startswith("mfa_") and name not in ("mfa_authenticate", "mfa_login_webauthn"):
            assert client.get(path).status_code in (302, 404), path
