"""An explanation of any picture: readings, maps and palette from tiny models of the real kind."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ml.contracts.attributes import OVERALL, Source, built_in
from ml.contracts.explanations import Explanation, MapKind
from ml.data.transforms import UnusablePictureError, to_pixels
from ml.explain.adversarial import size_of
from ml.explain.drawing import Drawer, Effort, Sides, grid_side
from ml.explain.explainer import Explainer, load_explainer
from ml.explain.merge_maps import Terms, merge_maps
from ml.explain.rendering import TILE_SIDE
from ml.inference.attributes import load_attribute_mapper
from ml.inference.golden import GoldenMismatchError
from ml.inference.scoring import load_scorer, open_scorer
from ml.measured.measure import MEASURES, measure
from tests.ml.attributes import learn_tiny, write_labelled
from tests.ml.conftest import Shipped
from tests.ml.panels import noise


@dataclass(frozen=True)
class Models:
    weights: Path
    card: Path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("explained")
    data = write_labelled(folder / "data")
    heads = ("--head", "overall", "--head", "light", "--head", "luck", "0", "1")
    assert learn_tiny(data, folder / "weights", *heads, "--cache", str(folder / "cache")) == 0
    return Models(folder / "weights" / "tiny.safetensors", folder / "weights" / "tiny.json")


@pytest.fixture(scope="module")
def explainer(models: Models, shipped: Shipped) -> Explainer:
    return load_explainer(models.weights, models.card, shipped.weights, shipped.card, device="cpu")


@pytest.fixture(scope="module")
def explained(explainer: Explainer) -> Explanation:
    return explainer.explain(noise(3))


def shown_keys(models: Models) -> set[str]:
    _, card = load_attribute_mapper(models.weights, models.card, device="cpu")
    return set(card.shown)


def test_every_kind_of_map_is_there_once_for_each_key(
    explained: Explanation, models: Models
) -> None:
    found = [(tile.kind, tile.key) for tile in explained.tiles]
    assert len(set(found)) == len(found)
    assert {kind for kind, _ in found} == set(MapKind)
    drawn = shown_keys(models) | {OVERALL}
    for kind in MapKind:
        keys = {key for of, key in found if of is kind}
        assert keys == (drawn if kind in (MapKind.MERGE, MapKind.ATTAM) else {OVERALL})


def test_a_head_that_is_not_proven_has_neither_reading_nor_map(
    explained: Explanation, models: Models
) -> None:
    unproven = {"overall", "light", "luck"} - shown_keys(models)
    assert "luck" in unproven  # nothing in the pictures decides it
    assert not unproven & {reading.key for reading in explained.readings}
    assert "luck" not in {tile.key for tile in explained.tiles}


def test_learned_readings_are_the_answers_of_the_loaded_network(
    explained: Explanation, models: Models
) -> None:
    mapper, card = load_attribute_mapper(models.weights, models.card, device="cpu")
    with torch.inference_mode():
        answers = mapper(to_pixels([noise(3)], side=card.input_side)).values[0].tolist()
    said = dict(zip(mapper.keys, answers, strict=True))
    learned = [one for one in explained.readings if one.source is Source.LEARNED]
    assert learned
    for reading in learned:
        assert reading.value == pytest.approx(said[reading.key], abs=1e-4)
        assert reading.percentile is not None and 0 <= reading.percentile <= 100


def test_measured_readings_and_palette_are_those_of_the_formulas(explained: Explanation) -> None:
    found = measure(np.asarray(noise(3)))
    given = {one.key: one.value for one in explained.readings if one.source is Source.MEASURED}
    assert given == dict(found.values)
    assert explained.palette == found.palette


def test_version_and_digest_are_those_of_the_attribute_model(
    explainer: Explainer, models: Models
) -> None:
    _, card = load_attribute_mapper(models.weights, models.card, device="cpu")
    assert (explainer.version, explainer.digest) == (card.version, card.sha256)


def test_the_same_picture_is_explained_the_same_way_twice(
    explainer: Explainer, explained: Explanation
) -> None:
    assert explainer.explain(noise(3)) == explained


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (1, 1), "red"),
        Image.new("L", (40, 30), 128),
        Image.new("RGB", (64, 64), "white"),
        Image.new("RGB", (3000, 2), "navy"),
        Image.new("1", (2, 900)),
        Image.new("RGBA", (20, 20), (10, 200, 30, 0)),
        noise(5, size=(400, 8)),
        noise(6).convert("CMYK"),
    ],
    ids=["pixel", "grey", "white", "panorama", "tower", "transparent", "strip", "cmyk"],
)
def test_odd_pictures_give_finite_tiles_and_values_in_range(
    explainer: Explainer, picture: Image.Image
) -> None:
    found = explainer.explain(picture)
    assert {tile.kind for tile in found.tiles} == set(MapKind)
    for tile in found.tiles:
        assert np.isfinite(tile.peak) and tile.peak >= 0
        with Image.open(BytesIO(tile.png)) as drawn:
            assert drawn.size == (TILE_SIDE, TILE_SIDE) and drawn.mode == "L"
    ranges = {one.key: (one.low, one.high) for one in built_in()}
    for reading in found.readings:
        low, high = ranges.get(reading.key, (1.0, 10.0))
        assert low <= reading.value <= high, reading
    assert len({one.key for one in found.readings}) >= len(MEASURES) - 1


def test_what_is_no_picture_is_refused(explainer: Explainer) -> None:
    with pytest.raises(UnusablePictureError):
        explainer.explain(np.zeros((4, 4, 3)))  # type: ignore[arg-type]


def test_a_scorer_that_does_not_reproduce_its_golden_picture_explains_nothing(
    models: Models, shipped: Shipped, tmp_path: Path
) -> None:
    text = shipped.card.read_text()
    golden = open_scorer(shipped.weights, shipped.card)[1].golden
    wrong = tmp_path / shipped.card.name
    wrong.write_text(text.replace(f'"tolerance": {golden.tolerance}', '"tolerance": -1.0'))
    assert wrong.read_text() != text
    with pytest.raises(GoldenMismatchError):
        load_explainer(models.weights, models.card, shipped.weights, wrong, device="cpu")


def drawer(models: Models, shipped: Shipped) -> Drawer:
    mapper, facts = load_attribute_mapper(models.weights, models.card, device="cpu")
    scorer, card = open_scorer(shipped.weights, shipped.card)
    return Drawer(
        mapper,
        scorer.eval().requires_grad_(False),
        panel=card.panel,
        keys=mapper.keys,
        sides=Sides(mapper=facts.input_side, scorer=card.input_side),
        effort=Effort(radius=0.5, steps=2),
    )


def test_merge_maps_are_the_signed_ones_counted_from_the_weakest_place(
    models: Models, shipped: Shipped
) -> None:
    mapper, _ = load_attribute_mapper(models.weights, models.card, device="cpu")
    one = drawer(models, shipped)
    look = one.look(noise(7))
    maps = torch.stack([drawn.values for drawn in one.draw_kind(look, MapKind.MERGE)])
    assert maps.amin(dim=(1, 2)).tolist() == [0.0] * len(mapper.keys)
    side = grid_side(look.seen.shape[3])
    signed = merge_maps(look.blocks, mapper.merge_weight, side=side, terms=Terms.SIGNED)[0]
    gaps = signed - maps
    torch.testing.assert_close(gaps, gaps[:, :1, :1].expand_as(gaps), rtol=0, atol=1e-5)


def test_the_drawer_judges_as_the_served_scorer_does(models: Models, shipped: Shipped) -> None:
    served = load_scorer(shipped.weights, shipped.card, device="cpu")
    said = served.predict_batch([noise(8)])[0].mean
    one = drawer(models, shipped)
    judged = one.mean(to_pixels([noise(8)], side=served.input_side))
    assert float(judged) == pytest.approx(said, abs=1e-3)


def test_raising_and_lowering_are_drawn_together_from_one_small_change(
    models: Models, shipped: Shipped
) -> None:
    one = drawer(models, shipped)
    look = one.look(noise(9))
    maps = one.draw_kind(look, MapKind.LOWER)
    assert [drawn.kind for drawn in maps] == [MapKind.RAISE, MapKind.LOWER]
    for drawn in maps:
        assert drawn.values.shape == look.judged.shape[2:]
        assert 0 < float(size_of(drawn.values[None, None])) <= 0.5 * 3


def test_a_key_without_a_head_is_refused(models: Models, shipped: Shipped) -> None:
    mapper, facts = load_attribute_mapper(models.weights, models.card, device="cpu")
    scorer, card = open_scorer(shipped.weights, shipped.card)
    sides = Sides(mapper=facts.input_side, scorer=card.input_side)
    with pytest.raises(ValueError, match="vivid_color"):
        Drawer(
            mapper, scorer, panel=card.panel, keys=("vivid_color",), sides=sides, effort=Effort()
        )
