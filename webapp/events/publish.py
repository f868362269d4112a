"""Write events where they cannot be lost, then hint at them over the socket."""

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection, transaction
from redis.exceptions import RedisError

from webapp.events.groups import campaign_group, owner_group, run_group
from webapp.events.models import Event
from webapp.events.payloads import EventKind, Hint

logger = logging.getLogger(__name__)


def publish(owner_id: int, kind: EventKind, ids: Iterable[object]) -> None:
    """Append an event to the owner's stream and hint at it on commit.

    Must run inside the transaction that makes the change: the stream's row lock gives the
    sequence number, so that commit order is sequence order.
    """
    named = [str(each) for each in ids]
    hint = Hint(seq=_append(owner_id, kind, named), kind=kind, ids=tuple(named))
    transaction.on_commit(partial(_send, owner_id, hint), robust=True)


def _append(owner_id: int, kind: EventKind, ids: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_stream (owner_id, last_seq) VALUES (%s, 1) ON CONFLICT (owner_id)"
            " DO UPDATE SET last_seq = events_stream.last_seq + 1 RETURNING last_seq",
            [owner_id],
        )
        seq: int = cursor.fetchone()[0]
    Event.objects.create(owner_id=owner_id, seq=seq, kind=kind, ids=ids)
    return seq


def tell_campaign(campaign_id: UUID) -> None:
    """Hint on commit that something of a campaign is new; pages fetch what they show again.

    Nothing is kept of it: a page fetches afresh whenever it connects.
    """
    message = {"type": "campaign.hint", "id": str(campaign_id)}
    transaction.on_commit(partial(_tell, campaign_group(campaign_id), message), robust=True)


def tell_run(run_id: UUID) -> None:
    """The same of a training run, for the staff who watch it."""
    message = {"type": "run.hint", "id": str(run_id)}
    transaction.on_commit(partial(_tell, run_group(run_id), message), robust=True)


def end_session(owner_id: int, session_key: str) -> None:
    """Ask the sockets of a session that ended to close; they also re-check every minute."""
    _tell(owner_group(owner_id), {"type": "session.ended", "session": session_key})


def _send(owner_id: int, hint: Hint) -> None:
    _tell(owner_group(owner_id), hint.message())


def _tell(group: str, message: Mapping[str, object]) -> None:
    """A lost message does no harm: the browser catches up by sequence number, or fetches afresh."""
    layer = get_channel_layer()
    assert layer is not None
    try:
        async_to_sync(layer.group_send)(group, dict(message))
    except (RedisError, OSError) as error:
        logger.warning("socket message to %s not sent: %s", group, error)
