"""Make pictures with a generator from its weights and card, one by one, the same everywhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import acos, sin
from pathlib import Path

import torch
from torch import Tensor

from ml.contracts.card import CardError, check_digest
from ml.contracts.generation import LARGEST_SEED, histogram_of_dial
from ml.contracts.generator_card import DialRange, GeneratorCard, read_generator_card
from ml.data.transforms import Squares
from ml.inference.creation import create_named
from ml.inference.devices import open_device
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import GoldenMismatchError
from ml.inference.served import Served
from ml.models.pfagan.conditioning import Condition
from ml.models.pfagan.generator import Generator
from ml.models.weights import fill, read_weight_file

_STRAIGHT = 1e-4  # latents at a smaller angle are mixed in a straight line


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """``pixels``: (S, S, 3) RGB bytes. ``latent_seed``: asks for the same latent again."""

    pixels: Squares
    latent_seed: int


@dataclass(frozen=True, slots=True, eq=False)
class LoadedGenerator(Served[Generator, GeneratorCard]):
    """A verified generator. Latents are drawn on the CPU by their seed alone.

    So a sample depends on its category, histogram, latent seed and truncation, and on nothing that
    is made with it; on another device it is the same but for rounding.
    """

    def samples(
        self,
        *,
        category: str,
        histogram: Sequence[float],
        seed: int,
        truncation: float = 1.0,
        count: int = 1,
    ) -> Iterator[Sample]:
        """One by one; sample n has latent seed (seed + n) mod 2^32. Raises KeyError at the first.

        ``truncation`` scales the latents: nearer to 0, nearer to the average picture.
        """
        for number in range(count):
            latent_seed = (seed + number) % (LARGEST_SEED + 1)
            yield self._made(
                category, histogram, self._latent(latent_seed, truncation), latent_seed
            )

    def sweep(
        self,
        *,
        category: str,
        histograms: Sequence[Sequence[float]],
        seed: int,
        truncation: float = 1.0,
    ) -> Iterator[Sample]:
        """The same latent under one histogram after the other."""
        latent = self._latent(seed, truncation)
        for histogram in histograms:
            yield self._made(category, histogram, latent, seed)

    def between(
        self,
        *,
        category: str,
        histogram: Sequence[float],
        first: int,
        last: int,
        steps: int,
        start: int = 0,
        truncation: float = 1.0,
    ) -> Iterator[Sample]:
        """``steps`` pictures, at least 2, from one latent to another (Shoemake 1985).

        Each is called by the seed that it is nearer to; the first ``start`` are left out.
        """
        ends = self._latent(first, truncation), self._latent(last, truncation)
        for number in range(start, steps):
            way = number / (steps - 1)
            latent = slerp(*ends, way)
            yield self._made(category, histogram, latent, first if way < 0.5 else last)

    def check_golden(self) -> None:
        """Raises GoldenMismatchError when this machine does not reproduce the card."""
        golden = self.card.golden
        found = golden_colours(self.network, self.card.dial, golden.seeds)
        pairs = zip(found, golden.colours, strict=True)
        gap = max(abs(a - b) for one, two in pairs for a, b in zip(one, two, strict=True))
        if not gap <= golden.tolerance:
            raise GoldenMismatchError(
                f"golden colours are off by {gap:.4g} (allowed {golden.tolerance:g})"
            )

    def _latent(self, seed: int, truncation: float) -> Tensor:
        return latent_of(seed, self.network.latent) * truncation

    def _made(self, category: str, histogram: Sequence[float], latent: Tensor, seed: int) -> Sample:
        keys = [each.key for each in self.card.categories]
        if category not in keys:
            raise KeyError(category)
        return Sample(made_by(self.network, keys.index(category), histogram, latent), seed)


def latent_of(seed: int, count: int) -> Tensor:
    """(count,) standard normal numbers, the same for a seed on every machine."""
    return torch.randn(count, generator=torch.Generator().manual_seed(seed))


def slerp(start: Tensor, end: Tensor, way: float) -> Tensor:
    """sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b, w between them (Shoemake 1985, section 3).

    Of two (n,) latents; lengths are mixed along.
    """
    cosine = float(torch.dot(start, end) / (start.norm() * end.norm()))
    angle = acos(max(-1.0, min(1.0, cosine)))
    if sin(angle) < _STRAIGHT:
        return start + (end - start) * way
    return (start * sin((1 - way) * angle) + end * sin(way * angle)) / sin(angle)


def made_by(
    network: Generator, category: int, histogram: Sequence[float], latent: Tensor
) -> Squares:
    """(S, S, 3) bytes of one latent (n,)."""
    device = next(network.parameters()).device
    asked = Condition(torch.tensor([category]), torch.tensor([list(histogram)]).float())
    pixels = run_frozen(lambda batch: network(batch, asked.to(device)), latent[None].to(device))
    (picture,) = as_bytes(pixels)
    found: Squares = picture
    return found


def as_bytes(pixels: Tensor) -> Squares:
    """(B, 3, S, S) in -1..1 -> (B, S, S, 3) bytes."""
    scaled = ((pixels.float() + 1.0) * 127.5).round().clamp(0, 255).to(torch.uint8)
    found: Squares = scaled.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return found


def golden_colours(
    network: Generator, dial: DialRange, seeds: Sequence[int]
) -> tuple[tuple[float, ...], ...]:
    """Mean red, green and blue of samples of the first category at the middle of the dial."""
    histogram = histogram_of_dial((dial.low + dial.high) / 2, dial.sd)
    return tuple(
        tuple(
            float(value)
            for value in made_by(network, 0, histogram, latent_of(seed, network.latent)).mean(
                (0, 1)
            )
        )
        for seed in seeds
    )


def open_generator(weights: Path, card: Path) -> tuple[Generator, GeneratorCard]:
    """The filled network and its card, checked but for the golden colours.

    Raises CardError, DigestMismatchError or WeightsError.
    """
    facts = read_generator_card(card)
    check_digest(weights, expected=facts.sha256)
    network = create_named(facts.architecture, facts.options, Generator, lack="makes no pictures")
    if (network.size, network.latent, network.categories) != (
        facts.size,
        facts.latent,
        len(facts.categories),
    ):
        raise CardError(f"the network of {facts.version} is not the one that its card describes")
    fill(network, read_weight_file(weights).tensors, name=facts.version)
    return network, facts


def load_generator(
    weights: Path, card: Path, *, device: torch.device | str = "cpu"
) -> LoadedGenerator:
    """Read and verify a generator.

    Raises DeviceUnavailableError, or CardError, DigestMismatchError, WeightsError or
    GoldenMismatchError; after any of these nothing may be made by the files.
    """
    network, facts = open_generator(weights, card)
    loaded = LoadedGenerator(frozen(network, device=open_device(device)), facts)
    loaded.check_golden()
    return loaded
