"""The generator as it will be served: averaged weights, steady statistics; grids and a curve."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ml.contracts.generation import histogram_of_dial
from ml.contracts.generator_card import DialRange
from ml.data.transforms import Squares
from ml.inference.generation import as_bytes
from ml.models.pfagan.conditioning import Condition
from ml.models.pfagan.generator import Generator
from ml.training.averaging import Averaged

STEADY_BATCHES = 16
STEADY_BATCH = 64
COLUMNS = 8
GRID_SEED = 20


def steady(
    generator: Generator, average: Averaged, condition: Condition, *, seed: int
) -> Generator:
    """A copy with averaged weights, its norms measured over many batches, in evaluation.

    "Standing statistics" of Brock et al. (2019), section 4.1: what a picture looks like must not
    depend on which others are made with it.
    """
    shown = copy.deepcopy(generator)
    with torch.no_grad():
        for name, value in shown.named_parameters():
            value.copy_(average.tensors[name])
    norms = [each for each in shown.modules() if isinstance(each, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over batches
    random = torch.Generator().manual_seed(seed)
    device = next(shown.parameters()).device
    shown.train()
    with torch.no_grad():
        for _ in range(STEADY_BATCHES):
            latents = torch.randn(STEADY_BATCH, shown.latent, generator=random)
            rows = torch.randint(len(condition.category), (STEADY_BATCH,), generator=random)
            shown(latents.to(device), condition.of(rows).to(device))
    return shown.eval().requires_grad_(False)


def shipped_tensors(generator: Generator) -> dict[str, Tensor]:
    """What a weights file holds: matrices in half precision, the rest as it is."""
    return {
        name: (value.half() if value.dim() > 1 else value.float()).cpu().contiguous()
        for name, value in generator.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def drawn_samples(
    generator: Generator, condition: Condition, *, seed: int, batch: int = STEADY_BATCH
) -> Squares:
    """One sample for each condition, from latents of one random state, (n, S, S, 3) bytes."""
    random = torch.Generator().manual_seed(seed)
    device = next(generator.parameters()).device
    made = []
    for rows in torch.split(torch.arange(len(condition.category)), batch):
        latents = torch.randn(len(rows), generator.latent, generator=random)
        with torch.inference_mode():
            pixels = generator(latents.to(device), condition.of(rows).to(device))
        made.append(as_bytes(pixels))
    return np.concatenate(made)


def grid_means(dial: DialRange) -> list[float]:
    """Mean scores that a grid asks for, from the low to the high end of the dial."""
    return [float(mean) for mean in np.linspace(dial.low, dial.high, COLUMNS)]


def grid_of(generator: Generator, dial: DialRange, *, seed: int = GRID_SEED) -> Image.Image:
    """A row for each category, the same latent at each of ``grid_means``."""
    steps = grid_means(dial)
    histograms = torch.tensor([histogram_of_dial(mean, dial.sd) for mean in steps])
    random = torch.Generator().manual_seed(seed)
    latents = torch.randn(generator.categories, 1, generator.latent, generator=random)
    device = next(generator.parameters()).device
    rows = []
    for category, latent in enumerate(latents):
        asked = Condition(torch.full((COLUMNS,), category), histograms).to(device)
        with torch.inference_mode():
            rows.append(as_bytes(generator(latent.expand(COLUMNS, -1).to(device), asked)))
    return tiled(rows)


def tiled(rows: Sequence[Squares]) -> Image.Image:
    """Rows of pictures (n, S, S, 3), all of one length, as one."""
    lines = [np.concatenate(list(row), axis=1) for row in rows]
    return Image.fromarray(np.concatenate(lines, axis=0))
