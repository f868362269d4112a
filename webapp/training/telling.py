"""Say what changed to those who look: all staff, and whoever watches a run."""

from collections.abc import Collection

from webapp.events.payloads import EventKind
from webapp.events.publish import tell_run as tell_run
from webapp.jobs import services as jobs


def tell_staff(changed: Collection[object]) -> None:
    """Snapshots, runs or versions (their ids) changed; inside the transaction that changes them."""
    jobs.tell_staff(changed, kind=EventKind.TRAINING_CHANGED)
