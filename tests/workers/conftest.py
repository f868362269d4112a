"""A registered tiny scorer and a way to upload pictures, with the workers run by hand."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from ml.marks.finder import Finder
from tests.people import person
from tests.workers.tiny import (
    write_tiny_attributes,
    write_tiny_cropper,
    write_tiny_generator,
    write_tiny_scorer,
    write_tiny_second,
)
from tests.workers.training_runs import made as made
from tests.workers.training_runs import start as start
from webapp.catalogue.models import Artwork
from webapp.gallery.services import accept_upload
from webapp.registry.services import register_builtin
from workers.runtime import batches, generating, singles
from workers.runtime.imaging.renderer import Renderer
from workers.runtime.model_cache import ModelCache


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as shared:
        yield shared


@pytest.fixture
def weights(tmp_path, settings):
    """The folder of the built-in models, with one tiny scorer."""
    settings.WEIGHTS_DIR = tmp_path / "weights"
    write_tiny_scorer(settings.WEIGHTS_DIR)
    return settings.WEIGHTS_DIR


@pytest.fixture
def scorer(db, weights):
    """The tiny scorer is active."""
    return register_builtin()


@pytest.fixture
def models(db, weights):
    """The tiny scorer, attribute model and second scorer are active."""
    write_tiny_attributes(weights)
    write_tiny_second(weights)
    return register_builtin()


@pytest.fixture
def cropper(db, weights, monkeypatch):
    """The tiny scorer and cropper are active; nobody looks for faces and writing."""
    monkeypatch.setattr("ml.inference.cropping.open_finder", lambda threads: Finder(()))
    write_tiny_cropper(weights)
    return register_builtin()


@pytest.fixture
def generator(db, weights):
    """The tiny scorer and generator are active."""
    write_tiny_generator(weights)
    return register_builtin()


@pytest.fixture(autouse=True)
def cache(monkeypatch):
    """A worker that has loaded nothing yet."""
    fresh = ModelCache()
    for drains in (batches, generating, singles):
        monkeypatch.setattr(drains, "model_cache", fresh)
    return fresh


@pytest.fixture
def upload(db):
    """Upload a plain picture of a colour; equal colours are equal files."""
    owner = person("owner@example.org")

    def accept(colour: str = "red", *, data: bytes | None = None) -> Artwork:
        content = BytesIO(data if data is not None else picture(colour))
        return accept_upload(
            owner=owner, content=content, filename="a.jpg", medium="photo", title=colour
        ).artwork

    return accept


def picture(colour: str, *, size: tuple[int, int] = (96, 64)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()
