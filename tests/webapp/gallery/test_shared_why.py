"""What the holder of a share link does not learn, and when anybody is told not to listen."""

from typing import Any

import pytest
from django.test import Client

from tests.workers.cards import HEADS, attributes_document
from tests.world import World, build, picture_of
from webapp.catalogue import curation
from webapp.catalogue.models import Artwork
from webapp.gallery.caution import caution
from webapp.inference.models import AttributeValue
from webapp.registry.models import Attribute, ModelVersion

pytestmark = pytest.mark.django_db
SECRET = "Fit for the gala of ours"


@pytest.fixture
def world(db: None) -> World:
    return build()


def seen(world: World, artwork: Artwork) -> Any:
    answer = Client().get(f"/s/{world.share}/api/artworks/{artwork.pk}")
    assert answer.status_code == 200
    return answer


def _explained_by(heads: list[dict[str, object]]) -> ModelVersion:
    """The active attribute model, now with a measured attribute `gala`."""
    values = {str(head["key"]): 0.0 for head in heads}
    card: dict[str, Any] = attributes_document("a-1", "f" * 64, {"heads": heads}, values)
    gala = {"key": "gala", "formula": "By hand", "against": "", "n": 0, "srcc": None}
    card["measured"].append({**gala, "judgement": False, "reference": []})
    ModelVersion.objects.filter(kind="attributes").update(card=card)
    return ModelVersion.objects.get(kind="attributes")


def test_a_visitor_learns_of_an_added_attribute_only_by_its_value(world: World) -> None:
    words = {"asks": SECRET, "low_word": "little", "high_word": "much"}
    Attribute.objects.create(key="gala", label=SECRET, low=0, high=10, **words)
    assert SECRET not in seen(world, world.artwork).content.decode()
    assert "vivid_color" in seen(world, world.artwork).content.decode()
    mine = world.client("owner").get(f"/api/v1/artworks/{world.artwork.pk}")
    assert SECRET in mine.content.decode()
    AttributeValue.objects.create(
        artwork=world.artwork, model_version=_explained_by(HEADS), key="gala", value=3,
        source="measured",
    )  # fmt: skip
    assert SECRET in seen(world, world.artwork).content.decode()


def test_a_visitor_does_not_learn_from_which_hidden_picture_one_was_made(world: World) -> None:
    source = picture_of(world.owner, title="An unshared sitter")
    Artwork.objects.filter(pk=world.artwork.pk).update(derived_from=source, derivation="+0.3 EV")
    answer = seen(world, world.artwork)
    assert answer.json()["derived_from"] is None
    for told in (str(source.pk), source.title):
        assert told not in answer.content.decode()
    curation.add_to_album(world.owner, world.album, [source.pk])
    assert seen(world, world.artwork).json()["derived_from"]["id"] == str(source.pk)


@pytest.mark.parametrize(
    ("width", "height", "palette", "words"),
    [
        (300, 200, ["#aa3300", "#003355"], None),
        (64, 64, [], None),
        (400, 100, [], None),
        (None, None, [], None),
        (63, 200, [], "only 63 by 200 pixels;"),
        (100, 401, [], "more than four times as long as it is wide;"),
        (300, 200, ["#808080"], "of nearly one colour;"),
        (1, 5000, ["#808080"], "wide and of nearly one colour;"),
    ],
)
def test_a_picture_unlike_all_that_was_learned_from_carries_a_caution(
    width: int | None, height: int | None, palette: list[str], words: str | None
) -> None:
    said = caution(Artwork(width=width, height=height), palette)
    assert (said is None) == (words is None)
    if words is not None:
        assert said is not None
        assert words in said and said.endswith("Do not rely on what it says.")


def test_the_caution_reaches_owner_and_visitor(world: World) -> None:
    mine = f"/api/v1/artworks/{world.artwork.pk}"
    assert world.client("owner").get(mine).json()["caution"] is None
    Artwork.objects.filter(pk=world.artwork.pk).update(width=20)
    assert "only 20 by 200" in world.client("owner").get(mine).json()["caution"]
    assert "only 20 by 200" in seen(world, world.artwork).json()["caution"]
