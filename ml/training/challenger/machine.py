"""Where a run computes, and what it may keep for the next one."""

from dataclasses import dataclass
from pathlib import Path

import torch

from ml.inference.features import SHIPPED
from ml.training.ddp import World

LOOKS = "looks.json"


@dataclass(frozen=True, slots=True)
class Machine:
    """``cache``: what runs share, None to keep nothing between them.

    ``judges``: frozen networks by whose features a generator's pictures are grouped and judged.
    """

    device: torch.device
    cache: Path | None
    world: World
    judges: tuple[str, ...] = SHIPPED

    @property
    def looks(self) -> Path | None:
        """The file that keeps what pictures look like."""
        return None if self.cache is None else self.cache / LOOKS
