"""The door to the sandbox that edits: a picture's bytes and a recipe in, the edited picture out."""

from typing import BinaryIO

from ml.contracts.edits import Edits
from webapp.catalogue.validation import ImageLimits
from workers.runtime.imaging.framing import Request, decode_exported
from workers.runtime.imaging.renderer import Door
from workers.runtime.imaging.results import EXPORTING, Exported, SandboxLimits, Wants


class Exporter(Door):
    """Edits whole pictures in a sandbox of its own, which alone has numpy."""

    program = "export_zygote"

    def __init__(self, *, sandbox: SandboxLimits = EXPORTING) -> None:
        super().__init__(sandbox=sandbox)

    def export(self, data: bytes | BinaryIO, *, edits: Edits, limits: ImageLimits) -> Exported:
        """Decode the whole picture and edit it. Raises what `Renderer.render` raises."""
        request = Request(Wants((), thumbhash=False), limits, self._limits, edits)
        return self.answered(data, request, decode_exported)
