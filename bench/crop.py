"""Crops ranked per second beside PyPI smartcrop, and what a new 12-megapixel picture costs.

`python -m bench.crop`. Both rank square crops of the same decoded picture, down to half of the
largest, on the processor; smartcrop looks at the picture again each time, as it keeps nothing.
"""

import argparse
import io
from collections.abc import Sequence

import torch
from PIL import Image
from smartcrop import SmartCrop

from bench.pictures import CAMERA, jpeg
from bench.scoring import fastest
from ml.contracts.builtin import BUILTIN_CROPPER
from ml.contracts.crops import Aspect, CropAsk
from ml.crop.candidates import candidates
from ml.crop.rank import rank
from ml.inference.cropping import LoadedCropper, load_cropper, look

SQUARE = CropAsk(aspect=Aspect(1, 1))
FREE = CropAsk()
ICON = (100, 100)  # smartcrop shrinks the picture until its smallest crop is about this large


def against_smartcrop(cropper: LoadedCropper, picture: Image.Image) -> None:
    """Rates with a field that is kept, as the product has it, and with one made each time."""
    width, height = picture.size
    field, finder = cropper.field(picture), SmartCrop()

    def smart() -> int:
        return len(finder.crop(picture, *ICON, min_scale=0.5, num_scale_steps=7)["crops"])

    theirs, ranking, making = fastest(
        [
            smart,
            lambda: rank(field, width=width, height=height, ask=SQUARE),
            lambda: cropper.field(picture),
        ]
    )
    baseline = smart() / theirs
    print(f"  smartcrop          {smart():4} crops {theirs * 1000:7.1f} ms {baseline:8.0f}/s")
    count = len(candidates(width, height, SQUARE).boxes)
    for what, seconds in (("field kept", ranking), ("field made first", making + ranking)):
        rate = count / seconds
        print(
            f"  {what:18} {count:4} crops {seconds * 1000:7.1f} ms {rate:8.0f}/s"
            f"   ratio {rate / baseline:.2f}"
        )


def new_picture(cropper: LoadedCropper, picture: Image.Image) -> None:
    """From decoded pixels to the five best of the grid-anchor rule, part by part."""
    width, height = picture.size
    field, side = cropper.field(picture), cropper.card.input_side
    network, whole, ranking = fastest(
        [
            lambda: look(cropper.network, picture, input_side=side),
            lambda: cropper.field(picture),
            lambda: rank(field, width=width, height=height, ask=FREE),
        ]
    )
    print(
        f"  {len(candidates(width, height, FREE).boxes)} grid anchors: ranking "
        f"{ranking * 1000:.1f} ms; with the view maps {(network + ranking) * 1000:.0f} ms; with "
        f"salience, faces and writing too {(whole + ranking) * 1000:.0f} ms"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    threads = torch.get_num_threads()
    cropper = load_cropper(
        BUILTIN_CROPPER.weights,
        BUILTIN_CROPPER.card,
        device=torch.device("cpu"),
        threads=threads,
    )
    picture = Image.open(io.BytesIO(jpeg(CAMERA, 1))).convert("RGB")
    print(f"\n{picture.width} x {picture.height} pixels, decoded; {threads} threads")
    against_smartcrop(cropper, picture)
    new_picture(cropper, picture)


if __name__ == "__main__":
    main()
