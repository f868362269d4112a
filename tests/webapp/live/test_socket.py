"""The socket: who may listen, what arrives, and how a gap is closed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from tests.people import bearer, person
from webapp.accounts.models import User
from webapp.events import selectors
from webapp.events.payloads import EventKind
from webapp.events.publish import publish, tell_campaign, tell_run
from webapp.live import consumers
from webapp.live.routing import application
from webapp.ratings.models import Campaign

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def _hang_up(transactional_db: None) -> AsyncIterator[None]:
    """The thread that asks the database for us would keep its connection for ever."""
    yield
    await sync_to_async(connections.close_all)()


@sync_to_async
def _happen(owner: User, *ids: str) -> None:
    with transaction.atomic():
        publish(owner.pk, EventKind.ARTWORK_CHANGED, ids)


@sync_to_async
def _browser(user: User) -> tuple[Client, list[tuple[bytes, bytes]]]:
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return client, [(b"cookie", cookie.encode()), (b"origin", b"http://localhost:8000")]


_person = sync_to_async(person)


async def _socket(headers: list[tuple[bytes, bytes]], after: str = "") -> WebsocketCommunicator:
    socket = WebsocketCommunicator(application, f"/ws/live/?after={after}", headers=headers)
    connected, code = await socket.connect(timeout=5)
    assert connected, code
    return socket


async def _closed(socket: WebsocketCommunicator) -> int:
    message = await socket.receive_output(timeout=5)
    assert message["type"] == "websocket.close"
    return int(message["code"])


async def _drop(socket: WebsocketCommunicator) -> None:
    await socket.disconnect(timeout=5)


async def test_an_event_reaches_its_owner_and_nobody_else() -> None:
    owner, other = await _person("owner@example.org"), await _person("other@example.org")
    (_, mine), (_, theirs) = await _browser(owner), await _browser(other)
    ours, foreign = await _socket(mine), await _socket(theirs)
    assert await ours.receive_json_from(5) == {"type": "hello", "seq": 0}
    await foreign.receive_json_from(5)
    await _happen(owner, "a")
    heard = await ours.receive_json_from(5)
    assert heard == {"type": "event", "seq": 1, "kind": "artwork.changed", "ids": ["a"]}
    assert await foreign.receive_nothing(0.3)
    await asyncio.gather(_drop(ours), _drop(foreign))


async def test_a_reconnecting_page_gets_exactly_what_it_missed() -> None:
    owner = await _person("owner@example.org")
    _, headers = await _browser(owner)
    for name in "abc":
        await _happen(owner, name)
    socket = await _socket(headers, after="1")
    assert (await socket.receive_json_from(5))["seq"] == 3
    missed: list[Any] = [await socket.receive_json_from(5) for _ in range(2)]
    assert [each["ids"] for each in missed] == [["b"], ["c"]]
    await _drop(socket)


async def test_a_page_from_another_future_is_told_to_start_afresh() -> None:
    owner = await _person("owner@example.org")
    _, headers = await _browser(owner)
    socket = await _socket(headers, after="99")
    assert await socket.receive_json_from(5) == {"type": "hello", "seq": 0, "reset": True}
    await _drop(socket)


async def test_nonsense_is_overheard() -> None:
    owner = await _person("owner@example.org")
    _, headers = await _browser(owner)
    socket = await _socket(headers, after="%C2%B2")
    assert await socket.receive_json_from(5) == {"type": "hello", "seq": 0}
    await socket.send_to("no JSON")
    await socket.send_to(bytes_data=b"\xff")
    await _happen(owner, "a")
    assert (await socket.receive_json_from(5))["seq"] == 1
    await _drop(socket)


async def test_strangers_are_closed_with_a_code_that_says_sign_in() -> None:
    socket = await _socket([(b"origin", b"http://localhost")])
    assert await _closed(socket) == 4401


async def test_a_foreign_page_cannot_use_the_cookie() -> None:
    _, headers = await _browser(await _person("owner@example.org"))
    evil = [(b"origin", b"https://evil.example"), headers[0]]
    socket = WebsocketCommunicator(application, "/ws/live/", headers=evil)
    connected, _ = await socket.connect(timeout=5)
    assert not connected


async def test_programs_listen_with_a_token() -> None:
    owner = await _person("owner@example.org")
    header = (await sync_to_async(bearer)(owner))["authorization"].encode()
    socket = await _socket([(b"authorization", header)])
    assert (await socket.receive_json_from(5))["type"] == "hello"
    await _drop(socket)


async def test_signing_out_closes_the_sockets_of_that_browser() -> None:
    owner = await _person("owner@example.org")
    client, headers = await _browser(owner)
    socket = await _socket(headers)
    await socket.receive_json_from(5)
    await sync_to_async(client.post)("/accounts/logout/")
    assert await _closed(socket) == 4401


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat, and with every second one a check of the sign-in, ten times a second."""
    monkeypatch.setattr(consumers, "HEARTBEAT_S", 0.1)


async def test_a_living_session_gets_pings_that_tell_what_a_lost_hint_did_not(
    hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await _person("owner@example.org")
    _, headers = await _browser(owner)
    socket = await _socket(headers)
    await socket.receive_json_from(5)
    for _ in range(3):
        assert await socket.receive_json_from(5) == {"type": "ping", "seq": 0}
    monkeypatch.setattr("webapp.events.publish._tell", lambda _group, _message: None)
    await _happen(owner, "a")
    told = [await socket.receive_json_from(5) for _ in range(3)]
    assert told[-1] == {"type": "ping", "seq": 1}
    await _drop(socket)


async def _outcome(socket: WebsocketCommunicator) -> int:
    """The code that the socket is closed with, after its last pings."""
    for _ in range(20):
        message = await socket.receive_output(timeout=5)
        if message["type"] == "websocket.close":
            return int(message["code"])
    raise AssertionError("the socket stays open")


async def test_a_session_that_ended_elsewhere_closes_its_sockets(hasty: None) -> None:
    client, headers = await _browser(await _person("owner@example.org"))
    socket = await _socket(headers)
    await socket.receive_json_from(5)
    await sync_to_async(client.session.delete)()
    assert await _outcome(socket) == 4401


async def test_a_changed_password_closes_the_sockets_of_other_browsers(hasty: None) -> None:
    owner = await _person("owner@example.org")
    _, headers = await _browser(owner)
    socket = await _socket(headers)
    await socket.receive_json_from(5)
    owner.set_password("another long secret")
    await owner.asave()
    assert await _outcome(socket) == 4401


async def test_a_clock_that_breaks_is_logged_and_ends_the_socket(
    hasty: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(scope: object) -> None:
        raise ZeroDivisionError

    _, headers = await _browser(await _person("owner@example.org"))
    socket = await _socket(headers)
    await socket.receive_json_from(5)
    monkeypatch.setattr(consumers, "get_user", broken)
    assert await _outcome(socket) == 1011
    assert "clock of a live socket" in caplog.text


async def test_an_event_of_a_rolled_back_change_never_happened() -> None:
    owner = await _person("owner@example.org")

    @transaction.atomic
    def change() -> None:
        publish(owner.pk, EventKind.ARTWORK_CHANGED, ["x"])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await sync_to_async(change)()
    caught_up = await sync_to_async(selectors.after)(owner.pk, 0)
    assert (caught_up.events, caught_up.last) == ((), 0)


async def test_a_page_hears_of_the_campaigns_that_it_follows_and_may_see() -> None:
    organiser, other = await _person("owner@example.org"), await _person("other@example.org")
    seen, hidden = await _campaigns(organiser)
    _, headers = await _browser(other)
    follow = f"&campaign={hidden}&campaign={seen}&campaign=nonsense"
    socket = await _socket(headers, after=follow)
    await socket.receive_json_from(5)
    await _change(hidden, seen)
    assert await socket.receive_json_from(5) == {"type": "campaign", "id": str(seen)}
    assert await socket.receive_nothing(0.3)
    await _drop(socket)


@sync_to_async
def _campaigns(organiser: User) -> tuple[UUID, UUID]:
    """One that is open to everybody, and one that asks people by name."""
    now = timezone.now()
    made = [
        Campaign.objects.create(organiser=organiser, title="x", access=access, published_at=now)
        for access in ("open", "group")
    ]
    return made[0].pk, made[1].pk


@sync_to_async
def _change(*campaigns: UUID) -> None:
    with transaction.atomic():
        for each in campaigns:
            tell_campaign(each)


@pytest.mark.parametrize("staff", [True, False])
async def test_only_staff_hear_of_the_training_runs_that_they_watch(staff: bool) -> None:
    watched, other = uuid4(), uuid4()
    _, headers = await _browser(await _person("owner@example.org", staff=staff))
    socket = await _socket(headers, after=f"&run={watched}")
    await socket.receive_json_from(5)
    await _learn(other, watched)
    if staff:
        assert await socket.receive_json_from(5) == {"type": "run", "id": str(watched)}
    assert await socket.receive_nothing(0.3)
    await _drop(socket)


@sync_to_async
def _learn(*runs: UUID) -> None:
    with transaction.atomic():
        for each in runs:
            tell_run(each)
