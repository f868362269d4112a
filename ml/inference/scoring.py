"""Load a scorer from its weights and card, and judge pictures with it."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from ml.contracts.card import ScorerCard, check_digest, read_card
from ml.contracts.engine import Engine
from ml.contracts.results import ScoreResult
from ml.data.transforms import to_squares
from ml.inference.creation import create_named
from ml.inference.devices import open_device
from ml.inference.golden import GoldenMismatchError, check_distribution, golden_picture
from ml.inference.runtimes.base import Pictures, Runtime
from ml.inference.runtimes.choice import SelfTest, choose
from ml.models.scoring_network import ScoringNetwork
from ml.models.weights import WeightsError, fill, read_weight_file

logger = logging.getLogger(__name__)


class OnePanel(nn.Module):
    """A scorer that answers for one panel only: what an engine is given to run."""

    def __init__(self, network: ScoringNetwork, panel: str) -> None:
        super().__init__()
        self.network, self.panel = network, panel

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..255 -> (B, 10), rows sum to 1."""
        shares: Tensor = self.network(pixels, self.panel)
        return shares


class LoadedScorer:
    """A scorer ready to serve, on the engine that was asked for or won the self-test."""

    def __init__(
        self,
        network: ScoringNetwork,
        card: ScorerCard,
        *,
        device: torch.device,
        engine: Engine = Engine.TORCH,
        test: SelfTest | None = None,
    ) -> None:
        choice = choose(
            OnePanel(network, card.panel),
            side=card.input_side,
            device=device,
            engine=engine,
            test=test or SelfTest(bin_gap=card.golden.tolerance),
        )
        self._card = card
        self._runtime = choice.runtime

    @property
    def version(self) -> str:
        return self._card.version

    @property
    def digest(self) -> str:
        """sha256 of the weights file."""
        return self._card.sha256

    @property
    def input_side(self) -> int:
        """The side of the squares that the network looks at, in pixels."""
        return self._card.input_side

    @property
    def engine(self) -> str:
        """The name of the engine that runs the network."""
        return self._runtime.name

    @property
    def runtime(self) -> Runtime:
        """The engine with the network in it, for callers that have squares already."""
        return self._runtime

    def predict_batch(self, images: Sequence[Image.Image]) -> list[ScoreResult]:
        """Judge pictures of any size and mode, in order. Any number of them.

        Raises UnusablePictureError for an object without pixels.
        """
        return [
            ScoreResult.from_distribution(
                row,
                half_width_per_sd=self._card.half_width_per_sd,
                reference=self._card.reference,
            )
            for row in self._distributions(images)
        ]

    def check_golden(self) -> None:
        """Raises GoldenMismatchError when this machine does not reproduce the card."""
        golden = self._card.golden
        picture = golden_picture(seed=golden.seed, side=golden.side)
        actual = self._distributions([picture])[0]
        check_distribution(actual, expected=golden.distribution, tolerance=golden.tolerance)

    def _distributions(self, images: Sequence[Image.Image]) -> list[list[float]]:
        """Ten shares for each image. One batch is squeezed while the one before is computed."""
        shares = self._runtime.run(self._squares(images))
        return [row for batch in shares for row in batch.tolist()]

    def _squares(self, images: Sequence[Image.Image]) -> Iterator[Pictures]:
        step = self._runtime.micro_batch
        for start in range(0, len(images), step):
            yield to_squares(images[start : start + step], side=self._card.input_side)


def load_scorer(
    weights: Path, card: Path, *, device: torch.device | str, engine: Engine = Engine.TORCH
) -> LoadedScorer:
    """Read, verify and warm up a scorer. ``engine`` auto costs a self-test of about 3 s of a core.

    An engine that does not reproduce the golden picture gives way to torch.
    Raises DeviceUnavailableError, or CardError, DigestMismatchError, WeightsError or
    GoldenMismatchError; after any of these nothing may be served from the files.
    """
    network, facts = open_scorer(weights, card)
    place = open_device(device)
    loaded = LoadedScorer(network, facts, device=place, engine=engine)
    try:
        loaded.check_golden()
    except GoldenMismatchError as error:
        if loaded.engine == Engine.TORCH:
            raise
        logger.warning("%s gives way to torch: %s", loaded.engine, error)
        loaded = LoadedScorer(network, facts, device=place)
        loaded.check_golden()
    return loaded


def open_scorer(weights: Path, card: Path) -> tuple[ScoringNetwork, ScorerCard]:
    """The filled network and its card, checked but for the golden picture.

    Raises CardError, DigestMismatchError or WeightsError.
    """
    facts = read_card(card)
    check_digest(weights, expected=facts.sha256)
    network = create_scorer(facts)
    fill(network.taught, read_weight_file(weights).tensors, name=f"{facts.architecture}'s head")
    return network, facts


def create_scorer(card: ScorerCard) -> ScoringNetwork:
    """The untrained network that ``card`` names, with its pretrained backbone.

    Raises CardError for options that describe no network, WeightsError for another network.
    """
    network = create_named(
        card.architecture,
        card.options,
        ScoringNetwork,  # type: ignore[type-abstract]
        lack="is no scorer",
    )
    if card.panel not in network.panels:
        raise WeightsError(f"the card serves panel {card.panel}, which the scorer does not know")
    return network
