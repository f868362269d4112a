"""The accelerator: the only file that names one."""

import os
from collections.abc import Callable
from typing import TypeVar

import torch

Result = TypeVar("Result")


def best() -> torch.device:
    """A GPU when this process can see one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def describe(device: torch.device) -> str:
    """What the jobs page shows."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'' if threads == 1 else 's'}"


def batch_size(device: torch.device) -> int:
    """How many pictures to judge at once: small on the CPU, where a batch holds up the next."""
    return 64 if device.type == "cuda" else 8


def use_cores() -> None:
    """As many threads as the launcher says, else one per core that this process may use."""
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(len(os.sched_getaffinity(0)))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a smaller batch may succeed."""
    if isinstance(error, MemoryError | torch.cuda.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def within_memory(compute: Callable[[], Result]) -> Result | None:
    """The result; None when it does not fit into the memory, whose caches are empty then."""
    try:
        return compute()
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
    free_memory()
    return None


def free_memory() -> None:
    """Give cached blocks back, so that a smaller batch finds room."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
