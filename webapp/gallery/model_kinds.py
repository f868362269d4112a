"""The way between the pages about models: one of each kind that is in use."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion

_TITLES: Final = {
    ModelKind.SCORER: "Scores",
    ModelKind.ATTRIBUTES: "Attributes",
    ModelKind.CROPPER: "Crops",
    ModelKind.GENERATOR: "Makes pictures",
}


@dataclass(frozen=True, slots=True)
class KindLink:
    """A kind of model by what it does; ``here``: the page shown is about one of its versions."""

    title: str
    address: str
    here: bool


def model_kinds(shown: ModelVersion | None) -> list[KindLink]:
    """Those of which a version is in use, in one query."""
    names = registry.active_names()
    kind = ModelKind.SCORER if shown is None else shown.kind
    return [
        KindLink(title, _address(each, names[each]), each == kind)
        for each, title in _TITLES.items()
        if each in names
    ]


def _address(kind: ModelKind, name: str) -> str:
    scorer = kind is ModelKind.SCORER
    return reverse("model") if scorer else reverse("model-version", args=[name])
