"""Write weights and card so that a reader sees both complete or neither."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from ml.contracts.card import parse_card
from ml.models.scorer import HEAD_PREFIX, Scorer


def head_tensors(network: Scorer) -> dict[str, Tensor]:
    """What is shipped: the heads, matrices in half precision, everything else in single."""
    return {
        name: (value.half() if value.ndim == 2 else value.float()).contiguous()
        for name, value in network.heads.state_dict(prefix=HEAD_PREFIX).items()
    }


def pack(tensors: Mapping[str, Tensor]) -> bytes:
    """The bytes of a safetensors file; equal tensors give equal bytes."""
    return save(dict(tensors))


def round_heads(network: Scorer) -> None:
    """Give the network the numbers a reader of the shipped file will have."""
    shipped = head_tensors(network)
    rounded = {name.removeprefix(HEAD_PREFIX): value.float() for name, value in shipped.items()}
    with torch.no_grad():
        network.heads.load_state_dict(rounded, strict=True)


def write_checkpoint(
    folder: Path, *, name: str, weights: bytes, card: Mapping[str, object]
) -> tuple[Path, Path]:
    """Write ``name``.safetensors and then ``name``.json, each by an atomic rename.

    The card names the digest of the weights, so a crash between the two is noticed by the
    loader. Raises CardError for a card that the loader would refuse.
    """
    parse_card(dict(card))
    folder.mkdir(parents=True, exist_ok=True)
    weights_path = folder / f"{name}.safetensors"
    card_path = folder / f"{name}.json"
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    _replace(weights_path, weights)
    _replace(card_path, text.encode())
    return weights_path, card_path


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
