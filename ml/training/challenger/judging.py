"""Read the written files again and judge the test pictures with them, as workers do."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from ml.contracts.card import ScorerCard
from ml.contracts.results import ScoreResult
from ml.contracts.retrain import RunRequest
from ml.contracts.verdict import Flip, Point, RunReport
from ml.data.opening import open_picture
from ml.data.splits import Indices
from ml.evaluation.baselines import constant_histogram
from ml.evaluation.flips import flips_of
from ml.evaluation.gate import decide
from ml.evaluation.gate_inputs import Elsewhere, Judged, Occasion, Truth
from ml.evaluation.metrics import Array, mean_scores
from ml.evaluation.slices import slices_of
from ml.inference.golden import GoldenMismatchError
from ml.inference.scoring import LoadedScorer, open_scorer
from ml.models.scoring_network import ScoringNetwork
from ml.training.challenger.champion import Champion
from ml.training.challenger.learned import Beside, Learned
from ml.training.challenger.others import Other
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import VotedPictures, require_tested

BATCH = 32
TIMED = 8
ROUNDS = 3
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """The test rows that count, and what was said of them: (m, 10) shares each.

    ``left_out``: test pictures that the champion had learned from. ``occasion``: what the verdict
    depends on besides these pictures.
    """

    rows: Indices
    left_out: int
    truth: Truth
    challenger: Judged
    champion: Judged | None
    occasion: Occasion
    flips: tuple[Flip, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Entrant:
    """One of the two models as workers load it."""

    scorer: LoadedScorer
    card: ScorerCard
    network: ScoringNetwork


class Judge:
    """Compares challenger and champion on what a snapshot sets aside for it."""

    def __init__(
        self,
        voted: VotedPictures,
        learned: Learned,
        champion: Champion | None,
        others: Sequence[Other],
        *,
        device: torch.device,
        speaker: Speaker,
    ) -> None:
        self._others = others
        self._voted, self._learned, self._champion = voted, learned, champion
        self._device, self._speaker = device, speaker

    def test(self, request: RunRequest, weights: Path, card: Path) -> Tested:
        """Judge by the challenger's files. Raises RunRefusedError when too few pictures count."""
        voted = self._voted
        rows = voted.test
        if self._champion is not None:
            rows = self._champion.unseen(voted.keys, rows)
        left_out = len(voted.test) - len(rows)
        require_tested(len(rows), left_out=left_out)
        entrants = self._entrants(weights, card)
        timed = self._timed(entrants, rows)
        judged = [
            replace(
                self._judged(each, voted, rows),
                milliseconds=spent,
                megabytes=bytes_of(each.network) / MEGABYTE,
                golden=_is_golden(each.scorer),
            )
            for each, spent in zip(entrants, timed, strict=True)
        ]
        return Tested(
            rows=rows,
            left_out=left_out,
            truth=self._truth(voted, rows),
            challenger=judged[0],
            champion=judged[1] if len(judged) > 1 else None,
            occasion=Occasion(
                attempt=request.attempt(entrants[0].card.sha256),
                named=self._champion is None or self._champion.complete,
                elsewhere=tuple(self._elsewhere(entrants)),
            ),
            flips=self._flips(entrants),
        )

    def _entrants(self, weights: Path, card: Path) -> list[_Entrant]:
        """The challenger first, then the champion where there is one."""
        opened = [open_scorer(weights, card)]
        if self._champion is not None:
            opened.append((self._champion.network, self._champion.card))
        return [
            _Entrant(LoadedScorer(network, facts, device=self._device), facts, network)
            for network, facts in opened
        ]

    def _elsewhere(self, entrants: Sequence[_Entrant]) -> Iterator[Elsewhere]:
        """On pictures of other snapshots that neither is known to have learned from."""
        known = self._learned.known | (self._champion.learned if self._champion else frozenset())
        for other in (each.without(known) for each in self._others):
            if len(other.rows):
                judged = [self._judged(each, other.voted, other.rows) for each in entrants]
                truth = self._truth(other.voted, other.rows)
                champion = judged[1] if len(judged) > 1 else None
                yield Elsewhere(other.key, other.title, truth, judged[0], champion)

    def _judged(self, entrant: _Entrant, voted: VotedPictures, rows: Indices) -> Judged:
        """What it says of them, and no more."""
        results = self._results(entrant, voted, rows)
        shares = np.array([result.distribution for result in results])
        widths = entrant.card.half_width_per_sd * np.array([each.sd for each in results])
        return Judged(shares, mean_scores(shares), widths, None, None, golden=True)

    def _results(self, entrant: _Entrant, voted: VotedPictures, rows: Indices) -> list[ScoreResult]:
        results: list[ScoreResult] = []
        text = f"testing {entrant.card.version}"
        for start in range(0, len(rows), BATCH):
            some = rows[start:][:BATCH]
            results += entrant.scorer.predict_batch(_opened(entrant, voted, some))
            self._speaker.step(text, len(results), len(rows))
        return results

    def _timed(self, entrants: Sequence[_Entrant], rows: Indices) -> list[float]:
        self._speaker.step("measuring speed")
        images = _opened(entrants[0], self._voted, rows[:TIMED])
        predictors = [partial(each.scorer.predict_batch, images) for each in entrants]
        return milliseconds(predictors, pictures=len(images), device=self._device)

    def _truth(self, voted: VotedPictures, rows: Indices) -> Truth:
        """What was voted, beside the mean of the pictures that the challenger learned from."""
        known = self._voted.shares[self._voted.train]
        constant = constant_histogram(known, rows=len(rows))
        return Truth(
            shares=voted.shares[rows],
            means=voted.means[rows],
            votes=voted.votes[rows],
            groups=voted.groups[rows],
            constant=Judged(constant, mean_scores(constant), None, None, None, golden=True),
        )

    def _flips(self, entrants: Sequence[_Entrant]) -> tuple[Flip, ...]:
        """Among all pictures of the snapshot; none without a champion."""
        if len(entrants) < 2:
            return ()
        voted = self._voted
        beside = self._learned.beside
        after, before = _known_everywhere(beside)
        everyone = np.arange(len(voted.shares))
        new, old = (
            self._everywhere(entrant, everyone) if shares is None else mean_scores(shares)
            for entrant, shares in zip(entrants, (after, before), strict=True)
        )
        parts = [picture.part for picture in voted.panel.pictures]
        return flips_of(voted.keys, parts, before=old, after=new, voted=voted.means)

    def _everywhere(self, entrant: _Entrant, rows: Indices) -> Array:
        return np.array([each.mean for each in self._results(entrant, self._voted, rows)])


def report_of(
    request: RunRequest,
    voted: VotedPictures,
    learned: Learned,
    tested: Tested,
    *,
    looks: Path | None,
    seconds: float,
) -> RunReport:
    """The gate's verdict and what moves. ``looks``: file that keeps what pictures look like."""
    pictures = [voted.panel.pictures[row] for row in tested.rows.tolist()]
    titles: Mapping[str, str] = request.slices
    truth, challenger, champion = tested.truth, tested.challenger, tested.champion
    slices = slices_of(pictures, truth.means, truth.votes, titles=titles, kept=looks)
    gate, seed = request.gate, request.seed
    verdict = decide(challenger, champion, truth, slices, gate, seed, tested.occasion)
    old = [None] * len(pictures) if champion is None else champion.means.tolist()
    return RunReport(
        verdict=verdict,
        flips=tested.flips,
        points=tuple(
            Point(artwork=picture.key, voted=voted_mean, champion=before, challenger=after)
            for picture, voted_mean, before, after in zip(
                pictures, truth.means.tolist(), old, challenger.means.tolist(), strict=True
            )
        ),
        trained_on=len(learned.rows),
        gone=voted.gone,
        learned_before=tested.left_out,
        seconds=seconds,
    )


def _known_everywhere(beside: Beside | None) -> tuple[Array | None, Array | None]:
    return (None, None) if beside is None else (beside.everywhere, beside.champion)


def _opened(entrant: _Entrant, voted: VotedPictures, rows: Indices) -> list[Image.Image]:
    pictures = voted.panel.pictures
    return [open_picture(pictures[row].path, entrant.card.input_side) for row in rows.tolist()]


def _is_golden(scorer: LoadedScorer) -> bool:
    try:
        scorer.check_golden()
    except GoldenMismatchError:
        return False
    return True


def bytes_of(network: nn.Module) -> int:
    """Of all tensors that serve, backbones included, each counted once."""
    tensors = network.state_dict().values()
    sizes = {value.data_ptr(): value.numel() * value.element_size() for value in tensors}
    return sum(sizes.values())


def milliseconds(
    predictors: Sequence[Callable[[], object]], *, pictures: int, device: torch.device
) -> list[float]:
    """What each needs for a picture, by turns so that a busy machine is unkind to all alike.

    Processor time where other work shares it; the wall's where an accelerator works.
    """
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    spent = [[_spent(each, clock) for each in predictors] for _ in range(ROUNDS)]
    return [1e3 * min(column) / pictures for column in zip(*spent, strict=True)]


def _spent(predict: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    predict()
    return clock() - began
