"""A refined head says what its champion said, moved where the new votes say otherwise."""

import numpy as np
import pytest
import torch

from ml.data.splits import Indices
from ml.evaluation.metrics import Array, emd
from ml.layers.kernel_head import KernelHead
from ml.training.challenger.refine import Refiner
from ml.training.checkpoint import round_head
from ml.training.features import PanelFeatures
from ml.training.panels import predict_rows

COUNT = 120
EVERY = np.arange(COUNT)
SEEN, UNSEEN = EVERY[:90], EVERY[90:]


@pytest.fixture
def features() -> PanelFeatures:
    upright = np.random.default_rng(1).normal(size=(COUNT, 6)).astype(np.float32)
    return PanelFeatures(upright=upright, mirror=upright)


@pytest.fixture
def champion() -> KernelHead:
    """Of two crowds; the second is served."""
    generator = torch.Generator().manual_seed(2)
    head = KernelHead(6, panels=2, rank=4, support=8)
    for name in ("directions", "known"):
        head.get_buffer(name).copy_(torch.randn(head.get_buffer(name).shape, generator=generator))
    pull = torch.randn((2, 8, 10), generator=generator) * 0.02
    head.pull.copy_(pull - pull.mean(dim=2, keepdim=True))
    head.sharpness.fill_(0.1)
    round_head(head)
    return head


def votes_of(features: PanelFeatures, *, shift: float = 0.0) -> Array:
    """(COUNT, 10) shares around means that follow the first feature."""
    means = 5.5 + shift + 1.5 * np.tanh(features.upright[:, 0].astype(np.float64))
    likely = np.exp(-((np.arange(1, 11) - means[:, None]) ** 2) / 4)
    shares: Array = likely / likely.sum(axis=1, keepdims=True)
    return shares


def refined(
    champion: KernelHead, features: PanelFeatures, shares: Array, *, votes: float, rows: Indices
) -> KernelHead:
    many = np.full(COUNT, votes)
    refiner = Refiner(champion, 1, features, shares=shares, votes=many, rows=SEEN)
    refiner.choose(SEEN, EVERY, seed=1, judged=SEEN)
    return refiner.learn(rows)


def test_it_foretells_the_votes_of_pictures_that_it_never_saw(
    champion: KernelHead, features: PanelFeatures
) -> None:
    shares = votes_of(features)
    head = refined(champion, features, shares, votes=50.0, rows=SEEN)
    before, after = (predict_rows(each, features.upright, crowd=1) for each in (champion, head))
    errors = [emd(said[UNSEEN], shares[UNSEEN], r=2).mean() for said in (before, after)]
    assert errors[1] < 0.6 * errors[0]


def test_other_crowds_hear_what_they_heard(champion: KernelHead, features: PanelFeatures) -> None:
    head = refined(champion, features, votes_of(features), votes=50.0, rows=SEEN)
    before, after = (predict_rows(each, features.upright, crowd=0) for each in (champion, head))
    assert np.abs(after - before).max() < 1e-5


def test_few_votes_move_less_than_many(champion: KernelHead, features: PanelFeatures) -> None:
    shares = votes_of(features)
    before = predict_rows(champion, features.upright, crowd=1)
    moved = []
    for votes in (0.01, 50.0):
        many = np.full(COUNT, votes)
        refiner = Refiner(champion, 1, features, shares=shares, votes=many, rows=SEEN)
        after = predict_rows(refiner.learn(SEEN), features.upright, crowd=1)
        moved.append(np.abs(after - before).mean())
    assert moved[0] < 0.1 * moved[1]


def test_a_crowd_that_is_kinder_everywhere_shifts_the_base(
    champion: KernelHead, features: PanelFeatures
) -> None:
    head = refined(champion, features, votes_of(features, shift=1.5), votes=50.0, rows=SEEN)
    bins = torch.arange(1.0, 11.0)
    assert float((head.base[1] - champion.base[1]) @ bins) > 0.5
    assert torch.equal(head.base[0], champion.base[0])


def test_pictures_that_it_knows_already_are_not_known_twice(
    champion: KernelHead, features: PanelFeatures
) -> None:
    shares = votes_of(features)
    once = refined(champion, features, shares, votes=50.0, rows=SEEN)
    round_head(once)
    twice = refined(once, features, shares, votes=50.0, rows=SEEN)
    assert len(once.known) == len(champion.known) + len(SEEN)
    assert len(twice.known) == len(once.known)
