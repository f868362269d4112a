"""Read which model versions there are and which one judges."""

from webapp.registry.models import ModelKind, ModelVersion, VersionState


def active(kind: ModelKind) -> ModelVersion | None:
    """The version that judges now; None on an installation without models."""
    return ModelVersion.objects.filter(kind=kind, state=VersionState.ACTIVE).first()


def named(kind: ModelKind, name: str) -> ModelVersion | None:
    """The newest version of that name; None when there was none."""
    return ModelVersion.objects.filter(kind=kind, name=name).order_by("-created_at").first()
