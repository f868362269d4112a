"""The card of an attribute model is read strictly: a wrong field is named, never guessed."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from ml.contracts.attributes_card import HELD_OUT, Verdict, parse_attributes_card
from ml.contracts.card import CardError
from ml.contracts.config import Estimate
from ml.contracts.explanations import MapKind

SURE = {"value": 0.5, "low": 0.4, "high": 0.6}
CARD: dict[str, Any] = {
    "schema": 1,
    "kind": "attributes",
    "version": "attributes-test",
    "created_at": "2026-01-31",
    "licence": "Apache-2.0",
    "architecture": {
        "name": "attribute-mapper",
        "input_side": 224,
        "options": {"backbone": "tiny", "heads": [{"key": "light", "low": -1, "high": 1}]},
    },
    "weights": {"file": "attributes-test.safetensors", "sha256": "0" * 64, "bytes": 1},
    "heads": [
        {
            "key": "light", "n": 145, "learned_from": 116, "tested_on": 29,
            "protocol": "held-out split", "raters": 5, "crowd": "AADB", "srcc": SURE,
            "baseline": {"name": "colours", "srcc": 0.1}, "ceiling": None, "shown": True,
            "reference": [-0.5, 0.0, 0.5],
        }
    ],
    "measured": [
        {
            "key": "brightness", "formula": "Mean lightness.", "against": "light", "n": 145,
            "srcc": SURE, "judgement": True, "reference": [],
        }
    ],
    "maps": [
        {
            "kind": "merge", "title": "Merge layer", "explains": "the overall head",
            "deletion": SURE, "deletion_random": SURE, "deletion_centre": 0.7,
            "insertion": SURE, "insertion_random": SURE, "insertion_centre": SURE,
            "pointing": None, "milliseconds": 12.5, "verdict": "beats random only",
        }
    ],
    "golden": {"seed": 1, "side": 64, "values": {"light": 0.2}, "tolerance": 0.01},
    "limits": ["Photos only."],
    "notes": [],
}  # fmt: skip


def test_a_card_becomes_typed_facts() -> None:
    card = parse_attributes_card(CARD)
    light = card.head("light")
    assert light is not None
    assert (light.low, light.high, light.raters) == (-1.0, 1.0, 5)
    assert (light.n, light.learned_from, light.tested_on) == (145, 116, 29)
    assert light.protocol == HELD_OUT
    assert light.srcc == Estimate(0.5, 0.4, 0.6)
    assert card.shown == ("light",)
    assert card.head("symmetry") is None
    (merge,) = card.maps
    assert merge.kind is MapKind.MERGE
    assert merge.verdict is Verdict.RANDOM
    assert merge.deletion is not None
    assert merge.deletion.centre == Estimate(0.7, 0.7, 0.7)
    assert merge.pointing is None


def test_a_card_without_maps_has_none_measured_yet() -> None:
    assert parse_attributes_card({k: v for k, v in CARD.items() if k != "maps"}).maps == ()


def _set(*path: str | int, to: object) -> Callable[[Any], None]:
    def change(card: Any) -> None:
        for step in path[:-1]:
            card = card[step]
        card[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("kind", to="score"), "no attribute model"),
        (_set("schema", to=2), "schema"),
        (_set("heads", 0, "key", to="lights"), "the network has the heads"),
        (_set("heads", to=[]), "the network has the heads"),
        (_set("heads", 0, "shown", to="yes"), "true or false"),
        (_set("heads", 0, "srcc", to={"value": 1}), "lacks 'low'"),
        (_set("heads", 0, "srcc", "low", to=float("nan")), "expected a number"),
        (_set("heads", 0, "reference", to=[1, 0]), "ascend"),
        (_set("heads", 0, "reference", to=[0] * 102), "at most 101"),
        (_set("heads", 0, "n", to=1.5), "whole number"),
        (_set("golden", "values", to={}), "golden values"),
        (_set("maps", 0, "kind", to="guess"), "guess"),
        (_set("maps", 0, "verdict", to="fine"), "fine"),
        (_set("architecture", "input_side", to=0), "at least 1"),
        (_set("weights", to=None), "expected an object"),
    ],
)
def test_a_wrong_field_is_named(change: Callable[[Any], None], message: str) -> None:
    card = deepcopy(CARD)
    change(card)
    with pytest.raises(CardError, match=message):
        parse_attributes_card(card)


@pytest.mark.parametrize("field", ["version", "weights", "heads", "golden", "architecture"])
def test_a_missing_field_is_named(field: str) -> None:
    card = {key: value for key, value in CARD.items() if key != field}
    with pytest.raises(CardError, match=f"lacks '{field}'"):
        parse_attributes_card(card)


def test_no_object_is_no_card() -> None:
    with pytest.raises(CardError):
        parse_attributes_card([])
