"""Parts of the test pictures that a gain on all of them could hide a loss on.

Three are seen in the pictures: dark, monochrome, and portrait-like, which is a face that fills a
fiftieth of the picture. Two are seen in the votes: the lowest and the highest fifth, if there are
enough votes. The mean of a few is extreme by chance as often as by worth, and whoever foretells
the worth errs on it. The others are tags of the snapshot: photo or painting, each campaign, each
imported set.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2lab

from ml.contracts.files import replace_file
from ml.data.opening import open_picture
from ml.data.samples import VotedPicture
from ml.evaluation.gate_inputs import Mask
from ml.evaluation.metrics import Array
from ml.marks.faces import FACE_NETWORK, find_faces
from ml.marks.networks import Compiled, MarksUnavailableError, compiled

SIDE = 192  # the longest side that is looked at: what is found in it does not depend on the size
DARK = 0.33  # mean L* / 100; about a sixth of OASIS
GREY = 3.0  # mean CIE chroma; about a twentieth of OASIS
PORTRAIT = 0.02  # share of the picture that the largest face fills; about an eighth of OASIS
TAIL = 0.2
ENOUGH = 20  # votes of the median picture, for a fifth by votes to be one by worth
_VERSION = 1  # of kept looks: another one whenever what is measured changes
MEDIA: Mapping[str, str] = {"photo": "photos", "painting": "paintings"}


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture looks like.

    ``lightness``: mean L* / 100. ``chroma``: mean of CIE C*. ``face``: share that the largest face
    fills, None where faces cannot be found.
    """

    lightness: float
    chroma: float
    face: float | None


def slices_of(
    pictures: Sequence[VotedPicture],
    voted: Array,
    votes: Array,
    *,
    titles: Mapping[str, str],
    kept: Path | None = None,
) -> dict[str, tuple[str, Mask]]:
    """Title and (n,) membership of every slice by key, but for those that hold none or all.

    ``voted``: (n,) means of so many ``votes``, (n,). ``titles``: of tags. ``kept``: a file of looks
    by the keys of pictures, which is read and brought up to date. Raises OSError for a file that
    is no picture.
    """
    looks = _looks(pictures, kept)
    parts = {
        "dark": ("dark pictures", np.array([look.lightness < DARK for look in looks])),
        "monochrome": ("monochrome pictures", np.array([look.chroma < GREY for look in looks])),
        "portrait": ("portrait-like pictures", np.array([_portrait(look) for look in looks])),
        **(dict(_tails(voted)) if np.median(votes) >= ENOUGH else {}),
    }
    for tag, title in {**MEDIA, **titles}.items():
        parts[tag] = (title, np.array([tag in picture.tags for picture in pictures]))
    return {key: part for key, part in parts.items() if 0 < part[1].sum() < len(pictures)}


def _portrait(look: Look) -> bool:
    return look.face is not None and look.face >= PORTRAIT


def _tails(voted: Array) -> Iterator[tuple[str, tuple[str, Mask]]]:
    order = np.argsort(voted, kind="stable")
    count = round(len(voted) * TAIL)
    for key, title, places in (
        ("lowest", "the lowest fifth by votes", order[:count]),
        ("highest", "the highest fifth by votes", order[len(order) - count :]),
    ):
        mask = np.zeros(len(voted), dtype=np.bool_)
        mask[places] = True
        yield key, (title, mask)


def _looks(pictures: Sequence[VotedPicture], kept: Path | None) -> list[Look]:
    known = _read(kept) if kept is not None and kept.is_file() else {}
    missing = [picture for picture in pictures if picture.key not in known]
    network = _faces() if missing else None
    for picture in missing:
        known[picture.key] = look_at(open_picture(picture.path, SIDE), network)
    if kept is not None and missing and network is not None:
        rows = {key: asdict(look) for key, look in known.items()}
        document = {"version": _VERSION, "looks": rows}
        replace_file(kept, json.dumps(document, sort_keys=True).encode())
    return [known[picture.key] for picture in pictures]


def look_at(picture: Image.Image, network: Compiled | None) -> Look:
    """Look at a picture of any size. ``network``: that finds faces."""
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    pixels: NDArray[np.uint8] = np.asarray(small)
    lab = rgb2lab(pixels)
    face = None
    if network is not None:
        edges, _ = find_faces(pixels, network)
        areas = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
        face = float(areas.max(initial=0.0))
    return Look(
        lightness=float(lab[..., 0].mean()) / 100,
        chroma=float(np.hypot(lab[..., 1], lab[..., 2]).mean()),
        face=face,
    )


def _faces() -> Compiled | None:
    """None where the network cannot be had: then there is no slice of portraits."""
    try:
        return compiled(FACE_NETWORK, threads=1)
    except MarksUnavailableError:
        return None


def _read(path: Path) -> dict[str, Look]:
    """Nothing where the file is of another version or cannot be read: then we look again."""
    try:
        document = json.loads(path.read_bytes())
        if document["version"] != _VERSION:
            return {}
        return {key: Look(**fields) for key, fields in document["looks"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
