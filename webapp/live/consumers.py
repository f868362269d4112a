"""One socket per page: hints of events, of the campaigns and runs it follows, heartbeat."""

import asyncio
import logging
import re
from contextlib import suppress
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from webapp.accounts.models import User
from webapp.accounts.selectors import token_of
from webapp.events import selectors as events
from webapp.events.groups import campaign_group, owner_group, run_group
from webapp.events.payloads import EventKind, Hint
from webapp.ratings.models import Campaign

HEARTBEAT_S = 30.0
RECHECK_BEATS = 2  # sign-in is checked at every second heartbeat: once a minute
NOT_SIGNED_IN = 4401
FELL_BEHIND = 1013
OUR_FAULT = 1011
SLOWEST_SEND_S = 10
MOST_FOLLOWED = 20

_log = logging.getLogger(__name__)
_NUMBER = re.compile(r"[0-9]{1,18}")


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Subscribes first, then reads what was missed, so that nothing falls between."""

    owner: User
    clock: asyncio.Task[None] | None = None
    followed: frozenset[str] = frozenset()  # groups of what the page shows

    async def connect(self) -> None:
        """Sign-in is checked here and again every minute."""
        owner = await self._signed_in()
        await self.accept()
        if owner is None:
            await self.close(code=NOT_SIGNED_IN)
            return
        self.owner = owner
        await self.channel_layer.group_add(owner_group(owner.pk), self.channel_name)
        self.followed = await self._may_follow()
        for group in self.followed:
            await self.channel_layer.group_add(group, self.channel_name)
        self.clock = asyncio.create_task(self._keep_time())
        await self._catch_up()

    async def disconnect(self, code: int) -> None:
        """Leave the group and stop the clock."""
        if self.clock is not None:
            self.clock.cancel()
            with suppress(asyncio.CancelledError):
                await self.clock
            await self.channel_layer.group_discard(owner_group(self.owner.pk), self.channel_name)
            await self._unfollow(self.followed)

    async def receive(self, *_args: object, **_kwargs: object) -> None:
        """Nothing is read from the page; a pong keeps proxies awake and is ignored."""

    async def event_hint(self, message: dict[str, Any]) -> None:
        """Pass a hint on; a page too slow to take it is dropped and catches up later."""
        await self._send({"type": "event", **{k: message[k] for k in ("seq", "kind", "ids")}})

    async def campaign_hint(self, message: dict[str, Any]) -> None:
        """Something of a campaign is new: the page fetches what it shows of it."""
        await self._send({"type": "campaign", "id": message["id"]})

    async def run_hint(self, message: dict[str, Any]) -> None:
        """Something of a training run is new: the page fetches it again."""
        await self._send({"type": "run", "id": message["id"]})

    async def session_ended(self, message: dict[str, Any]) -> None:
        """The browser signed out: close its sockets at once."""
        if self.scope["session"].session_key == message["session"]:
            await self.close(code=NOT_SIGNED_IN)

    async def _signed_in(self) -> User | None:
        header = dict(self.scope["headers"]).get(b"authorization", b"").decode("latin-1")
        scheme, _, secret = header.partition(" ")
        if scheme.lower() == "bearer":
            token = await database_sync_to_async(token_of)(secret.strip())
            return token.user if token is not None and "read" in token.scopes else None
        user: Any = self.scope["user"]
        return user if user is not None and user.is_authenticated else None

    def _asked(self, name: str) -> list[str]:
        return parse_qs(self.scope["query_string"].decode("latin-1")).get(name, [])

    async def _may_follow(self) -> frozenset[str]:
        """Groups of what the page names, as far as its owner may see it now."""
        campaigns, runs = self._named("campaign"), self._named("run")
        if not campaigns and not runs:
            return frozenset()
        return await database_sync_to_async(_groups)(self.owner.pk, campaigns, runs)

    def _named(self, what: str) -> set[UUID]:
        return {each for each in map(_uuid, self._asked(what)[:MOST_FOLLOWED]) if each}

    async def _unfollow(self, groups: frozenset[str]) -> None:
        for group in groups:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def _catch_up(self) -> None:
        asked = (self._asked("after") or [""])[0]
        if _NUMBER.fullmatch(asked) is None:
            await self._send({"type": "hello", "seq": await self._last_seq()})
            return
        missed = await database_sync_to_async(events.after)(self.owner.pk, int(asked))
        await self._send({"type": "hello", "seq": missed.last, "reset": missed.reset})
        if missed.reset:
            return
        for event in missed.events:
            hint = Hint(event.seq, EventKind(event.kind), tuple(event.ids))
            await self.event_hint(hint.message())

    async def _last_seq(self) -> int:
        return await database_sync_to_async(events.last_seq)(self.owner.pk)

    async def _keep_time(self) -> None:
        """A socket without its clock would never be checked again: it ends, the page returns."""
        try:
            await self._tick()
        except Exception:  # whatever it is, the log has it and the page connects anew
            _log.exception("The clock of a live socket stopped; the socket is closed.")
            await self.close(code=OUR_FAULT)

    async def _tick(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            beats += 1
            if beats % RECHECK_BEATS == 0 and not await self._still_signed_in():
                await self.close(code=NOT_SIGNED_IN)
                return
            if beats % RECHECK_BEATS == 0 and self.followed:
                still = await self._may_follow()
                await self._unfollow(self.followed - still)
                self.followed = still & self.followed
            await self._send({"type": "ping", "seq": await self._last_seq()})

    async def _still_signed_in(self) -> bool:
        if b"authorization" in dict(self.scope["headers"]):
            return await self._signed_in() is not None
        store = import_module(settings.SESSION_ENGINE).SessionStore
        fresh: Any = {"session": store(self.scope["session"].session_key)}
        return bool(await get_user(fresh) == self.owner)

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await asyncio.wait_for(self.send_json(message), SLOWEST_SEND_S)
        except TimeoutError:
            await self.close(code=FELL_BEHIND)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _groups(owner_id: int, campaigns: set[UUID], runs: set[UUID]) -> frozenset[str]:
    """Of the campaigns that this person sees; of any run for staff, who see them all."""
    owner = User.objects.filter(pk=owner_id, is_active=True).first()
    seen = Campaign.objects.visible_to(owner).filter(pk__in=campaigns)
    watched = runs if owner is not None and owner.is_staff else set()
    return frozenset(
        {campaign_group(pk) for pk in seen.values_list("pk", flat=True)}
        | set(map(run_group, watched))
    )
