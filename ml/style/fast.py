"""Fast style transfer: one pass through a network that learned one style."""

from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from ml.contracts.card import check_digest
from ml.contracts.style_card import StyleCard, read_style_card
from ml.inference.devices import open_device
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import GoldenMismatchError, golden_picture
from ml.models.style_net import StyleNet
from ml.models.weights import fill, read_weight_file
from ml.style.pictures import as_picture, as_pixels

GOLDEN_SIDE = 64


@dataclass(frozen=True, slots=True, eq=False)
class FastStyle:
    """A verified network; ``card`` says whose style it paints."""

    network: StyleNet
    card: StyleCard

    def painted(self, content: Image.Image) -> Image.Image:
        """``content`` in RGB, in the network's style, of the same size."""
        return painted_by(self.network, content)


def load_fast(weights: Path, card: Path, *, device: torch.device | str = "cpu") -> FastStyle:
    """Read and verify.

    Raises CardError, DigestMismatchError, WeightsError, DeviceUnavailableError or
    GoldenMismatchError.
    """
    facts = read_style_card(card)
    check_digest(weights, expected=facts.sha256)
    network = StyleNet(filters=facts.filters, blocks=facts.blocks)
    fill(network, read_weight_file(weights).tensors, name=facts.version)
    loaded = FastStyle(frozen(network, device=open_device(device)), facts)
    found = golden_colours(loaded.network, seed=facts.golden.seed)
    gap = max(abs(a - b) for a, b in zip(found, facts.golden.colours, strict=True))
    if not gap <= facts.golden.tolerance:
        raise GoldenMismatchError(
            f"golden colours are off by {gap:.4g} (allowed {facts.golden.tolerance:g})"
        )
    return loaded


def painted_by(network: StyleNet, content: Image.Image) -> Image.Image:
    """The same by a frozen network without a card."""
    device = next(network.parameters()).device
    return as_picture(run_frozen(network, as_pixels(content).to(device)))


def golden_colours(network: StyleNet, *, seed: int) -> tuple[float, ...]:
    """Mean red, green and blue of the golden picture, painted."""
    device = next(network.parameters()).device
    pixels = as_pixels(golden_picture(seed=seed, side=GOLDEN_SIDE)).to(device)
    return tuple(float(value) for value in run_frozen(network, pixels)[0].mean(dim=(1, 2)))
