"""The state of a fit in one file, so that a killed run goes on where its last epoch ended."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ml.contracts.files import replace_file
from ml.training.progress import EpochRecord

_STATE = "state"


class CheckpointError(RuntimeError):
    """What an earlier run left is of another run or unreadable: delete it to start afresh."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Everything an interrupted fit needs.

    ``identity`` names recipe and data. ``phase`` and ``epoch`` count finished work: the next
    epoch is number ``epoch`` of phase number ``phase``. ``stale``: epochs since the best one.
    ``tensors`` holds network, optimiser, average, best weights and the random state.
    """

    identity: str
    phase: int
    epoch: int
    updates: int
    averaged: int
    stale: int
    best: float | None
    history: tuple[EpochRecord, ...]
    tensors: Mapping[str, Tensor]


def write_saved(path: Path, saved: Saved) -> None:
    """Replace ``path`` by one atomic rename: readers see the old state or the new one."""
    state = {key: value for key, value in _fields(saved).items() if key != "tensors"}
    state["history"] = [asdict(record) for record in saved.history]
    tensors = {name: value.detach().contiguous() for name, value in saved.tensors.items()}
    replace_file(path, save(tensors, metadata={_STATE: json.dumps(state)}))


def read_saved(path: Path, *, identity: str) -> Saved | None:
    """The state in ``path``, None when there is no such file. Raises CheckpointError."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as handle:
            state = json.loads((handle.metadata() or {})[_STATE])
            tensors = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118
        state["history"] = tuple(EpochRecord(**record) for record in state["history"])
        saved = Saved(**state, tensors=tensors)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is no checkpoint of a fit: {error}") from error
    if saved.identity != identity:
        raise CheckpointError(f"{path} is of a run with another recipe or other pictures")
    return saved


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under names that begin with ``prefix``."""
    return {f"{prefix}.{name}": value for name, value in tensors.items()}


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with ``prefix``, without it."""
    start = f"{prefix}."
    return {name[len(start) :]: value for name, value in tensors.items() if name.startswith(start)}


def _fields(saved: Saved) -> dict[str, object]:
    return {name: getattr(saved, name) for name in Saved.__slots__}
