"""In whose space pictures are compared: that of the scorer that ships with the code.

It stays when a version that was trained here is promoted, refined or rolled back: nobody's
pictures have to be looked at again for that.
"""

from webapp.registry.models import ModelKind, ModelVersion


def home(kind: ModelKind) -> ModelVersion | None:
    """The newest version of a kind among those that shipped; None when none did."""
    shipped = ModelVersion.objects.filter(kind=kind).exclude(builtin="")
    return shipped.order_by("-created_at", "-pk").first()


def space() -> str:
    """Which embeddings compare with each other now: a digest, empty when none can be made."""
    version = home(ModelKind.SCORER)
    return "" if version is None else version.digest
