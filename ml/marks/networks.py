"""Networks that lie as files in installed packages, compiled by OpenVINO on the CPU."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
Compiled = Callable[..., list[Planes]]  # one array for each input


class MarksUnavailableError(RuntimeError):
    """A network cannot be had; the operator installs the package that the message names."""


@dataclass(frozen=True, slots=True)
class PackagedNetwork:
    """A file inside a package, known by its SHA-256."""

    package: str  # as it is imported
    file: str
    digest: str


def compiled(network: PackagedNetwork, *, threads: int) -> Compiled:
    """The network as a function of its inputs; one call at a time.

    The package is not imported: its code wants more than its file does. Raises
    MarksUnavailableError.
    """
    path = _located(network)
    # By name: optional, and it takes memory that a process without marks should not spend.
    library: Any = import_module("openvino") if find_spec("openvino") else None
    if library is None:
        raise MarksUnavailableError("the package openvino is not installed")
    hints = {
        "INFERENCE_PRECISION_HINT": "f32",  # the same marks on every CPU
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # other processes live on these cores too
    }
    try:
        model = library.Core().compile_model(str(path), "CPU", hints)
    except RuntimeError as error:
        raise MarksUnavailableError(f"openvino refuses {network.file}: {error}") from error

    def run(*planes: Planes) -> list[Planes]:
        return [np.array(value) for value in model(list(planes)).values()]

    return run


def _located(network: PackagedNetwork) -> Path:
    spec = find_spec(network.package)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise MarksUnavailableError(f"the package {network.package} is not installed")
    path = Path(folders[0]) / network.file
    if not path.is_file():
        raise MarksUnavailableError(f"the package {network.package} has no {network.file}")
    if sha256(path.read_bytes()).hexdigest() != network.digest:
        raise MarksUnavailableError(f"{network.file} of {network.package} is another version")
    return path
