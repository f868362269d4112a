"""The generators in the product's own tree: intact, small, and measured against chance."""

import pytest

from ml.contracts.builtin import BUILTIN_GENERATOR, BUILTIN_PLAIN_GENERATOR, BuiltinModel
from ml.contracts.generation import histogram_of_dial
from ml.contracts.generator_card import Conditioning
from ml.inference.generation import load_generator

LIMIT_BYTES = 16 * 1024 * 1024


@pytest.mark.parametrize("model", [BUILTIN_GENERATOR, BUILTIN_PLAIN_GENERATOR])
def test_a_shipped_generator_is_intact_measured_and_its_dial_does_something(
    model: BuiltinModel,
) -> None:
    assert model.weights.stat().st_size < LIMIT_BYTES
    loaded = load_generator(model.weights, model.card)
    card = loaded.card
    assert card.version == model.name
    obeyed = next(each for each in card.measures if each.name.startswith("SRCC of mean asked"))
    assert obeyed.baseline is not None
    assert obeyed.against == "shuffled conditions"
    assert obeyed.samples >= 500
    ends = [histogram_of_dial(mean, card.dial.sd) for mean in (card.dial.low, card.dial.high)]
    low, high = loaded.sweep(category=card.categories[0].key, histograms=ends, seed=1)
    assert abs(low.pixels.astype(int) - high.pixels).mean() > 1


def test_one_of_them_does_without_the_patented_layer() -> None:
    kinds = {
        load_generator(model.weights, model.card).card.conditioning
        for model in (BUILTIN_GENERATOR, BUILTIN_PLAIN_GENERATOR)
    }
    assert kinds == {Conditioning.MIXED, Conditioning.FILM}
