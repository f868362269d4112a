"""Whether a file says of itself that a model made it. Reads no pixels; knows nothing of Django."""

from typing import BinaryIO, Final

# IPTC Photo Metadata Standard 2023.1: Digital Source Type, a term of its controlled vocabulary.
DIGITAL_SOURCE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_REACH: Final = 256 * 1024  # metadata stand before the pixels, of WebP behind them


def says_generated(file: BinaryIO) -> bool:
    """Whether its metadata name a trained model as its source. The file is left at its start.

    Looks at both ends of a seekable file. Who takes the mark out is not found out.
    """
    mark = DIGITAL_SOURCE.encode()
    size = file.seek(0, 2)
    file.seek(0)
    found = mark in file.read(_REACH)
    if not found and size > _REACH:
        file.seek(max(size - _REACH, 0))
        found = mark in file.read(_REACH)
    file.seek(0)
    return found
