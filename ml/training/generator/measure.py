"""Measure one generator: make sheets of samples, let the judges speak."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ml.contracts.generation import histogram_of_dial
from ml.data.splits import Indices
from ml.data.transforms import Squares
from ml.evaluation.generation import (
    CategoryFigures,
    Figures,
    Ground,
    Trial,
    calibration,
    diversities,
    memories,
    obeyed,
    recognised,
)
from ml.evaluation.generation_page import sheet_name
from ml.evaluation.generation_sheets import category_sheet, dial_sheet, nearest_sheet
from ml.evaluation.generation_space import frechet, kid, kid_estimate
from ml.evaluation.metrics import Array
from ml.inference.features import FrozenFeatures
from ml.inference.generation import as_bytes, latent_of
from ml.models.pfagan.conditioning import Condition
from ml.models.pfagan.generator import Generator
from ml.training.generator.judges import Judges, trusted
from ml.training.generator.material import Material
from ml.training.generator.outcome import Outcome
from ml.training.generator.showing import drawn_samples

SETTINGS = 8
LATENTS = 16
FREE_SEED = 31


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """``sheet``: (categories, latents, settings, S, S, 3). ``free``: samples as people vote."""

    figures: Figures
    sheet: Squares
    free: Squares


def measure(
    outcome: Outcome,
    network: Generator,
    material: Material,
    judges: Judges,
    features: FrozenFeatures,
    *,
    title: str,
    version: str,
    latents: int = LATENTS,
    told: Callable[[str], None] = lambda _words: None,
) -> Measured:
    """Everything of ``Figures``. ``told`` hears what is being done."""
    told(f"{title}: samples for every category and setting of the dial")
    sheet = sheet_of(network, material, latents=latents)
    trial = judged_sheet(sheet, material, judges, features)
    told(f"{title}: samples as people vote")
    free, asked = _free_samples(network, material)
    placed = judges.space.place(features.of(free))
    held_out = judges.space.place(material.features[material.judged])
    learned = judges.space.place(material.features[material.learned])
    alike = _drawn(len(learned), len(held_out))
    fidelity, shuffled = obeyed(trial)
    right, majority = recognised(trial)
    figures = Figures(
        title=title,
        version=version,
        updates=outcome.updates,
        images=outcome.images,
        wall_time_s=outcome.wall_time_s,
        machine=outcome.machine,
        parameters=sum(each.numel() for each in network.parameters()),
        samples=len(free),
        sheet=len(trial.asked),
        obeyed=fidelity,
        shuffled=shuffled,
        settings=calibration(trial),
        recognised=right,
        majority=majority,
        kid=kid_estimate(placed, held_out),
        kid_real=kid_estimate(learned[alike], held_out),
        frechet=frechet(placed, held_out),
        frechet_real=frechet(learned[alike], held_out),
        memories=memories(placed, learned, held_out),
        by_category=_by_category(trial, placed, asked, material, judges),
    )
    return Measured(figures, sheet, free)


def ground_of(material: Material, judges: Judges) -> Ground:
    """What all figures stand on."""
    judge, head = trusted(judges, material)
    dial = material.dial()
    return Ground(
        data=sorted(set(material.squares.sources)),
        learned=len(material.learned),
        held_out=len(material.judged),
        side=material.side,
        space=material.space,
        components=judges.space.directions.shape[1],
        judge=judge,
        head=head,
        silhouettes=material.semantics.silhouettes,
        dial=(dial.low, dial.high, dial.sd),
    )


def sheets_of(measured: Measured, learned: Squares) -> dict[str, bytes]:
    """JPEG files by name. ``learned``: the pictures, in the order of the material's rows."""
    version, found = measured.figures.version, measured.figures.memories
    return {
        sheet_name(version, "dial"): dial_sheet(measured.sheet),
        sheet_name(version, "categories"): category_sheet(measured.sheet),
        sheet_name(version, "nearest"): nearest_sheet(measured.free, learned, found),
    }


def sheet_of(network: Generator, material: Material, *, latents: int) -> Squares:
    """Every category at every setting, the same latents for all."""
    dial = material.dial()
    steps = np.linspace(dial.low, dial.high, SETTINGS)
    histograms = torch.tensor([histogram_of_dial(mean, dial.sd) for mean in steps])
    device = next(network.parameters()).device
    rows = []
    for category in range(network.categories):
        for seed in range(latents):
            asked = Condition(torch.full((SETTINGS,), category), histograms).to(device)
            latent = latent_of(seed, network.latent).expand(SETTINGS, -1).to(device)
            with torch.inference_mode():
                rows.append(as_bytes(network(latent, asked)))
    return np.stack(rows).reshape(network.categories, latents, *rows[0].shape)


def judged_sheet(
    sheet: Squares, material: Material, judges: Judges, features: FrozenFeatures
) -> Trial:
    """What the judges say of a sheet."""
    categories, latents, settings = sheet.shape[:3]
    dial = material.dial()
    seen = features.of(sheet.reshape(-1, *sheet.shape[3:]))
    category, latent, setting = (
        each.ravel() for each in np.indices((categories, latents, settings))
    )
    return Trial(
        asked=np.linspace(dial.low, dial.high, settings)[setting],
        judged=judges.means(seen),
        category=category,
        told=judges.told(seen),
        latent=latent,
        vectors=judges.space.place(seen),
    )


def _free_samples(network: Generator, material: Material) -> tuple[Squares, Indices]:
    """As many samples as pictures are held out, asked for what those were judged to be."""
    asked = material.condition(material.judged)
    made = drawn_samples(network, asked, seed=FREE_SEED)
    return made, material.semantics.category[material.judged]


def _by_category(
    trial: Trial, placed: Array, asked: Indices, material: Material, judges: Judges
) -> tuple[CategoryFigures, ...]:
    every = judges.space.place(material.features)
    of = material.semantics.category
    learned = {
        number: every[material.learned[of[material.learned] == number]]
        for number in range(len(material.semantics.names))
    }
    spread = diversities(trial, learned)
    rows = []
    for number, category in enumerate(material.categories()):
        own = trial.of(number)
        held_out = every[material.judged[of[material.judged] == number]]
        rows.append(
            CategoryFigures(
                name=category.name,
                pictures=category.pictures,
                obeyed=obeyed(own)[0],
                recognised=recognised(own)[0],
                kid=_kid(placed[asked == number], held_out),
                spread=spread[number][0],
                spread_real=spread[number][1],
            )
        )
    return tuple(rows)


def _kid(samples: Array, held_out: Array) -> float | None:
    """None where a single picture is no set."""
    return kid(samples, held_out) if min(len(samples), len(held_out)) > 1 else None


def _drawn(count: int, wanted: int) -> Indices:
    """So many of ``count`` rows, without replacement."""
    random = np.random.default_rng(FREE_SEED)
    return random.choice(count, min(wanted, count), replace=False)
