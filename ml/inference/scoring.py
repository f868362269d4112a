"""Load a scorer from its weights and card, and judge pictures with it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ml.contracts.card import ScorerCard, check_digest, read_card
from ml.contracts.results import ScoreResult
from ml.data.transforms import to_pixels
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import check_distribution, golden_picture
from ml.models.registry import create
from ml.models.scorer import HEAD_PREFIX, Scorer
from ml.models.weights import WeightsError

CPU_BATCH = 8
ACCELERATOR_BATCH = 64


class LoadedScorer:
    """A scorer ready to serve: frozen, on its device, checked against its golden picture."""

    def __init__(self, network: Scorer, card: ScorerCard, *, device: torch.device) -> None:
        self._network = frozen(network, device=device)
        self._card = card
        self._device = device
        self._batch = CPU_BATCH if device.type == "cpu" else ACCELERATOR_BATCH

    @property
    def version(self) -> str:
        return self._card.version

    @property
    def digest(self) -> str:
        """sha256 of the weights file."""
        return self._card.sha256

    def predict_batch(self, images: Sequence[Image.Image]) -> list[ScoreResult]:
        """Judge pictures of any size and mode, in order. Any number of them.

        Raises UnusablePictureError for an object without pixels.
        """
        return [
            ScoreResult.from_distribution(row, half_width=self._card.half_width)
            for chunk in self._chunks(images)
            for row in self._distributions(chunk).tolist()
        ]

    def check_golden(self) -> None:
        """Raises GoldenMismatchError when this machine does not reproduce the card."""
        golden = self._card.golden
        picture = golden_picture(seed=golden.seed, side=golden.side)
        actual = self._distributions([picture])[0].tolist()
        check_distribution(actual, expected=golden.distribution, tolerance=golden.tolerance)

    def _chunks(self, images: Sequence[Image.Image]) -> Iterator[Sequence[Image.Image]]:
        for start in range(0, len(images), self._batch):
            yield images[start : start + self._batch]

    def _distributions(self, images: Sequence[Image.Image]) -> Tensor:
        """(len(images), 10), rows sum to 1."""
        pixels = to_pixels(images, side=self._card.input_side).to(self._device)
        return run_frozen(lambda batch: self._network(batch, self._card.panel), pixels)


def load_scorer(weights: Path, card: Path, *, device: torch.device | str) -> LoadedScorer:
    """Read, verify and warm up a scorer.

    Raises CardError, DigestMismatchError, WeightsError or GoldenMismatchError; after any of them
    nothing may be served from these files.
    """
    facts = read_card(card)
    check_digest(weights, expected=facts.sha256)
    network = create_scorer(facts)
    fill_heads(network, read_tensors(weights))
    loaded = LoadedScorer(network, facts, device=torch.device(device))
    loaded.check_golden()
    return loaded


def create_scorer(card: ScorerCard) -> Scorer:
    """The untrained network that ``card`` names, with its pretrained backbone."""
    network = create(card.architecture, pretrained=True, **card.options)
    if not isinstance(network, Scorer):
        raise WeightsError(f"{card.architecture} is no scorer")
    if card.panel not in network.heads:
        raise WeightsError(f"the card serves panel {card.panel}, which has no head")
    return network


def read_tensors(weights: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file. Raises WeightsError."""
    try:
        return load_file(weights, device="cpu")
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{weights.name} is no safetensors file: {error}") from error


def fill_heads(network: Scorer, tensors: Mapping[str, Tensor]) -> None:
    """Copy every head tensor into the network: all of them, no others, same shapes.

    Raises WeightsError.
    """
    expected = network.heads.state_dict(prefix=HEAD_PREFIX)
    if odd := set(expected) ^ set(tensors):
        raise WeightsError(f"tensors are missing or unexpected: {sorted(odd)[:4]}")
    for name, tensor in tensors.items():
        if tensor.shape != expected[name].shape:
            raise WeightsError(
                f"{name} has shape {tuple(tensor.shape)}, not {tuple(expected[name].shape)}"
            )
        if not bool(torch.isfinite(tensor).all()):
            raise WeightsError(f"{name} holds numbers that are not finite")
    plain = {name.removeprefix(HEAD_PREFIX): value.float() for name, value in tensors.items()}
    network.heads.load_state_dict(plain, strict=True)
