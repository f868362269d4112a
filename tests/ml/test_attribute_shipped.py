"""The attribute model in the product's own tree: intact, honest about its heads, usable at once."""

import json

import pytest
import torch
from PIL import Image

from ml.contracts.attributes import OVERALL, built_in
from ml.contracts.attributes_card import AttributesCard
from ml.contracts.builtin import BUILTIN_ATTRIBUTES
from ml.data.transforms import to_pixels
from ml.inference.attributes import load_attribute_mapper
from ml.inference.golden import golden_picture
from ml.models.attribute_mapper import AttributeMapper

LIMIT_BYTES = 4 * 1024 * 1024


@pytest.fixture(scope="module")
def shipped() -> tuple[AttributeMapper, AttributesCard]:
    torch.set_num_threads(1)
    return load_attribute_mapper(BUILTIN_ATTRIBUTES.weights, BUILTIN_ATTRIBUTES.card, device="cpu")


def test_it_passes_its_golden_picture(shipped: tuple[AttributeMapper, AttributesCard]) -> None:
    assert shipped[1].version == "attributes-v1"
    assert BUILTIN_ATTRIBUTES.weights.stat().st_size < LIMIT_BYTES


def test_it_has_a_head_for_all_that_raters_of_the_data_were_asked(
    shipped: tuple[AttributeMapper, AttributesCard],
) -> None:
    asked = {item.key for item in built_in() if item.family in ("photo", "feeling")}
    assert set(shipped[0].keys) == asked | {OVERALL}


def test_only_heads_that_held_out_pictures_vouch_for_are_shown(
    shipped: tuple[AttributeMapper, AttributesCard],
) -> None:
    for head in shipped[1].heads:
        assert head.shown == (head.srcc.low > 0), head.key
        assert len(head.reference) == 101
        assert head.ceiling is None or head.srcc.value <= head.ceiling
    assert OVERALL in shipped[1].shown
    assert len(shipped[1].shown) < len(shipped[1].heads), "some are known not to be learnable"


def test_each_head_names_the_pictures_that_it_learned_from() -> None:
    for head in json.loads(BUILTIN_ATTRIBUTES.card.read_text())["heads"]:
        assert head["learned_complete"]
        assert len(set(head["learned"])) == head["learned_from"], head["key"]


def test_its_formulas_have_values_of_photos_to_compare_with(
    shipped: tuple[AttributeMapper, AttributesCard],
) -> None:
    measured = {row.key for row in shipped[1].measured}
    choices = {item.key for item in built_in() if item.choices}
    assert {item.key for item in built_in() if item.family == "measure"} <= measured
    for row in shipped[1].measured:
        assert row.judgement == (row.srcc is not None and row.srcc.low > 0), row.key
        assert row.formula
        assert bool(row.reference) == (row.key not in choices), row.key


def test_it_finds_a_red_square_more_vivid_than_a_grey_one(
    shipped: tuple[AttributeMapper, AttributesCard],
) -> None:
    network, card = shipped
    grey = golden_picture(seed=3, side=200).convert("L").convert("RGB")
    vivid = Image.blend(golden_picture(seed=3, side=200), Image.new("RGB", (200, 200), "red"), 0.6)
    values = network(to_pixels([grey, vivid], side=card.input_side)).values
    at = network.keys.index("vivid_color")
    assert values[1, at] > values[0, at]
