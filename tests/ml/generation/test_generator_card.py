"""What a generator's card must hold."""

import copy

import pytest

from ml.contracts.card import CardError
from ml.contracts.generator_card import PATENT, Conditioning, parse_generator_card

CARD: dict[str, object] = {
    "schema": 1,
    "kind": "generator",
    "version": "generator-test",
    "created_at": "2026-01-31",
    "licence": "Apache-2.0",
    "patent": PATENT,
    "architecture": {
        "name": "pfagan",
        "size": 32,
        "latent": 16,
        "conditioning": "film",
        "options": {"width": 8},
    },
    "weights": {"file": "generator-test.safetensors", "sha256": "0" * 64, "bytes": 1},
    "data": [{"name": "oasis"}],
    "categories": [{"key": "barn", "name": "Barns", "pictures": 12}],
    "dial": {"low": 3.0, "high": 7.5, "sd": 2.0},
    "features": "scorer-v2",
    "golden": {"seeds": [1], "colours": [[10.0, 20.0, 30.0]], "tolerance": 2.0},
    "training": {"pictures": 12, "wall_time_s": 60.0, "machine": "2 cores"},
    "measures": [
        {
            "name": "conditioning",
            "value": {"value": 0.5, "low": 0.4, "high": 0.6},
            "samples": 100,
            "against": "shuffled conditions",
            "baseline": {"value": 0.0, "low": -0.1, "high": 0.1},
        }
    ],
    "learned": ["ab" * 8],
    "limits": ["small data"],
    "notes": [],
}


def test_a_card_is_read_whole() -> None:
    card = parse_generator_card(CARD)
    assert card.conditioning is Conditioning.FILM
    assert card.category("barn").pictures == 12
    assert card.measures[0].baseline is not None
    assert card.dial.sd == 2.0


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("kind", "score", "no generator"),
        ("schema", 9, "schema"),
        ("categories", [], "categories"),
        ("dial", {"low": 8.0, "high": 3.0, "sd": 1.0}, "dial"),
        ("golden", {"seeds": [1], "colours": [], "tolerance": 1.0}, "golden"),
        ("architecture", {"name": "pfagan"}, "options"),
    ],
)
def test_a_card_that_is_wrong_is_refused_by_field(field: str, value: object, named: str) -> None:
    document = copy.deepcopy(CARD) | {field: value}
    with pytest.raises(CardError, match=named):
        parse_generator_card(document)
