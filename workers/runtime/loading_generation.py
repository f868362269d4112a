"""Load what makes pictures. Imported by the child of the gpu worker only."""

from collections.abc import Iterator
from functools import partial

import torch
from PIL import Image

from ml.contracts.card import DigestMismatchError
from ml.contracts.generation import LARGEST_SEED, histogram_of_dial
from ml.inference.generation import LoadedGenerator, Sample, load_generator
from webapp.generation.models import Generation, GenerationKind
from webapp.generation.wishes import dials
from webapp.registry.models import ModelVersion
from workers.runtime import device, weights
from workers.runtime.loading import REFUSALS
from workers.runtime.models import GeneratingModel, ModelUnusableError


class ServingGenerator(GeneratingModel):
    """A generator on the device."""

    def __init__(self, version: ModelVersion, generator: LoadedGenerator, *, on: torch.device):
        super().__init__(version, device=device.describe(on))
        self._generator = generator

    def pictures(self, wish: Generation, *, start: int) -> Iterator[Image.Image | None]:
        """None, and nothing more, when one exceeds the memory."""
        made = self._made(wish, start)
        while (sample := device.within_memory(partial(next, made, ()))) != ():
            yield None if sample is None else Image.fromarray(sample.pixels)
            if sample is None:
                return

    def _made(self, wish: Generation, start: int) -> Iterator[Sample]:
        generator = self._generator
        if wish.kind == GenerationKind.SWEEP:
            sd = generator.card.dial.sd
            asked = [histogram_of_dial(dial, sd) for dial in dials(wish.count)[start:]]
            return generator.sweep(
                category=wish.category, histograms=asked, seed=wish.seed,
                truncation=wish.truncation,
            )  # fmt: skip
        if wish.kind == GenerationKind.BETWEEN:
            assert wish.seed_to is not None
            return generator.between(
                category=wish.category, histogram=wish.histogram, first=wish.seed,
                last=wish.seed_to, steps=wish.count, start=start, truncation=wish.truncation,
            )  # fmt: skip
        return generator.samples(
            category=wish.category, histogram=wish.histogram,
            seed=(wish.seed + start) % (LARGEST_SEED + 1), truncation=wish.truncation,
            count=wish.count - start,
        )  # fmt: skip


def load_generating(version: ModelVersion) -> GeneratingModel:
    """Raises ModelUnusableError when the files are not those that were registered and measured."""
    device.use_cores()
    chosen = device.best()
    try:
        files = weights.files_of(version)
        generator = load_generator(files.weights, files.card, device=chosen)
        if generator.digest != version.digest:
            raise DigestMismatchError(f"{files.weights.name} is not the registered version")
    except REFUSALS as error:
        raise ModelUnusableError(f"{version.name}: {error}") from error
    return ServingGenerator(version, generator, on=chosen)
