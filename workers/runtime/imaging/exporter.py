"""The door to the sandbox that edits and cuts: a picture's bytes in, new pictures out."""

from collections.abc import Sequence
from typing import BinaryIO

from ml.contracts.edits import Edits
from webapp.catalogue.validation import ImageLimits
from webapp.cropping.sizes import Cut, FileFormat
from workers.runtime.imaging.framing import Request, decode_cut, decode_exported
from workers.runtime.imaging.renderer import Door
from workers.runtime.imaging.results import EXPORTING, Exported, SandboxLimits, Unrenderable, Wants


class Exporter(Door):
    """Edits and cuts whole pictures in a sandbox of its own, which alone has numpy."""

    program = "export_zygote"

    def __init__(self, *, sandbox: SandboxLimits = EXPORTING) -> None:
        super().__init__(sandbox=sandbox)

    def export(self, data: bytes | BinaryIO, *, edits: Edits, limits: ImageLimits) -> Exported:
        """Decode the whole picture and edit it. Raises what `Renderer.render` raises."""
        request = Request(Wants((), thumbhash=False), limits, self._limits, edits)
        return self.answered(data, request, decode_exported)

    def cut(
        self,
        data: bytes | BinaryIO,
        *,
        cuts: Sequence[Cut],
        file_format: FileFormat,
        limits: ImageLimits,
    ) -> tuple[bytes, ...]:
        """Decode the picture once and make a file of every cut, in their order.

        Raises what `Renderer.render` raises; Unrenderable also for files that are too large
        together (`crops_too_large`) and a box outside of the picture (`box_outside`).
        """
        nothing = Wants((), thumbhash=False)
        request = Request(nothing, limits, self._limits, cuts=tuple(cuts), cut_as=file_format)
        files = self.answered(data, request, decode_cut)
        if len(files) != len(cuts):
            raise Unrenderable("broken_image", "The picture confused its decoder.")
        return files
