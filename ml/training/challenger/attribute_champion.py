"""The attribute model that a new head is put on, and its own head where it has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from torch import Tensor

from ml.contracts.attributes_card import AttributesCard
from ml.contracts.retrain import RefusalCode
from ml.data.splits import Indices
from ml.inference.attributes import load_attribute_mapper
from ml.models.attribute_mapper import AttributeMapper, HeadSpec
from ml.training.attribute_ridge import Line
from ml.training.challenger.champion import learned_of
from ml.training.challenger.champion_files import champion_files
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.refusals import RunRefusedError
from ml.training.learned_pictures import PREFIX


@dataclass(frozen=True, slots=True, eq=False)
class AttributeChampion:
    """The served network. ``document``: its whole card, which ``card`` types."""

    network: AttributeMapper
    card: AttributesCard
    document: Mapping[str, Any]

    def place(self, key: str) -> int | None:
        """Which of its heads has the key."""
        return self.network.keys.index(key) if key in self.network.keys else None

    def knows(self, spec: HeadSpec) -> bool:
        """Whether it has a head of that key and range, so that it can be moved and beaten."""
        at = self.place(spec.key)
        return at is not None and self.network.heads[at] == spec

    def merge_line(self, spec: HeadSpec) -> Line | None:
        """Its head as z before the tanh, on merged features."""
        return self._line(spec, "merge", "weight", "bias")

    def awcu_line(self, spec: HeadSpec) -> Line | None:
        """Its row of AWCU's branch, on the pooled top map."""
        return self._line(spec, "awcu", "attribute_weight", "attribute_bias")

    def learned(self, key: str) -> tuple[frozenset[str], bool]:
        """How the digests begin of the pictures that its head learned from; whether of all."""
        at = self.place(key)
        return (frozenset(), True) if at is None else learned_of(self.document["heads"][at])

    def unseen(self, key: str, keys: tuple[str, ...], rows: Indices) -> Indices:
        """Those of ``rows`` whose pictures its head is not known to have learned from."""
        known, _ = self.learned(key)
        return rows[[keys[row][:PREFIX] not in known for row in rows.tolist()]]

    def _line(self, spec: HeadSpec, part: str, weight: str, bias: str) -> Line | None:
        at = self.place(spec.key)
        if at is None or not self.knows(spec):
            return None
        taught = self.network.taught[part]
        slope: Tensor = taught.get_buffer(weight)[at]
        return Line(slope.cpu().numpy().astype(np.float64), float(taught.get_buffer(bias)[at]))


def read_attribute_champion(folder: RunFolder) -> AttributeChampion:
    """Raises RunRefusedError: without an attribute model there is no network to look with."""
    found = champion_files(folder, partial(load_attribute_mapper, device="cpu"))
    if found is None:
        raise RunRefusedError(
            RefusalCode.CHAMPION_UNFIT,
            "No attribute model is served, so there is no network to put a head on.",
        )
    return AttributeChampion(*found)
