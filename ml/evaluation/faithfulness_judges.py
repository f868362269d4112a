"""The answers that the maps claim to explain, for many pictures at once."""

from collections.abc import Iterator

import numpy as np
import torch

from ml.contracts.attributes import OVERALL
from ml.contracts.explanations import MapKind
from ml.data.transforms import Squares
from ml.evaluation.faithfulness_curves import Judge
from ml.evaluation.metrics import Array, mean_scores
from ml.inference.runtimes.base import Runtime
from ml.models.attribute_mapper import AttributeMapper
from ml.models.awcu import HIGH

BATCH = 8
SCORER_KINDS = frozenset({MapKind.GRADIENT, MapKind.RAISE, MapKind.LOWER})


def scorer_judge(runtime: Runtime) -> Judge:
    """Squares of the scorer's side -> (n, 1), the mean that the scorer expects."""

    def judge(squares: Squares) -> Array:
        shares = np.concatenate(runtime.run(_chunks(squares, runtime.micro_batch)))
        return mean_scores(shares.astype(np.float64))[:, None]

    return judge


def mapper_judge(mapper: AttributeMapper) -> Judge:
    """Squares of the mapper's side -> (n, 2 K + 1): merge heads, high class, AWCU's heads.

    Heads are in shares of their ranges, so that attributes on different scales can be added.
    """
    low = torch.tensor([head.low for head in mapper.heads])
    span = torch.tensor([head.high - head.low for head in mapper.heads])
    device = mapper.merge_weight.device

    def judge(squares: Squares) -> Array:
        rows: list[Array] = []
        for chunk in _chunks(squares, BATCH):
            pixels = torch.from_numpy(chunk).to(device).permute(0, 3, 1, 2).float()
            with torch.no_grad():
                said = mapper(pixels)
            heads, awcu = ((part.cpu() - low) / span for part in (said.values, said.awcu_values))
            high = said.class_shares[:, HIGH : HIGH + 1].cpu()
            rows.append(torch.cat([heads, high, awcu], dim=1).double().numpy())
        return np.concatenate(rows)

    return judge


def column(kind: MapKind, key: str, keys: tuple[str, ...]) -> int:
    """Which answer of its judge a map explains; ``keys`` are the mapper's heads."""
    if kind in SCORER_KINDS:
        return 0
    if kind is MapKind.AESAM:
        return len(keys)
    if kind is MapKind.ATTAM:
        return len(keys) + 1 + keys.index(key)
    return keys.index(OVERALL if kind is MapKind.BACKPROP else key)


def _chunks(squares: Squares, size: int) -> Iterator[Squares]:
    for start in range(0, len(squares), size):
        yield np.ascontiguousarray(squares[start : start + size])
