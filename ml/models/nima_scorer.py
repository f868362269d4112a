"""A NIMA that was trained as a whole, served as a scorer of one crowd."""

from collections.abc import Sequence

from torch import Tensor, nn

from ml.contracts.recipe import Pooling
from ml.models.backbone import create_backbone
from ml.models.nima import NimaNetwork
from ml.models.registry import register
from ml.models.scoring_network import ScoringNetwork

ARCHITECTURE = "nima-scorer"


class NimaScorer(ScoringNetwork):
    """The network answers for its only panel; all of it, backbone included, is in its file."""

    def __init__(self, network: NimaNetwork, *, panels: Sequence[str]) -> None:
        """Raises ValueError for any number of panels but one."""
        super().__init__([network.backbone], panels=panels)
        if len(panels) != 1:
            raise ValueError(f"a NIMA answers for one panel, not {len(panels)}")
        self.network = network

    @property
    def taught(self) -> nn.Module:
        """Everything."""
        return self.network

    def pooled(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps of the backbone -> (B, features), standardised."""
        return self.network.pooled(list(stages))

    def judge(self, features: Tensor, panel: str) -> Tensor:
        """(B, features) -> (B, 10), rows sum to 1. Raises UnknownPanelError."""
        self.number_of(panel)
        return self.network.logits(features).softmax(dim=1)


@register(ARCHITECTURE)
def nima_scorer(
    *, pretrained: bool, backbone: str, panels: Sequence[str], pooling: str = Pooling.STAGES
) -> NimaScorer:
    """A NIMA on a backbone by name. ``pretrained`` changes nothing: its file fills all of it."""
    del pretrained
    return NimaScorer(NimaNetwork(create_backbone(backbone, None), pooling=pooling), panels=panels)
