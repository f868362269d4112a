"""What a training run is told, and what an evaluation reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that decides a training run. The same config and data give the same head.

    ``backbone_shares`` say how much each backbone counts in how alike two pictures look, ``rank``
    how many principal components are compared, ``sharpness`` how fast likeness fades (1 over the
    median squared distance). ``kinship`` is how much the crowds are taken to agree, ``prior_votes``
    the noise of one vote (see ``ml.training.kernel_fit``). ``resamples`` sizes the bootstrap
    behind every reported interval; ``seed`` draws the folds in which rivals choose a penalty.
    """

    architecture: str = "scorer"
    backbones: tuple[str, ...] = ("lite0", "lite2")
    backbone_shares: tuple[float, ...] = (0.4, 0.6)
    input_side: int = 256
    rank: int = 256
    sharpness: float = 1.25
    kinship: float = 0.6
    prior_votes: float = 4.0
    panel: str = "oasis"
    split_seed: int = 2024
    test_share: float = 0.2
    folds: int = 5
    seed: int = 1
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
