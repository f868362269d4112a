"""Whether a scorer learns from generated pictures of extreme scores (seed 003, failure cases).

A scorer's head learns from the pictures that the generator learned from, without and with samples
of both ends of the dial that are taken to be judged as asked. It is tested on held-out pictures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ml.contracts.config import Estimate
from ml.contracts.generation import histogram_of_dial
from ml.evaluation.bootstrap import Statistic, estimates, mean_of, rank_correlation_of, rank_gain_of
from ml.evaluation.metrics import Array, mean_scores
from ml.inference.features import Features, FrozenFeatures
from ml.models.pfagan.conditioning import Condition
from ml.models.pfagan.generator import Generator
from ml.training.generator.judges import head_config
from ml.training.generator.material import Material
from ml.training.generator.showing import drawn_samples
from ml.training.kernel_fit import CrowdVotes, fit_kernel_head
from ml.training.panels import predict_rows

COUNTS = (100, 400)
VOTES = (2.0, 20.0)
TENTH = 10.0  # percent of held-out pictures at each end that count as extreme
SEED = 41


@dataclass(frozen=True, slots=True)
class Added:
    """What adding samples brought on held-out pictures; none added where ``count`` is 0.

    ``votes``: what a sample counts, beside the votes on a picture. ``shuffled``: whether samples
    got each other's scores, which tells a gain from what any blurred picture would bring.
    ``extreme_error``: mean error on the lowest and highest tenth, in points.
    """

    count: int
    votes: float
    shuffled: bool
    srcc: Estimate
    gain: Estimate
    extreme_error: Estimate
    extreme_gain: Estimate


def added_extremes(
    network: Generator,
    material: Material,
    features: FrozenFeatures,
    *,
    counts: Sequence[int] = COUNTS,
    votes: Sequence[float] = VOTES,
    told: Callable[[str], None] = lambda _words: None,
) -> list[Added]:
    """The scorer without samples first. Raises KernelFitError."""
    told(f"{max(counts)} samples of both ends")
    seen, mirrored, asked = _samples(network, material, features, max(counts))
    real = _real(material)
    plain = _answers(material, [real])
    rows = [_row(material, plain, plain, count=0, votes=0.0, shuffled=False)]
    random = np.random.default_rng(SEED)
    for count in counts:
        order = np.arange(count)
        for weight in votes:
            for shuffled in (False, True):
                labels = asked[random.permutation(order)] if shuffled else asked[:count]
                extra = CrowdVotes(
                    seen[:count], mirrored[:count], labels, np.full(count, float(weight))
                )
                told(f"a scorer with {count} samples of {weight:g} votes")
                answers = _answers(material, [real, extra])
                rows.append(
                    _row(material, answers, plain, count=count, votes=weight, shuffled=shuffled)
                )
    return rows


def _samples(
    network: Generator, material: Material, features: FrozenFeatures, count: int
) -> tuple[Features, Features, Array]:
    """Features of samples and of their mirror images, and histograms asked for.

    The ends take turns, so do categories: any first samples are of all kinds.
    """
    dial = material.dial()
    ends = [histogram_of_dial(mean, dial.sd) for mean in (dial.low, dial.high)]
    number = np.arange(count)
    asked = np.array(ends)[number % 2]
    condition = Condition(
        torch.from_numpy((number // 2) % network.categories).long(),
        torch.from_numpy(asked).float(),
    )
    squares = drawn_samples(network, condition, seed=SEED)
    return features.of(squares), features.of(np.ascontiguousarray(squares[:, :, ::-1])), asked


def _real(material: Material) -> CrowdVotes:
    rows = material.learned
    return CrowdVotes(
        upright=material.features[rows],
        mirror=material.mirrored[rows],
        shares=material.squares.histograms[rows].astype(np.float64),
        votes=material.squares.votes[rows],
    )


def _answers(material: Material, parts: Sequence[CrowdVotes]) -> Array:
    """Mean scores of held-out pictures by a head that learned from all parts as one crowd."""
    crowd = CrowdVotes(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("upright", "mirror", "shares", "votes")
        )
    )
    head = fit_kernel_head([crowd], head_config(material), widths=material.widths)
    return mean_scores(predict_rows(head, material.features[material.judged], crowd=0))


def _row(
    material: Material, answers: Array, plain: Array, *, count: int, votes: float, shuffled: bool
) -> Added:
    rows = material.judged
    actual = mean_scores(material.squares.histograms[rows].astype(np.float64))
    low, high = np.percentile(actual, [TENTH, 100.0 - TENTH])
    extreme = ((actual <= low) | (actual >= high)).astype(np.float64)
    error, before = np.abs(answers - actual), np.abs(plain - actual)
    found = estimates(
        {
            "srcc": rank_correlation_of(answers, actual),
            "gain": rank_gain_of(answers, plain, actual),
            "error": _mean_within(error, extreme),
            "less": _mean_within(before - error, extreme),
        },
        count=len(rows),
        groups=material.squares.groups[rows],
    )
    return Added(
        count, votes, shuffled, found["srcc"], found["gain"], found["error"], found["less"]
    )


def _mean_within(values: Array, inside: Array) -> Statistic:
    """Mean over the rows where ``inside`` is 1."""
    share, total = mean_of(inside), mean_of(values * inside)
    return lambda weights: total(weights) / np.maximum(share(weights), 1e-12)
