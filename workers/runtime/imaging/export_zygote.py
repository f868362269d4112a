"""The parent of the sandbox that edits and cuts, as `zygote` is of the one that renders."""

import os
from io import BytesIO
from typing import BinaryIO

# Read by numpy's BLAS when it is first imported, and a thread a core would eat the memory limit.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# isort: split
from PIL import Image

from ml.contracts.edits import Edits
from webapp.catalogue.validation import ImageLimits
from workers.runtime.imaging import framing, zygote
from workers.runtime.imaging.cutting import cut
from workers.runtime.imaging.export import export

_EVERY_EDIT = Edits(exposure=0.1, contrast=0.1, straighten=1.0, vignette=0.1, dodge=0.1)


def main(descriptor: int) -> None:
    """Edit and cut pictures until the other end of the socket closes."""
    zygote.serve(descriptor, work=_export, warm_up=_warm_up)


def _export(request: framing.Request, file: BinaryIO) -> bytes:
    if request.cuts:
        made = cut(file, cuts=request.cuts, file_format=request.cut_as, limits=request.limits)
        return framing.encode_cut(made, request.cut_as)
    edits = request.edits or Edits()
    return framing.encode_exported(export(file, edits=edits, limits=request.limits))


def _warm_up() -> None:
    """What decodes and what edits: children can open no file."""
    zygote.warm_up()
    sample = BytesIO()
    Image.new("RGB", (8, 6)).save(sample, "PNG")
    export(sample, edits=_EVERY_EDIT, limits=ImageLimits(1 << 20, 1 << 20, 1 << 10))
