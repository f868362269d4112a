"""Those who judge samples: heads that learned from pictures which the generator never met."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from ml.contracts.config import Estimate, TrainConfig
from ml.data.splits import Indices, TooFewPicturesError
from ml.evaluation.bootstrap import estimates, mean_of, rank_correlation_of
from ml.evaluation.generation_space import Space, space_of
from ml.evaluation.metrics import Array, mean_scores
from ml.inference.features import Features, FrozenFeatures
from ml.layers.kernel_head import KernelHead
from ml.training.generator.material import Material
from ml.training.kernel_fit import CrowdVotes, fit_kernel_head
from ml.training.panels import predict_rows

FEWEST_CATEGORIES = 2
_PATIENCE = 2000  # steps of the solver


@dataclass(frozen=True, slots=True, eq=False)
class Judges:
    """``space``: of all real pictures, without their scores. The heads know held-out ones only.

    ``eyes``: what they see by, which is what saw the real pictures.
    """

    eyes: FrozenFeatures
    space: Space
    head: KernelHead
    categories: LogisticRegression

    def means(self, features: Features) -> Array:
        """(n, F) -> (n,) mean scores that people would give, 1 to 10."""
        return mean_scores(predict_rows(self.head, features, crowd=0))

    def told(self, features: Features) -> Indices:
        """(n, F) -> (n,) the likeliest category."""
        found: Indices = self.categories.predict(self.space.place(features)).astype(np.intp)
        return found


def fit_judges(material: Material, eyes: FrozenFeatures) -> Judges:
    """From the held-out pictures alone, all crowds as one. ``eyes``: what saw the material.

    Raises TooFewPicturesError, KernelFitError.
    """
    rows = material.judged
    if len(np.unique(material.semantics.category[rows])) < FEWEST_CATEGORIES:
        raise TooFewPicturesError("the held-out pictures are all of one category: bring more")
    space = space_of(material.features)
    votes = CrowdVotes(
        upright=material.features[rows],
        mirror=material.mirrored[rows],
        shares=material.squares.histograms[rows].astype(np.float64),
        votes=material.squares.votes[rows],
    )
    head = fit_kernel_head([votes], head_config(material), widths=material.widths)
    told = LogisticRegression(max_iter=_PATIENCE, class_weight="balanced")
    told.fit(space.place(material.features[rows]), material.semantics.category[rows])
    return Judges(eyes, space, head, told)


def trusted(judges: Judges, material: Material) -> tuple[Estimate, Estimate]:
    """How good they are on real pictures of the generator: SRCC, and share of right categories."""
    rows = material.learned
    features = material.features[rows]
    voted = mean_scores(material.squares.histograms[rows].astype(np.float64))
    right = (judges.told(features) == material.semantics.category[rows]).astype(np.float64)
    found = estimates(
        {
            "judge": rank_correlation_of(judges.means(features), voted),
            "head": mean_of(right),
        },
        count=len(rows),
        groups=material.squares.groups[rows],
    )
    return found["judge"], found["head"]


def head_config(material: Material) -> TrainConfig:
    """As the shipped scorer is fitted; backbones of other numbers count alike."""
    standard = TrainConfig()
    if len(material.widths) == len(standard.backbone_shares):
        return standard
    count = len(material.widths)
    names = tuple(f"backbone {number}" for number in range(count))
    return TrainConfig(backbones=names, backbone_shares=(1.0 / count,) * count)
