"""Earth mover's distance: the loss and the metric agree with the hand and with each other."""

import numpy as np
import pytest
import torch

from ml.evaluation import metrics
from ml.losses.emd import emd_per_row


def at(bin_: int) -> list[float]:
    return [1.0 if index == bin_ else 0.0 for index in range(1, 11)]


FLAT = [0.1] * 10
# By hand: between spikes at a and b the CDFs differ by 1 over |a - b| bins.
TABLE = [
    (at(1), at(1), 1, 0.0),
    (at(1), at(2), 1, 0.1),
    (at(1), at(2), 2, 0.1**0.5),
    (at(1), at(10), 1, 0.9),
    (at(1), at(10), 2, 0.9**0.5),
    (at(3), at(7), 1, 0.4),
    (FLAT, at(1), 1, 0.45),
    (FLAT, at(1), 2, 0.285**0.5),
]


@pytest.mark.parametrize(("p", "q", "r", "distance"), TABLE)
def test_loss_and_metric_match_the_hand(
    p: list[float], q: list[float], r: int, distance: float
) -> None:
    loss = emd_per_row(torch.tensor([p]), torch.tensor([q]), r=r)
    assert loss.item() == pytest.approx(distance, abs=2e-6)
    assert metrics.emd(np.array([p]), np.array([q]), r=r)[0] == pytest.approx(distance)


def test_the_loss_is_the_mean_over_rows() -> None:
    p = torch.tensor([at(1), at(1)])
    q = torch.tensor([at(2), at(4)])
    assert emd_per_row(p, q, r=1).mean().item() == pytest.approx(0.2)


def test_a_perfect_row_leaves_a_finite_gradient() -> None:
    p = torch.tensor([FLAT], requires_grad=True)
    emd_per_row(p, torch.tensor([FLAT]), r=2).mean().backward()
    assert p.grad is not None
    assert bool(torch.isfinite(p.grad).all())


@pytest.mark.parametrize("r", [0, 3])
def test_only_r_of_one_and_two_are_known(r: int) -> None:
    with pytest.raises(ValueError, match="r is 1 or 2"):
        emd_per_row(torch.tensor([FLAT]), torch.tensor([FLAT]), r=r)
    with pytest.raises(ValueError, match="r is 1 or 2"):
        metrics.emd(np.array([FLAT]), np.array([FLAT]), r=r)


def test_unlike_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="alike"):
        emd_per_row(torch.ones(2, 10), torch.ones(3, 10), r=2)
