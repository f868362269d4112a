"""Load what looks at pictures for their crops. Imported by the child of the gpu worker only."""

from functools import partial

import torch
from PIL import Image

from ml.contracts.card import DigestMismatchError
from ml.crop.field import CropField
from ml.inference.cropping import LoadedCropper, load_cropper
from webapp.registry.models import ModelVersion
from workers.runtime import device, weights
from workers.runtime.loading import REFUSALS
from workers.runtime.models import CroppingModel, ModelUnusableError


class ServingCropper(CroppingModel):
    """A cropper on the device."""

    def __init__(self, version: ModelVersion, cropper: LoadedCropper, *, on: torch.device) -> None:
        super().__init__(version, device=device.describe(on))
        self._cropper = cropper

    def look(self, image: Image.Image) -> CropField | None:
        """None when the picture exceeds the memory."""
        return device.within_memory(partial(self._cropper.field, image))


def load_cropping(version: ModelVersion) -> CroppingModel:
    """Raises ModelUnusableError when the files are not those that were registered and measured."""
    device.use_cores()
    chosen = device.best()
    files = weights.files_of(version)
    try:
        cropper = load_cropper(
            files.weights, files.card, device=chosen, threads=torch.get_num_threads()
        )
        if cropper.digest != version.digest:
            raise DigestMismatchError(f"{files.weights.name} is not the registered version")
    except REFUSALS as error:
        raise ModelUnusableError(f"{version.name}: {error}") from error
    return ServingCropper(version, cropper, on=chosen)
