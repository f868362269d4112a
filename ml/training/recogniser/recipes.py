"""The ways to a recogniser, each one step further on the way from nothing to art."""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """What is taught, and by what.

    ``SCRATCH``: a small network from random numbers. ``IMAGENET``: a linear head on frozen
    features. ``PHOTOS``: the end of the backbone, too. ``STYLES``: half of the lessons in the style
    of paintings. ``ADVERSARIAL``: beside that, features that do not tell photos from paintings.
    """

    SCRATCH = "from scratch"
    IMAGENET = "ImageNet"
    PHOTOS = "+ photos"
    STYLES = "+ style augmentation"
    ADVERSARIAL = "+ adversarial"


@dataclass(frozen=True, slots=True)
class RecogniserConfig:
    """All that decides a run.

    ``views``: of each photo, see ``ml.data.views``. An epoch draws as many pictures as there are,
    every class as often as another one, and ``none_share`` of them of none. ``domain_weight``: how
    strongly features unlearn the domain at the end (lambda of Ganin and Lempitsky 2015, eq. 14).
    ``positive``: how much more a class that is there weighs than one that is not.
    """

    backbone: str = "lite0"
    input_side: int = 224
    views: int = 2
    painting_views: int = 4
    head_epochs: int = 30
    epochs: int = 2
    small_epochs: int = 8
    batch: int = 64
    painting_batch: int = 24
    head_rate: float = 3e-3
    rate: float = 3e-4
    small_rate: float = 3e-3
    decay: float = 1e-2
    none_share: float = 0.2
    positive: float = 4.0
    domain_weight: float = 0.3
    split_seed: int = 2024
    seed: int = 1
