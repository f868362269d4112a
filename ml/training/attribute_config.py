"""Everything that decides the training of an attribute model."""

from dataclasses import dataclass

from ml.evaluation.report import THRESHOLD


@dataclass(frozen=True, slots=True)
class AttributeConfig:
    """The same config and data give the same heads.

    Of ``sides`` the input side is chosen, of ``penalties`` that of each head, and of ``strengths``
    and ``gammas`` those of the class head: all within training pictures. A head with fewer labels
    than ``few`` in its own data set is measured by ``repeats`` cross-validations of ``folds``
    parts, any other on the held-out split. One with fewer than ``least`` is not made.
    ``threshold`` parts high from low mean ratings.
    """

    architecture: str = "attribute-mapper"
    backbone: str = "lite0"
    sides: tuple[int, ...] = (224, 256)
    penalties: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
    strengths: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 0.1, 1.0)
    gammas: tuple[float, ...] = (0.5, 1.0, 2.0)
    threshold: float = THRESHOLD
    split_seed: int = 2024
    test_share: float = 0.2
    folds: int = 5
    repeats: int = 10
    few: int = 400
    least: int = 30
    seed: int = 1
    resamples: int = 1000
