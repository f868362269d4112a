"""A panel ready for training: its features, its votes and its split, in one place."""

from dataclasses import dataclass

import numpy as np
import torch

from ml.contracts.config import TrainConfig
from ml.data.samples import Panel
from ml.data.splits import Indices, Split, held_out
from ml.evaluation.metrics import Array
from ml.inference.frozen import run_frozen
from ml.layers.kernel_head import KernelHead
from ml.training.features import Features, PanelFeatures
from ml.training.kernel_fit import CrowdVotes


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

    def votes(self, rows: Indices) -> CrowdVotes:
        """The pictures in ``rows``, as a head learns from them."""
        return CrowdVotes(
            upright=self.features.upright[rows],
            mirror=self.features.mirror[rows],
            shares=self.shares[rows],
            votes=np.array([sum(self.panel.pictures[row].counts) for row in rows]),
        )


def ready_panel(panel: Panel, features: PanelFeatures, config: TrainConfig) -> ReadyPanel:
    """Map the votes to ten bins and set the test pictures aside.

    Raises SpreadUnknownError for a panel of bare means, SplitLeakError when a picture would be
    both learned from and tested on.
    """
    panel.require_spread()
    shares = np.array([picture.distribution for picture in panel.pictures])
    split = held_out(panel, seed=config.split_seed, share=config.test_share)
    return ReadyPanel(panel=panel, features=features, shares=shares, split=split)


def predict_rows(head: KernelHead, features: Features, *, crowd: int) -> Array:
    """(n, F) upright features -> (n, 10) shares, as the served model gives them."""
    judged = run_frozen(lambda rows: head(rows, crowd), torch.from_numpy(features))
    shares: Array = judged.double().numpy()
    return shares
