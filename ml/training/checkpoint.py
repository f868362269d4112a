"""Write weights and card so that a reader sees both complete or neither."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from ml.contracts.card import parse_card
from ml.contracts.files import replace_file
from ml.layers.kernel_head import KernelHead

# The two large matrices; halving them moves no mean by more than a thousandth.
HALVED = ("directions", "known")


def head_tensors(head: KernelHead) -> dict[str, Tensor]:
    """What is shipped: the head, its large matrices in half precision."""
    return {
        name: (value.half() if name in HALVED else value.float()).contiguous()
        for name, value in head.state_dict().items()
    }


def pack(tensors: Mapping[str, Tensor]) -> bytes:
    """The bytes of a safetensors file; equal tensors give equal bytes."""
    return save(dict(tensors))


def round_head(head: KernelHead) -> None:
    """Give the head the numbers that a reader of the shipped file will have."""
    head.load_state_dict({name: value.float() for name, value in head_tensors(head).items()})


def write_checkpoint(
    folder: Path, *, name: str, weights: bytes, card: Mapping[str, object]
) -> tuple[Path, Path]:
    """Write ``name``.safetensors and then ``name``.json, each by an atomic rename.

    The card names the digest of the weights, so a crash between the two is noticed by the
    loader. Raises CardError for a card that the loader would refuse.
    """
    parse_card(dict(card))
    weights_path = folder / f"{name}.safetensors"
    card_path = folder / f"{name}.json"
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    replace_file(weights_path, weights)
    replace_file(card_path, text.encode())
    return weights_path, card_path
