"""What a finished run left in its folder, read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.contracts.card import read_document, taking_fields
from ml.contracts.fields import mapping, number, rows, text, whole
from ml.contracts.generator_card import Conditioning
from ml.models.pfagan.generator import Generator
from ml.models.weights import fill, read_weight_file
from ml.training.generator.material import Material
from ml.training.generator.run import FACTS, WEIGHTS
from ml.training.resume import CheckpointError


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """``curve``: pictures shown and KID, in the space ``watched_in``. ``config``: of the run."""

    folder: Path
    config: Mapping[str, object]
    conditioning: Conditioning
    updates: int
    images: int
    wall_time_s: float
    machine: str
    material: str
    watched_in: str
    curve: Sequence[tuple[int, float]]

    @property
    def weights(self) -> Path:
        """The file that the run wrote."""
        return self.folder / WEIGHTS


def read_outcome(folder: Path) -> Outcome:
    """Raises CardError naming what is wrong with the run's facts."""
    facts = read_document(folder / FACTS)
    with taking_fields():
        config = mapping(facts["config"])
        return Outcome(
            folder=folder,
            config=config,
            conditioning=Conditioning(text(config["conditioning"])),
            updates=whole(facts["updates"], least=0),
            images=whole(facts["images"], least=0),
            wall_time_s=number(facts["wall_time_s"]),
            machine=text(facts["machine"]),
            material=text(facts["material"]),
            watched_in=text(facts["watched_in"]),
            curve=tuple(
                (whole(row["images"], least=0), number(row["kid"])) for row in rows(facts["curve"])
            ),
        )


def open_outcome(outcome: Outcome, material: Material) -> Generator:
    """The generator of a run, in evaluation. Raises WeightsError.

    Raises CardError for options that describe no network, CheckpointError when it learned from
    other pictures than the material's, whose judges would then know some of them.
    """
    if outcome.material != material.identity:
        raise CheckpointError(f"{outcome.folder} learned from other pictures or categories")
    with taking_fields():
        size, width, latent = (
            whole(outcome.config[name], least=1) for name in ("size", "width", "latent")
        )
        network = Generator(
            size=size,
            width=width,
            latent=latent,
            categories=len(material.semantics.names),
            conditioning=outcome.conditioning,
        )
    fill(network, read_weight_file(outcome.weights).tensors, name=str(outcome.folder))
    return network.eval().requires_grad_(False)
