"""Trials of cropping: a planted scene, its crop field, and the boxes to choose from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.contracts.crops import Aspect, CropAsk
from ml.contracts.files import replace_file
from ml.crop.candidates import Boxes, candidates
from ml.crop.field import CropField
from ml.crop.rank import to_shares
from ml.evaluation.cropping_metrics import overlap
from ml.evaluation.cropping_pictures import CropPicture
from ml.evaluation.cropping_scenes import Scene, Surroundings, planted_scene
from ml.evaluation.cropping_views import random_parts, shifted_within

Shares = NDArray[np.float64]

SIDE = 640  # pictures are planted no larger
RIVALS = 3  # views beside the planted one
_NEAR = 0.85  # a shifted view that overlaps more is no rival


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One scene. ``kind`` None: the picture as it is, without surroundings.

    ``planted`` (4,) and ``rivals`` (K, 4), views that should lose to it, perhaps none: shares.
    ``boxes``: candidates in pixels of the planted picture's shape; of a whole picture none.
    """

    picture: CropPicture
    kind: Surroundings | None
    image: Image.Image
    planted: Shares
    rivals: Shares
    boxes: Boxes
    field: CropField

    @property
    def shares(self) -> Shares:
        """(N, 4) candidates as shares of the scene."""
        return to_shares(self.boxes, *self.image.size)


@dataclass(frozen=True, slots=True)
class Lookout:
    """What looks at pictures: ``look``, and ``name``, which tells it apart from any other."""

    look: Callable[[Image.Image], CropField]
    name: str


def trials(
    pictures: Sequence[CropPicture],
    kinds: Sequence[Surroundings | None],
    lookout: Lookout,
    *,
    seed: int,
    cache: Path | None,
) -> Iterator[Trial]:
    """Each picture in each kind once, one after the other; ``cache`` keeps their fields.

    The same seed gives the same scenes and views, whatever the pictures are looked at with.
    """
    for number, picture in enumerate(pictures):
        original = picture.opened(SIDE)
        other = pictures[(number + 1 + len(pictures) // 2) % len(pictures)].opened(SIDE)
        for kind in kinds:
            place = list(Surroundings).index(kind) if kind else len(Surroundings)
            generator = np.random.default_rng((seed, number, place))
            scene = (
                planted_scene(original, kind, other, seed=(seed, number, place)) if kind else None
            )
            yield _trial(picture, original, scene, lookout, generator, cache=cache)


def _trial(
    picture: CropPicture,
    original: Image.Image,
    scene: Scene | None,
    lookout: Lookout,
    generator: np.random.Generator,
    *,
    cache: Path | None,
) -> Trial:
    image = scene.image if scene else original
    planted = scene.shares if scene else np.array([0.0, 0.0, 1.0, 1.0])
    field = _remembered(image, lookout, cache)
    if scene is None:
        rivals = random_parts(planted[None], RIVALS, generator)[0]
        return Trial(picture, None, image, planted, rivals, np.empty((0, 4), np.int64), field)
    shifted = shifted_within(planted[None], 4 * RIVALS, generator)[0]
    rivals = shifted[overlap(shifted, planted) < _NEAR][:RIVALS]
    ask = CropAsk(aspect=Aspect(scene.planted.width, scene.planted.height))
    boxes = candidates(*image.size, ask).boxes
    return Trial(picture, scene.kind, image, planted, rivals, boxes, field)


def _remembered(image: Image.Image, lookout: Lookout, cache: Path | None) -> CropField:
    if cache is None:
        return lookout.look(image)
    name = sha256(lookout.name.encode() + image.tobytes()).hexdigest()[:32]
    path = cache / f"field-{name}.bin"
    if path.is_file():
        return CropField.decode(path.read_bytes())
    field = lookout.look(image)
    replace_file(path, field.encode())
    # As it comes back, so that a second run sees the same numbers.
    return CropField.decode(field.encode())
