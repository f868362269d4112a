"""All kinds of maps of one picture, from one forward of each network."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from ml.contracts.attributes import OVERALL
from ml.contracts.explanations import MapKind
from ml.contracts.votes import BINS
from ml.data.transforms import to_pixels
from ml.explain.adversarial import heat, push
from ml.explain.class_maps import aesthetic_weight, class_maps
from ml.explain.gradient_maps import gradient_maps
from ml.explain.merge_maps import Terms, merge_maps
from ml.explain.visual_backprop import visual_backprop
from ml.models.attribute_mapper import Answers, AttributeMapper
from ml.models.scoring_network import ScoringNetwork

# Maps are drawn on a grid of the square's side over this: the finest that a tile of 64 cells can
# show of a square of 256, and the grids of all blocks are whole multiples of each other up to it.
GRID_STRIDE = 4


@dataclass(frozen=True, slots=True)
class Effort:
    """How much an adversarial map may cost and change.

    ``radius``: root mean square change, in levels of 0..255; ``steps``: gradients each way.
    """

    radius: float = 0.25
    steps: int = 2


@dataclass(frozen=True, slots=True)
class Sides:
    """The squares that the two networks look at, in pixels."""

    mapper: int
    scorer: int


@dataclass(frozen=True, slots=True, eq=False)
class DrawnMap:
    """``values``: (h, w), larger is stronger, 0 at the weakest place or above."""

    kind: MapKind
    key: str
    values: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One picture, as both networks saw it once.

    ``trail`` holds all maps of the mapper's backbone, ``blocks`` those that it answers from, both
    of ``seen``; ``stages`` those of all backbones of the scorer in a row, of ``judged``. Pictures
    are (1, 3, side, side) in 0..255.
    """

    seen: Tensor
    trail: Sequence[Tensor]
    blocks: Sequence[Tensor]
    answers: Answers
    judged: Tensor
    stages: Sequence[Tensor]


class Drawer:
    """Draws with a frozen mapper and a frozen scorer, as ``panel``; ``keys`` have own maps."""

    def __init__(
        self,
        mapper: AttributeMapper,
        scorer: ScoringNetwork,
        *,
        panel: str,
        keys: Sequence[str],
        sides: Sides,
        effort: Effort,
    ) -> None:
        """Raises ValueError for a key without a head."""
        self.keys = tuple(keys)
        if strangers := set(self.keys) - set(mapper.keys):
            raise ValueError(f"no heads of {sorted(strangers)}; there are {mapper.keys}")
        self._rows = [mapper.keys.index(key) for key in self.keys]
        self._mapper, self._scorer, self._panel = mapper, scorer, panel
        self._sides, self._effort = sides, effort
        self._methods: Mapping[MapKind, Callable[[Look], Iterator[DrawnMap]]] = {
            MapKind.MERGE: self._merge,
            MapKind.AESAM: self._aesam,
            MapKind.ATTAM: self._attam,
            MapKind.GRADIENT: self._gradient,
            MapKind.BACKPROP: self._backprop,
            MapKind.RAISE: self._adversarial,
        }

    def look(self, picture: Image.Image) -> Look:
        """Both forwards. Raises UnusablePictureError."""
        seen = self._pixels(picture, self._sides.mapper)
        judged = self._pixels(picture, self._sides.scorer)
        with torch.no_grad():
            trail = self._mapper.backbone.trail(seen)
            blocks = trail[-len(self._mapper.backbone.block_channels) :]
            answers = self._mapper.answer(blocks)
            stages = [part for net in self._scorer.backbones for part in net(judged)]
        return Look(seen, trail, blocks, answers, judged, stages)

    def draw(self, look: Look) -> list[DrawnMap]:
        """Every kind, in the order of ``MapKind``."""
        return [drawn for kind in self._methods for drawn in self.draw_kind(look, kind)]

    def draw_kind(self, look: Look, kind: MapKind) -> list[DrawnMap]:
        """The maps of one kind; raising and lowering are drawn together, under either name."""
        method = self._methods[MapKind.RAISE if kind is MapKind.LOWER else kind]
        with torch.no_grad():
            return list(method(look))

    def mean(self, pixels: Tensor) -> Tensor:
        """What the scorer expects: (B, 3, H, W) in 0..255 -> (B,), in points of 1 to 10."""
        return _mean(self._scorer(pixels, self._panel))

    def _pixels(self, picture: Image.Image, side: int) -> Tensor:
        return to_pixels([picture], side=side).to(self._mapper.merge_weight.device)

    def _merge(self, look: Look) -> Iterator[DrawnMap]:
        weight = self._mapper.merge_weight[self._rows]
        side = grid_side(self._sides.mapper)
        maps = merge_maps(look.blocks, weight, side=side, terms=Terms.SIGNED)
        return self._named(MapKind.MERGE, maps[0])

    def _aesam(self, look: Look) -> Iterator[DrawnMap]:
        maps = class_maps(look.blocks[-1], aesthetic_weight(self._mapper.class_weight))
        yield DrawnMap(MapKind.AESAM, OVERALL, above_weakest(maps[0, 0]))

    def _attam(self, look: Look) -> Iterator[DrawnMap]:
        weight = self._mapper.attribute_weight[self._rows]
        return self._named(MapKind.ATTAM, class_maps(look.blocks[-1], weight)[0])

    def _gradient(self, look: Look) -> Iterator[DrawnMap]:
        side = grid_side(self._sides.scorer)
        maps = gradient_maps(look.stages, self._mean_of_stages, side=side)
        yield DrawnMap(MapKind.GRADIENT, OVERALL, above_weakest(maps[0]))

    def _backprop(self, look: Look) -> Iterator[DrawnMap]:
        size = (look.seen.shape[2], look.seen.shape[3])
        maps = visual_backprop(look.trail, self._mapper.backbone.geometry, size=size)
        yield DrawnMap(MapKind.BACKPROP, OVERALL, maps[0])

    def _adversarial(self, look: Look) -> Iterator[DrawnMap]:
        signs = torch.tensor([1.0, -1.0], device=look.judged.device)
        found = push(
            self.mean,
            look.judged,
            signs=signs,
            radius=self._effort.radius,
            steps=self._effort.steps,
        )
        for kind, values in zip((MapKind.RAISE, MapKind.LOWER), heat(found.delta), strict=True):
            yield DrawnMap(kind, OVERALL, values)

    def _named(self, kind: MapKind, maps: Tensor) -> Iterator[DrawnMap]:
        """(K, h, w), one map for each key."""
        for key, values in zip(self.keys, maps, strict=True):
            yield DrawnMap(kind, key, above_weakest(values))

    def _mean_of_stages(self, stages: Sequence[Tensor]) -> Tensor:
        features = self._scorer.pooled(stages)
        return _mean(self._scorer.judge(features, self._panel))


def grid_side(side: int) -> int:
    """Cells along a map of a square of ``side`` pixels."""
    return max(1, side // GRID_STRIDE)


def above_weakest(values: Tensor) -> Tensor:
    """A signed map (h, w) counted from its least place.

    Cut at 0 instead, the order of all places that speak against would be lost, and with it, on
    training pictures, up to half of what deletion finds.
    """
    return values - values.min()


def _mean(shares: Tensor) -> Tensor:
    """(B, 10) -> (B,)."""
    bins = torch.arange(1, BINS + 1, dtype=shares.dtype, device=shares.device)
    return functional.linear(shares, bins)
