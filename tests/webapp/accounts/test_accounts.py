"""First visit, sign-in, tokens and invitations, as people and programs meet them."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.people import PASSWORD, bearer, person
from webapp.accounts import services
from webapp.accounts.models import Invitation, User

pytestmark = pytest.mark.django_db


def test_first_visit_makes_the_owner_and_only_one(client: Client) -> None:
    assert client.get("/").headers["location"] == "/setup/"
    answer = client.post("/setup/", {"email": "me@example.org", "password": PASSWORD})
    assert answer.headers["location"] == "/"
    assert client.get("/").status_code == 200
    owner = User.objects.get()
    assert owner.is_staff and owner.check_password(PASSWORD)
    again = Client().post("/setup/", {"email": "you@example.org", "password": PASSWORD})
    assert again.status_code == 302
    assert User.objects.count() == 1


def test_an_owner_with_capitals_in_the_address_can_sign_in_again(client: Client) -> None:
    client.post("/setup/", {"email": "Bob.Ross@Example.org", "password": PASSWORD})
    form = {"login": "Bob.Ross@Example.org", "password": PASSWORD}
    assert Client().post("/accounts/login/", form).headers["location"] == "/"


def test_the_owner_can_set_up_a_second_factor_without_a_mail_server(client: Client) -> None:
    client.post("/setup/", {"email": "me@example.org", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert b'name="code"' in client.get("/accounts/2fa/totp/activate/").content


def test_a_token_made_before_the_first_visit_leaves_room_for_the_owner(client: Client) -> None:
    call_command("create_token", "robot@example.org", stdout=StringIO())
    assert client.get("/").headers["location"] == "/setup/"
    taken = client.post("/setup/", {"email": "Robot@example.org", "password": PASSWORD})
    assert "changepassword" in taken.content.decode()
    client.post("/setup/", {"email": "me@example.org", "password": PASSWORD})
    assert User.objects.get(email="me@example.org").is_staff
    assert client.get("/").status_code == 200


LONG = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.org"  # sound, but longer than mail can deliver to


def test_an_address_longer_than_mail_allows_is_refused(client: Client, settings: Any) -> None:
    assert client.post("/setup/", {"email": LONG, "password": PASSWORD}).status_code == 200
    settings.SIGNUP = "open"
    person("owner@example.org")
    form = {"email": LONG, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", form).status_code == 200
    client.force_login(User.objects.get())
    assert client.post("/accounts/email/", {"action_add": "", "email": LONG}).status_code == 200
    assert User.objects.get().email == "owner@example.org"


@pytest.mark.parametrize("password", ["short", "password123", "1234567890123"])
def test_a_weak_owner_password_is_refused(client: Client, password: str) -> None:
    answer = client.post("/setup/", {"email": "me@example.org", "password": password})
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_sign_in_works_by_email_in_any_case(client: Client) -> None:
    person("me@example.org")
    answer = client.post("/accounts/login/", {"login": "ME@example.org", "password": PASSWORD})
    assert answer.headers["location"] == "/"


def test_sign_in_works_while_redis_is_away(client: Client, settings: Any) -> None:
    layer = settings.CHANNEL_LAYERS["default"]
    away = {**layer["CONFIG"], "hosts": ["redis://127.0.0.1:1/0"]}
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": away}}
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    person("me@example.org")
    form = {"login": "me@example.org", "password": PASSWORD}
    assert client.post("/accounts/login/", form).status_code == 302
    assert "redis" not in settings.CACHES["default"]["BACKEND"]


def test_sign_up_is_closed_without_an_invitation(client: Client) -> None:
    person("owner@example.org", staff=True)
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", form)
    assert not User.objects.filter(email="new@example.org").exists()


def test_an_invitation_works_once(client: Client) -> None:
    staff = Client()
    staff.force_login(person("owner@example.org", staff=True))
    made = staff.post("/api/v1/invitations", {"note": "Ann"}, content_type="application/json")
    url = made.json()["url"]
    form = {"email": "ann@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert client.get(url).status_code == 302
    client.post("/accounts/signup/", form)
    assert User.objects.filter(email="ann@example.org", is_staff=False).exists()
    assert Client().get(url).status_code == 410


def test_the_slower_of_two_who_share_an_invitation_is_told_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = services.invite(person("owner@example.org", staff=True), note="")
    client.get(f"/invitations/{secret}/")
    monkeypatch.setattr(services, "accept_invitation", lambda _secret: False)
    form = {"email": "ann@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", form).status_code == 410
    assert not User.objects.filter(email="ann@example.org").exists()


@pytest.mark.parametrize("column", ["expires_at", "revoked_at"])
def test_an_ended_invitation_says_so(client: Client, column: str) -> None:
    staff = Client()
    staff.force_login(person("owner@example.org", staff=True))
    made = staff.post("/api/v1/invitations", {"note": ""}, content_type="application/json")
    Invitation.objects.update(**{column: timezone.now() - timedelta(seconds=1)})
    assert client.get(made.json()["url"]).status_code == 410


def test_staff_make_others_staff_but_never_leave_nobody(client: Client) -> None:
    ann, ben = person("ann@example.org", staff=True), person("ben@example.org")
    client.force_login(ann)

    def put(whom: User, staff: bool) -> Any:
        at = f"/api/v1/people/{whom.pk}"
        return client.put(at, {"staff": staff}, content_type="application/json")

    alone = put(ann, False)
    assert (alone.status_code, alone.json()["code"]) == (409, "last_staff")
    assert put(ben, True).json()["staff"] is True
    told = [(each["email"], each["staff"]) for each in client.get("/api/v1/people").json()]
    assert told == [("ann@example.org", True), ("ben@example.org", True)]
    assert put(ann, False).status_code == 200
    assert put(ben, False).status_code == 404, "ann is staff no more"


def test_a_token_carries_only_its_scopes(client: Client) -> None:
    owner = person("owner@example.org")
    reader, writer = bearer(owner, "read"), bearer(owner, "write")
    assert client.get("/api/v1/albums", headers=reader).status_code == 200
    refused = client.post("/api/v1/albums", {"title": "x"}, "application/json", headers=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    made = client.post("/api/v1/albums", {"title": "x"}, "application/json", headers=writer)
    assert made.status_code == 201


def test_a_revoked_token_ends_at_once(client: Client) -> None:
    owner = person("owner@example.org")
    headers = bearer(owner)
    owner.api_tokens.update(revoked_at=timezone.now())
    answer = client.get("/api/v1/albums", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_cannot_breed(client: Client) -> None:
    headers = bearer(person("owner@example.org"), "read", "write")
    body = {"name": "child", "scopes": ["read"]}
    answer = client.post("/api/v1/tokens", body, "application/json", headers=headers)
    assert answer.json()["code"] == "session_needed"
    admin = person("ann@example.org", staff=True)
    at, ask = f"/api/v1/people/{User.objects.get(email='owner@example.org').pk}", {"staff": True}
    refused = client.put(at, ask, "application/json", headers=bearer(admin, "admin"))
    assert refused.json()["code"] == "session_needed"
    assert User.objects.get(email="owner@example.org").is_staff is False


def test_staff_needs_the_admin_scope_in_a_token(client: Client) -> None:
    staff = person("staff@example.org", staff=True)
    assert client.get("/api/v1/jobs", headers=bearer(staff)).status_code == 403
    assert client.get("/api/v1/jobs", headers=bearer(staff, "admin")).status_code == 200


def test_create_token_prints_only_a_working_token(client: Client) -> None:
    out = StringIO()
    call_command("create_token", "robot@example.org", stdout=out)
    headers = {"authorization": f"Bearer {out.getvalue().strip()}"}
    assert client.get("/api/v1/artworks", headers=headers).json()["count"] == 0


def test_the_database_never_holds_a_secret(client: Client) -> None:
    owner = person("owner@example.org")
    secret = bearer(owner)["authorization"].split()[1]
    assert secret not in str(list(owner.api_tokens.values()))
