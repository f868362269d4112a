"""Training objectives by name: logits over bins against voted shares, with a weight a row.

Every objective maps logits (B, K), target shares (B, K), rows summing to 1, and weights (B,) to
the weighted mean of its row losses, sum(w l) / sum(w). With weights from a panel's own spread or
number of votes, ``emd-r2`` is CADB's weighted EMD (Zhang, Niu and Zhang 2021, SAMP-Net).

========  =======================================================================================
emd-r1    earth mover's distance, r = 1: NIMA (Talebi & Milanfar 2018) equation 1
emd-r2    the same with r = 2 and the root, NIMA's and idealo's training loss
kl        KL(target || predicted), natural logarithm: cross-entropy less the votes' own entropy
chi2      sum_k (p - q)^2 / (p + q), the symmetric chi-square that Jin et al. (2016) regress by
eucl      sum_k (p - q)^2, the Euclidean loss of seed table APM's "-dist-Eucl"
mean      squared error of the mean score, in squared points of the scale of bins ("-mean")
binary    cross-entropy of "good", split at 5.5 on ten bins
========  =======================================================================================

The threshold of ``binary``: AVA calls a picture good when its mean is above 5 on votes 1..10. Ten
bins centred on 1..10 span 0.5..10.5, so that the middle of the scale is 5.5, and that is what
separates the bins 1..5 from 6..10. The target is the share of votes above the middle, which is
soft, and the prediction is the predicted share above it.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from ml.losses.emd import emd_per_row

Objective = Callable[[Tensor, Tensor, Tensor], Tensor]
RowLoss = Callable[[Tensor, Tensor], Tensor]
BINARY_THRESHOLD = 5.5
_TINY = 1e-12


class UnknownObjectiveError(LookupError):
    """No objective has that name: the recipe is wrong."""


def objective(name: str) -> Objective:
    """The weighted mean of the row losses called ``name``. Raises UnknownObjectiveError."""
    rows = row_loss(name)

    def weighted(logits: Tensor, target: Tensor, weights: Tensor) -> Tensor:
        losses = rows(logits, target)  # (B,)
        return (losses * weights).sum() / weights.sum()

    return weighted


def row_loss(name: str) -> RowLoss:
    """Logits (B, K), shares (B, K) -> losses (B,). Raises UnknownObjectiveError."""
    try:
        return _ROWS[name]
    except KeyError:
        raise UnknownObjectiveError(f"no objective {name}; there are {objectives()}") from None


def objectives() -> tuple[str, ...]:
    """All names, sorted."""
    return tuple(sorted(_ROWS))


def needs_spread(name: str) -> bool:
    """Whether the objective asks for the votes' spread, not for their mean alone."""
    return name != "mean"


def _emd_r1(logits: Tensor, target: Tensor) -> Tensor:
    return emd_per_row(torch.softmax(logits, dim=1), target, r=1)


def _emd_r2(logits: Tensor, target: Tensor) -> Tensor:
    return emd_per_row(torch.softmax(logits, dim=1), target, r=2)


def _kl(logits: Tensor, target: Tensor) -> Tensor:
    entropy = -torch.xlogy(target, target).sum(dim=1)
    crossed = -(target * functional.log_softmax(logits, dim=1)).sum(dim=1)
    return crossed - entropy


def _chi2(logits: Tensor, target: Tensor) -> Tensor:
    shares = torch.softmax(logits, dim=1)
    return ((shares - target).square() / (shares + target + _TINY)).sum(dim=1)


def _eucl(logits: Tensor, target: Tensor) -> Tensor:
    return (torch.softmax(logits, dim=1) - target).square().sum(dim=1)


def _mean(logits: Tensor, target: Tensor) -> Tensor:
    bins = torch.arange(1, logits.shape[1] + 1, device=logits.device, dtype=logits.dtype)
    return (torch.softmax(logits, dim=1) @ bins - target @ bins).square()


def _binary(logits: Tensor, target: Tensor) -> Tensor:
    """By log P(good) = logsumexp(upper half) - logsumexp(all), which cannot overflow."""
    first_good = int(BINARY_THRESHOLD)
    everything = torch.logsumexp(logits, dim=1)
    good = torch.logsumexp(logits[:, first_good:], dim=1) - everything
    bad = torch.logsumexp(logits[:, :first_good], dim=1) - everything
    voted_good = target[:, first_good:].sum(dim=1)
    return -(voted_good * good + (1 - voted_good) * bad)


_ROWS: dict[str, RowLoss] = {
    "emd-r1": _emd_r1,
    "emd-r2": _emd_r2,
    "kl": _kl,
    "chi2": _chi2,
    "eucl": _eucl,
    "mean": _mean,
    "binary": _binary,
}
