"""Measure one generator: make sheets of samples, let the judges speak."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ml.contracts.config import Estimate
from ml.data.splits import Indices
from ml.data.transforms import Squares
from ml.evaluation.gate_inputs import Mask
from ml.evaluation.generation import (
    CategoryFigures,
    Figures,
    Ground,
    Learning,
    Memories,
    Trial,
    likeness,
    mistaken,
    obedience,
    obeyed,
    recognised,
    share_near,
)
from ml.evaluation.generation_page import sheet_name
from ml.evaluation.generation_sheets import category_sheet, dial_sheet, nearest_sheet
from ml.evaluation.generation_space import diversity, kid
from ml.evaluation.metrics import Array
from ml.models.pfagan.generator import Generator
from ml.training.generator.judges import Judges, trusted
from ml.training.generator.material import Material
from ml.training.generator.outcome import Outcome
from ml.training.generator.sheets import free_samples, questions_of, sheet_of, trial_of

LATENTS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """``sheet``: (categories, latents, settings, S, S, 3). ``free``: samples as people vote.

    ``trial``: of the sheet; ``placed``: (n, d) of the others.
    """

    figures: Figures
    sheet: Squares
    free: Squares
    trial: Trial
    placed: Array


def measure(
    outcome: Outcome,
    network: Generator,
    material: Material,
    judges: Judges,
    *,
    title: str,
    version: str,
    latents: int = LATENTS,
    told: Callable[[str, int, int], None] = lambda _words, _done, _all: None,
) -> Measured:
    """Everything of ``Figures``. ``told`` hears what is being done, and how much of it is."""
    questions = questions_of(material, latents=latents)
    sheet = sheet_of(network, questions, questions.category)
    over_the_dial = partial(told, f"judging {title} over the dial")
    trial = trial_of(sheet, questions, judges, told=over_the_dial)
    asked = material.semantics.category[material.judged]
    free = free_samples(network, material, asked)
    as_people_vote = partial(told, f"judging {title} as people vote")
    placed = judges.space.place(judges.eyes.of(free, told=as_people_vote))
    near = likeness(placed, _learned(material, judges), held_out(material, judges))
    figures = Figures(
        title, version, _learning(outcome, network), obedience(trial),
        near, _by_category(trial, placed, asked, near.memories, material, judges),
    )  # fmt: skip
    shaped = sheet.reshape(questions.categories, latents, *sheet.shape[1:])
    return Measured(figures, shaped, free, trial, placed)


def held_out(material: Material, judges: Judges) -> Array:
    """(m, d) places of the pictures that were kept from the generator."""
    return judges.space.place(material.features[material.judged])


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
    """JPEG files by what they show. ``learned``: pictures, in the order of the material's rows."""
    return {
        "dial": dial_sheet(measured.sheet),
        "categories": category_sheet(measured.sheet),
        "nearest": nearest_sheet(measured.free, learned, measured.figures.likeness.memories),
    }


def named_sheets(measured: Measured, learned: Squares) -> dict[str, bytes]:
    """The same by the names of files of a page."""
    version = measured.figures.version
    found = sheets_of(measured, learned)
    return {sheet_name(version, what): content for what, content in found.items()}


def _learning(outcome: Outcome, network: Generator) -> Learning:
    return Learning(
        updates=outcome.updates,
        images=outcome.images,
        wall_time_s=outcome.wall_time_s,
        machine=outcome.machine,
        parameters=sum(each.numel() for each in network.parameters()),
    )


def _learned(material: Material, judges: Judges) -> Array:
    return judges.space.place(material.features[material.learned])


def _by_category(
    trial: Trial,
    placed: Array,
    asked: Indices,
    memories: Memories,
    material: Material,
    judges: Judges,
) -> tuple[CategoryFigures, ...]:
    """``placed``: (n, d) of samples as people vote, ``asked``: (n,) their categories."""
    places, of = judges.space.place(material.features), material.semantics.category
    rows = []
    for number, category in enumerate(material.categories()):
        learned, others = (
            places[some[of[some] == number]] for some in (material.learned, material.judged)
        )
        own, free = trial.of(number), asked == number
        rows.append(
            CategoryFigures(
                key=category.key, name=category.name, pictures=category.pictures,
                samples=len(own.asked), obeyed=obeyed(own)[0], recognised=recognised(own)[0],
                mistaken=mistaken(trial, number), kid=_kid(placed[free], others),
                near=_near(memories, free), spread=diversity(own.vectors),
                spread_real=diversity(learned),
            )
        )  # fmt: skip
    return tuple(rows)


def _near(memories: Memories, free: Mask) -> Estimate | None:
    """None where there are no samples."""
    return share_near(memories.nearest[free], memories.threshold) if free.any() else None


def _kid(samples: Array, real: Array) -> float | None:
    """None where a single picture is no set."""
    return kid(samples, real) if min(len(samples), len(real)) > 1 else None
