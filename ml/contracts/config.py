"""What a training run is told, and what an evaluation reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that decides a training run. The same config and data give the same head.

    ``r`` is the exponent of the EMD loss. ``borrowed`` is the weight of pictures judged by
    another panel, whose votes help where a panel's own pictures are few. ``linear_share``
    of the result comes from a ridge regression with ``linear_penalty``. ``resamples`` sizes
    the bootstrap behind every reported interval.
    """

    architecture: str = "lite0-scorer"
    input_side: int = 224
    panel: str = "oasis"
    split_seed: int = 2024
    test_share: float = 0.2
    folds: int = 5
    seed: int = 1
    hidden: int = 256
    members: int = 1
    epochs: int = 20
    batch: int = 64
    learning_rate: float = 3e-4
    weight_decay: float = 0.1
    dropout: float = 0.5
    input_dropout: float = 0.2
    linear_share: float = 0.4
    linear_penalty: float = 1.0
    borrowed: float = 0.1
    r: int = 2
    resamples: int = 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval over pictures."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class EvalReport:
    """How well distributions were predicted on ``count`` pictures.

    ``srcc`` and ``plcc`` compare mean scores, ``spread_srcc`` the standard deviations of the
    votes; 0 for a constant. ``emd_r1`` and ``emd_r2`` follow equation 1 of NIMA, bins numbered
    1..10, the root of r = 2 taken; APM's CDLoss is ``emd_r2``. ``kl`` is in nats, from the votes
    to the prediction. ``mae`` is in points of 1-10, ``mse`` in their square. ``accuracy`` is that
    of high against low at ``threshold``, beside ``majority``, what calling all pictures alike
    would reach. ``range_ratio`` is the sd of predicted means over that of true means: below 1
    the scores bunch in the middle.
    """

    count: int
    srcc: Estimate
    plcc: Estimate
    mae: Estimate
    emd_r1: Estimate
    emd_r2: Estimate
    mse: Estimate
    kl: Estimate
    spread_srcc: Estimate
    range_ratio: Estimate
    accuracy: Estimate
    majority: Estimate
    threshold: float
