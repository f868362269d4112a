"""One run from folders of pictures to a weights file with its card."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.contracts.card import SCORE
from ml.contracts.config import TrainConfig
from ml.data.samples import Panel
from ml.data.transforms import to_pixels
from ml.inference.frozen import run_frozen
from ml.inference.golden import golden_picture
from ml.training.card import GOLDEN_SEED, GOLDEN_SIDE, write_card
from ml.training.checkpoint import head_tensors, pack, write_checkpoint
from ml.training.loop import TrainedScorer, train
from ml.training.measure import measure
from ml.training.progress import Callbacks, Progress


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a version is written, its name, the date its card states, and what it is for.

    ``kind``: one of ``SCORER_KINDS``.
    """

    folder: Path
    version: str
    created_at: str
    kind: str = SCORE


def train_and_ship(
    config: TrainConfig,
    panels: Sequence[Panel],
    *,
    destination: Destination,
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> tuple[Path, Path]:
    """Train, measure, and write weights and card to the destination. Returns both paths.

    Raises TrainingStoppedError before anything is written.
    """
    trained = train(config, panels, cache=cache, callbacks=callbacks)
    measures = measure(trained, config, callbacks)
    weights = pack(head_tensors(trained.network.head))
    card = write_card(
        trained,
        config,
        measures,
        kind=destination.kind,
        version=destination.version,
        created_at=destination.created_at,
        weights=weights,
        golden=_golden(trained, config),
    )
    return write_checkpoint(
        destination.folder, name=destination.version, weights=weights, card=card
    )


def _golden(trained: TrainedScorer, config: TrainConfig) -> list[float]:
    picture = golden_picture(seed=GOLDEN_SEED, side=GOLDEN_SIDE)
    pixels = to_pixels([picture], side=config.input_side)
    judged = run_frozen(lambda batch: trained.network(batch, config.panel), pixels)
    return [float(share) for share in judged[0]]
