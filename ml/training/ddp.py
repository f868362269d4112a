"""Several processes that train one network: ``torchrun`` starts them, gloo adds their gradients.

Every process draws the same order of pictures and takes every ``size``-th row of each batch, so
that no picture is dropped, repeated or padded, and the last batch may be short. Row losses are
divided by the weight of the *whole* batch before the gradients are added up. The sum is then the
gradient of one process with the whole batch, even when shards differ in size or weight, which an
average over processes (``DistributedDataParallel``) would not be.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class World:
    """The place of this process: ``rank`` 0..size-1. Only rank 0 writes files."""

    rank: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        return self.rank == 0

    def own(self, rows: Rows) -> Rows:
        """Every ``size``-th row, from ``rank`` on; perhaps none."""
        return rows[self.rank :: self.size]

    def add_up(self, tensor: Tensor) -> None:
        """Replace ``tensor`` by its sum over all processes."""
        if self.size > 1:
            distributed.all_reduce(tensor)

    def wait(self) -> None:
        """Return when every process has come here."""
        if self.size > 1:
            distributed.barrier()

    def each_row(self, count: int, compute: Callable[[Rows], Tensor]) -> Tensor:
        """``compute`` rows 0..count-1, shared out among the processes; all get all of them.

        ``compute`` maps m rows to (m, ...), always of the same trailing shape.
        """
        everything = np.arange(count)
        if self.size == 1:
            return compute(everything)
        mine = self.own(everything)
        part = compute(mine if len(mine) else everything[:1])
        whole = torch.zeros((count, *part.shape[1:]), dtype=part.dtype)
        if len(mine):
            whole[torch.from_numpy(mine)] = part
        self.add_up(whole)
        return whole


@contextmanager
def joined(environment: Mapping[str, str]) -> Iterator[World]:
    """The world that ``torchrun`` describes in ``environment``; alone where it says nothing."""
    size = int(environment.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World()
        return
    distributed.init_process_group("gloo", init_method="env://")
    try:
        yield World(rank=distributed.get_rank(), size=size)
    finally:
        distributed.destroy_process_group()
