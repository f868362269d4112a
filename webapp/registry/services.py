"""Write model versions: take in those that ship with the code, decide which one judges."""

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ml.contracts.attributes_card import AttributesCard, parse_attributes_card
from ml.contracts.card import ScorerCard, parse_card
from ml.contracts.cropper_card import CROPPER_KIND, CropperCard, parse_cropper_card
from ml.contracts.generator_card import GENERATOR_KIND, GeneratorCard, parse_generator_card
from ml.contracts.recogniser_card import RECOGNISER_KIND
from webapp.accounts.models import User
from webapp.registry.attributes import sync_attributes
from webapp.registry.models import (
    Change,
    ChangeKind,
    ModelKind,
    ModelVersion,
    Proof,
    VersionState,
)

logger = logging.getLogger(__name__)


class BadCardError(Exception):
    """A file under ml/weights is not a card: whoever put it there must repair it."""


# What a card calls its model, and what the registry does.
KINDS = {
    "score": ModelKind.SCORER,
    "attributes": ModelKind.ATTRIBUTES,
    "second-score": ModelKind.SECOND_SCORER,
    CROPPER_KIND: ModelKind.CROPPER,
    GENERATOR_KIND: ModelKind.GENERATOR,
}
# Models that ship for the command line alone.
_UNSERVED = frozenset({RECOGNISER_KIND})
_AnyCard = ScorerCard | AttributesCard | CropperCard | GeneratorCard
_PARSERS: dict[ModelKind, Callable[[object], _AnyCard]] = {
    ModelKind.ATTRIBUTES: parse_attributes_card,
    ModelKind.CROPPER: parse_cropper_card,
    ModelKind.GENERATOR: parse_generator_card,
}


@dataclass(frozen=True, slots=True)
class Synced:
    """What `register_builtin` did."""

    registered: tuple[str, ...]
    activated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """The part of a model's card that the registry needs."""

    kind: ModelKind
    name: str
    digest: str
    stem: str
    content: dict[str, Any]


def register_builtin(folder: Path | None = None) -> Synced:
    """Register every card of the weights folder and activate the newest of each kind.

    The newest is the last by natural order of its file name. It takes over from nothing or from
    another built-in version, and only once: who rolled back from it is not overruled by a restart,
    unless what judges ships no more. A version that was trained here stays. The attributes that
    ship with the product are taken in as well. Idempotent.
    """
    cards = [
        card
        for path in _ordered(folder or settings.WEIGHTS_DIR)
        if (card := _read(path)) is not None
    ]
    registered, activated = [], []
    with transaction.atomic():
        sync_attributes()
        for kind in ModelKind:
            active = hold_kind(kind)
            versions = [_register(card) for card in cards if card.kind == kind]
            registered += [version.name for version, new in versions if new]
            shipped = [version for version, _ in versions]
            if versions and _takes_over(newest := shipped[-1], active, shipped):
                activate(newest)
                activated.append(newest.name)
    return Synced(tuple(registered), tuple(activated))


@transaction.atomic
def activate(
    version: ModelVersion,
    *,
    why: ChangeKind = ChangeKind.SHIPPED,
    by: User | None = None,
    reason: str = "",
) -> None:
    """Let this version judge from now on; the one before it is retired, and the change kept.

    Idempotent. Whoever decides by what judges now looks at `hold_kind` first.
    """
    before = hold_kind(version.kind)
    if before is None or before.pk != version.pk:
        same = ModelVersion.objects.filter(kind=version.kind)
        same.filter(state=VersionState.ACTIVE).update(state=VersionState.RETIRED)
        same.filter(pk=version.pk).update(state=VersionState.ACTIVE)
        Change.objects.create(kind=why, version=version, replaced=before, by=by, reason=reason)
    version.state = VersionState.ACTIVE


def hold_kind(kind: str) -> ModelVersion | None:
    """The version that judges, of a kind in which nobody else changes it until we commit."""
    rows = ModelVersion.objects.select_for_update(no_key=True).filter(kind=kind).order_by("pk")
    return next((each for each in rows if each.state == VersionState.ACTIVE), None)


def judges_until_commit(version: ModelVersion) -> bool:
    """Whether it judges; nobody promotes it or rolls back from it before we commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM registry_modelversion WHERE id = %s FOR SHARE", [version.pk]
        )
        row = cursor.fetchone()
    return row is not None and row[0] == VersionState.ACTIVE


def identity(content: object) -> tuple[ModelKind, str, str]:
    """Kind, name and digest of a card. Raises ValueError (CardError is one) for what is none."""
    kind = content.get("kind") if isinstance(content, dict) else None
    if not isinstance(content, dict) or kind not in KINDS:
        known = ", ".join(KINDS)
        told = "it does not say" if kind is None else f"{kind!r} is not one"
        raise ValueError(f"`kind` must be one of {known}; {told}")
    parse = _PARSERS.get(KINDS[kind], parse_card)
    card = parse(content)
    return KINDS[kind], card.version, card.sha256


def _takes_over(
    newest: ModelVersion, active: ModelVersion | None, shipped: Sequence[ModelVersion]
) -> bool:
    if active is None:
        return True
    if not active.builtin or active.pk == newest.pk:
        return False
    return newest.state == VersionState.REGISTERED or active not in shipped


def _register(card: Card) -> tuple[ModelVersion, bool]:
    return ModelVersion.objects.update_or_create(
        kind=card.kind,
        digest=card.digest,
        defaults={
            "name": card.name, "card": card.content, "builtin": card.stem, "proof": Proof.SOUND,
        },
    )  # fmt: skip


def _ordered(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"), key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    """lite0-9 before lite0-10: runs of digits compare as numbers."""
    runs = re.findall(r"\d+|\D+", path.stem)
    return [(int(run), "") if run.isdigit() else (0, run) for run in runs]


def _read(path: Path) -> Card | None:
    """The card, None of a model that is not served. Raises BadCardError."""
    try:
        content = json.loads(path.read_text())
        if isinstance(content, dict) and content.get("kind") in _UNSERVED:
            return None
        kind, name, digest = identity(content)
    except ValueError as error:
        raise BadCardError(f"{path} is not a model card: {error}") from error
    return Card(kind=kind, name=name, digest=digest, stem=path.stem, content=content)
