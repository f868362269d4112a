"""Sheets of samples: every category at every setting of the dial, and samples as people vote."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ml.contracts.generation import histogram_of_dial
from ml.contracts.generator_card import DialRange
from ml.data.splits import Indices
from ml.data.transforms import Squares
from ml.evaluation.generation import Trial
from ml.evaluation.metrics import Array
from ml.inference.generation import as_bytes, latent_of
from ml.models.pfagan.conditioning import Condition
from ml.models.pfagan.generator import Generator
from ml.training.generator.judges import Judges
from ml.training.generator.material import Material
from ml.training.generator.showing import drawn_samples

SETTINGS = 8
FREE_SEED = 31


@dataclass(frozen=True, slots=True)
class Questions:
    """What a sheet asks: each row is one latent at every setting of the dial, low to high.

    ``categories`` have ``latents`` rows each, one category after the other; the number of a row is
    the seed of its latent.
    """

    categories: int
    latents: int
    dial: DialRange

    @property
    def rows(self) -> int:
        return self.categories * self.latents

    @property
    def means(self) -> Array:
        """(settings,) mean scores that are asked for."""
        return np.linspace(self.dial.low, self.dial.high, SETTINGS)

    @property
    def category(self) -> Indices:
        """(rows,) that each row asks for."""
        return np.arange(self.rows) // self.latents


def questions_of(material: Material, *, latents: int) -> Questions:
    """All categories over the dial of the pictures that were learned from."""
    return Questions(len(material.semantics.names), latents, material.dial())


def sheet_of(network: Generator, questions: Questions, category: Indices) -> Squares:
    """(rows, settings, S, S, 3). ``category``: (rows,) as this network numbers them."""
    sd = questions.dial.sd
    histograms = torch.tensor([histogram_of_dial(mean, sd) for mean in questions.means])
    device = next(network.parameters()).device
    rows = []
    for seed, number in enumerate(category.tolist()):
        asked = Condition(torch.full((SETTINGS,), number), histograms).to(device)
        latent = latent_of(seed, network.latent).expand(SETTINGS, -1).to(device)
        with torch.inference_mode():
            rows.append(as_bytes(network(latent, asked)))
    return np.stack(rows)


def trial_of(
    sheet: Squares,
    questions: Questions,
    judges: Judges,
    *,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Trial:
    """What the judges say of a sheet. Samples are of the category that the questions name."""
    seen = judges.eyes.of(sheet.reshape(-1, *sheet.shape[2:]), told=told)
    row, setting = (each.ravel() for each in np.indices(sheet.shape[:2]))
    return Trial(
        asked=questions.means[setting],
        judged=judges.means(seen),
        category=questions.category[row],
        told=judges.told(seen),
        latent=row,
        vectors=judges.space.place(seen),
    )


def free_samples(network: Generator, material: Material, category: Indices) -> Squares:
    """As many samples as pictures are held out, asked for what those were judged to be.

    ``category``: (held out,) as this network numbers them.
    """
    asked = Condition(
        torch.from_numpy(category).long(), material.condition(material.judged).histogram
    )
    return drawn_samples(network, asked, seed=FREE_SEED)
