"""Read which model versions there are, which one judges, and what can be asked."""

from django.conf import settings
from django.db.models import QuerySet

from ml.contracts.attributes import KEY_PATTERN
from ml.contracts.attributes_card import AttributesCard, parse_attributes_card
from ml.contracts.card import CardError
from webapp.accounts.models import User
from webapp.common.errors import NotFound
from webapp.registry.models import (
    Attribute,
    Change,
    ChangeKind,
    ModelKind,
    ModelVersion,
    Proof,
    StoredWeights,
    VersionState,
)


def active(kind: ModelKind) -> ModelVersion | None:
    """The version that judges now; None on an installation without models."""
    return ModelVersion.objects.filter(kind=kind, state=VersionState.ACTIVE).first()


def active_digests() -> set[str]:
    """Of every version that is in use now, whatever it predicts."""
    found = ModelVersion.objects.filter(state=VersionState.ACTIVE)
    return set(found.values_list("digest", flat=True))


def active_names() -> dict[str, str]:
    """By kind, the name of the version that is in use."""
    found = ModelVersion.objects.filter(state=VersionState.ACTIVE)
    return dict(found.values_list("kind", "name"))


def previous(kind: ModelKind) -> ModelVersion | None:
    """The version to roll back to; None when there is none.

    Rolling back undoes the change before it: twice leads two versions back, never to the bad one.
    """
    changes = Change.objects.filter(version__kind=kind).select_related("version", "replaced")
    line: list[ModelVersion] = []  # who judged after whom, without what was undone
    for change in changes.order_by("created_at", "pk"):
        if not line and change.replaced is not None:
            line.append(change.replaced)
        if change.kind == ChangeKind.ROLLED_BACK:
            del line[_last(change.version, line) :]
        line.append(change.version)
    return line[-2] if len(line) > 1 else None


def challenger(kind: ModelKind) -> ModelVersion | None:
    """The newest that was trained here or taken in, that no worker refuses, and never judged."""
    waiting = ModelVersion.objects.filter(kind=kind, state=VersionState.REGISTERED, builtin="")
    waiting = waiting.exclude(proof=Proof.REFUSED)
    return waiting.order_by("-created_at", "-pk").first()


def weights_kept(version: ModelVersion) -> bool:
    """Whether its tensors are still here: shipped with the code, or stored."""
    if version.builtin:
        shipped: bool = (settings.WEIGHTS_DIR / f"{version.builtin}.safetensors").is_file()
        return shipped
    return StoredWeights.objects.filter(version=version).exists()


def named(kind: ModelKind, name: str) -> ModelVersion | None:
    """The newest version of that name that judges or once did; None when there is none."""
    return _newest(ModelVersion.objects.judged().filter(kind=kind), name)


def any_named(name: str, viewer: User) -> ModelVersion | None:
    """The newest version of that name that the viewer may see, whatever it predicts, or None."""
    return _newest(ModelVersion.objects.visible_to(viewer), name)


def attributes() -> QuerySet[Attribute]:
    """What can be asked of a picture, in the order of display."""
    return Attribute.objects.filter(active=True)


def attribute_of(key: str, *, retired: bool = False) -> Attribute:
    """One attribute that is asked, or with `retired` any. Raises NotFound."""
    known = Attribute.objects.all() if retired else attributes()
    found = known.filter(key=key).first() if KEY_PATTERN.fullmatch(key) else None
    if found is None:
        raise NotFound
    return found


def attributes_card(version: ModelVersion | None) -> AttributesCard | None:
    """What the card of an attribute model says; None for one of a form that is read no more."""
    try:
        return None if version is None else parse_attributes_card(version.card)
    except CardError:
        return None


def _last(version: ModelVersion, line: list[ModelVersion]) -> int:
    """Where it stands in the line before its end, counted from 0; at the end if it does not."""
    places = (place for place in reversed(range(len(line) - 1)) if line[place] == version)
    return next(places, len(line))


def _newest(versions: QuerySet[ModelVersion], name: str) -> ModelVersion | None:
    if "\0" in name:  # a text that Postgres cannot hold is nobody's name
        return None
    return versions.filter(name=name).order_by("-created_at").first()
