"""Real photos to try the product with, from packages that are installed anyway."""

from importlib.util import find_spec
from pathlib import Path

from webapp.accounts.models import User
from webapp.catalogue.models import Medium
from webapp.common.errors import ApplicationError
from webapp.gallery.services import accept_upload

# Public domain, CC0 or CC BY; NOTICE names each.
PICTURES = (
    ("skimage", "data/chelsea.png", "Chelsea the cat"),
    ("skimage", "data/coffee.png", "Coffee"),
    ("skimage", "data/rocket.jpg", "Rocket on the pad"),
    ("skimage", "data/hubble_deep_field.jpg", "Hubble deep field"),
    ("skimage", "data/astronaut.png", "Eileen Collins"),
    ("skimage", "data/camera.png", "Cameraman"),
    ("skimage", "data/moon.png", "Moon"),
    ("sklearn", "datasets/images/china.jpg", "Summer Palace"),
    ("sklearn", "datasets/images/flower.jpg", "Dahlia"),
)


def add_pictures(user: User) -> int:
    """Upload every sample image that is there; those already in the library stay as they are.

    Returns how many are new. Raises ApplicationError when the packages are not installed.
    """
    found = [(_locate(package, name), title) for package, name, title in PICTURES]
    present = [(path, title) for path, title in found if path is not None]
    if not present:
        raise ApplicationError(
            "The packages with sample pictures are not installed on this web server; "
            "ask the operator to install scikit-image.",
            code="no_demo_pictures",
        )
    return sum(_add(user, path, title) for path, title in present)


def _locate(package: str, name: str) -> Path | None:
    spec = find_spec(package)  # finds the folder without importing the package
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / name
    return path if path.exists() else None


def _add(user: User, path: Path, title: str) -> bool:
    with path.open("rb") as file:
        accepted = accept_upload(
            owner=user, content=file, filename=path.name, medium=Medium.PHOTO, title=title
        )
    return not accepted.duplicate
