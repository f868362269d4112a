"""What a phase asks of the network: voted distributions, a teacher's semantics, or both.

APM (Murray and Gordo 2017, seed 004) first trains the network on the aesthetic pictures with the
softmax of an ImageNet classifier as soft targets (Hinton et al. 2014), then on the votes. How its
table's variants are read here, where the paper's code was not to be had:

``-ImN-dist``    ImageNet weights, then the distribution directly;
``-AVA-dist``    ImageNet weights, then the teacher's softmax on the aesthetic pictures, then the
                 distribution. Teacher is the untouched network on the whole picture, pupil the same
                 network on random cuts through its own 1000-way layer, which stays as it is: the
                 stage teaches the maps to say the same of a cut, and fits them to these pictures;
``-m``           mixed: the 1000-way layer is kept in the last stage and the teacher's softmax stays
                 a second target, (1 - s) distribution + s semantics;
``-mean``        squared error of the mean score in place of the distribution;
``-dist-Eucl``   Euclidean distance of shares in place of the distance of cumulated shares.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ml.losses.objectives import RowLoss, row_loss
from ml.models.nima import NimaNetwork

# (network, inputs of the rows, panel positions of the rows (B,)) -> losses (B,)
Task = Callable[[NimaNetwork, Tensor, Tensor], Tensor]


def distribution_from_features(shares: Tensor, objective: str) -> Task:
    """For the head phase: the inputs are features (B, F). ``shares``: (n, 10) of the panel."""
    rows_of = row_loss(objective)

    def losses(network: NimaNetwork, features: Tensor, rows: Tensor) -> Tensor:
        return rows_of(network.logits(features).float(), shares[rows])

    return losses


def distribution(shares: Tensor, objective: str) -> Task:
    """The inputs are pixels (B, 3, S, S)."""
    from_features = distribution_from_features(shares, objective)

    def losses(network: NimaNetwork, pixels: Tensor, rows: Tensor) -> Tensor:
        return from_features(network, network.features(pixels), rows)

    return losses


def semantics(teacher: Tensor) -> Task:
    """Hinton's distillation at temperature 1. ``teacher``: (n, 1000) softmax of the panel."""
    divergence = row_loss("kl")

    def losses(network: NimaNetwork, pixels: Tensor, rows: Tensor) -> Tensor:
        top = network.stages(pixels)[-1]
        return divergence(network.backbone.classify(top).float(), teacher[rows])

    return losses


def mixed(shares: Tensor, teacher: Tensor, objective: str, *, teacher_share: float) -> Task:
    """Both from one pass: (1 - s) distribution + s semantics, with s = ``teacher_share``."""
    rows_of: RowLoss = row_loss(objective)
    divergence = row_loss("kl")

    def losses(network: NimaNetwork, pixels: Tensor, rows: Tensor) -> Tensor:
        stages = network.stages(pixels)
        judged = rows_of(network.logits(network.pooled(stages)).float(), shares[rows])
        named = divergence(network.backbone.classify(stages[-1]).float(), teacher[rows])
        return (1 - teacher_share) * judged + teacher_share * named

    return losses


def teacher_softmax(network: NimaNetwork, pixels: Tensor) -> Tensor:
    """The soft targets of pictures seen whole: (B, 3, S, S) -> (B, 1000), rows sum to 1.

    Raises NoClassifierError where the backbone's weights came without a classifier.
    """
    return torch.softmax(network.backbone.classify(network.stages(pixels)[-1]).float(), dim=1)
