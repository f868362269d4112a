"""A panel ready for training: its features, its votes and its split, in one place."""

from dataclasses import dataclass

import numpy as np
import torch

from ml.contracts.config import TrainConfig
from ml.data.samples import Panel
from ml.data.splits import Indices, Split, holdout
from ml.evaluation.metrics import Array
from ml.inference.frozen import frozen, run_frozen
from ml.layers.distribution_head import DistributionHead
from ml.training.features import Features, PanelFeatures
from ml.training.head_fit import Votes


@dataclass(frozen=True, slots=True)
class ReadyPanel:
    """``shares``: (n, 10). ``split`` keeps a test set that nothing is tuned on."""

    panel: Panel
    features: PanelFeatures
    shares: Array
    split: Split

    @property
    def name(self) -> str:
        return self.panel.name

    def votes(self, rows: Indices) -> Votes:
        """Both views of the pictures in ``rows``."""
        both = np.concatenate([self.features.upright[rows], self.features.mirror[rows]])
        shares = np.concatenate([self.shares[rows], self.shares[rows]])
        return Votes(features=both, shares=shares.astype(np.float32))


def ready_panel(panel: Panel, features: PanelFeatures, config: TrainConfig) -> ReadyPanel:
    """Map the votes to ten bins and set the test pictures aside."""
    shares = np.array([picture.distribution for picture in panel.pictures])
    split = holdout(len(shares), seed=config.split_seed, share=config.test_share)
    return ReadyPanel(panel=panel, features=features, shares=shares, split=split)


def predict_rows(head: DistributionHead, features: Features) -> Array:
    """(n, F) upright features -> (n, 10) shares, as the served model gives them."""
    judged = run_frozen(frozen(head, device=torch.device("cpu")), torch.from_numpy(features))
    shares: Array = judged.double().numpy()
    return shares
