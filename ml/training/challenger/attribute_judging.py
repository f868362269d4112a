"""Read the written attribute heads again and judge the test pictures with them, as workers do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ml.contracts.attributes_card import AttributesCard
from ml.contracts.retrain import RunRequest
from ml.contracts.verdict import Flip, Point, RunReport
from ml.data.opening import open_picture
from ml.data.splits import Indices
from ml.data.transforms import to_pixels
from ml.evaluation.flips import flips_of
from ml.evaluation.gate import Judged, Truth, decide
from ml.evaluation.metrics import Array
from ml.evaluation.slices import slices_of
from ml.inference.attributes import check_golden_values, open_attribute_mapper
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import GoldenMismatchError
from ml.models.attribute_mapper import AttributeMapper, HeadSpec
from ml.training.attribute_features import BlockFeatures
from ml.training.attribute_measure import unlinked
from ml.training.challenger.attribute_answers import Answers
from ml.training.challenger.attribute_champion import AttributeChampion
from ml.training.challenger.attribute_heads import Heads
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.judging import (
    BATCH,
    MEGABYTE,
    ROUNDS,
    TIMED,
    bytes_of,
    clock_of,
)
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import require_tested


@dataclass(frozen=True, slots=True, eq=False)
class TestedHead:
    """The test ``rows`` that count, and what was said of them.

    ``awcu``: (m,) of the row of AWCU's branch. ``left_out``: pictures that the champion's head had
    learned from. ``champion`` None: it has no such head.
    """

    rows: Indices
    left_out: int
    truth: Truth
    challenger: Judged
    awcu: Array
    champion: Judged | None
    flips: tuple[Flip, ...]


def judge_head(
    folder: RunFolder,
    answers: Answers,
    heads: Heads,
    champion: AttributeChampion,
    features: BlockFeatures,
    *,
    device: torch.device,
    speaker: Speaker,
) -> TestedHead:
    """Judge by the written files.

    Raises RunRefusedError when too few pictures count.
    """
    spec, voted = answers.spec, answers.voted
    rows = champion.unseen(spec.key, voted.keys, voted.test)
    left_out = len(voted.test) - len(rows)
    require_tested(len(rows), left_out=left_out)
    network, card = open_attribute_mapper(folder.weights, folder.card, device=device)
    networks, golden = [network], [_is_golden(network, card)]
    if champion.knows(spec):
        networks.append(frozen(champion.network, device=device))
        golden.append(True)  # it was loaded by it
    look = _Look(answers, champion.card.input_side, device)
    said = [_said(each, spec, look, rows, speaker) for each in networks]
    spent = _timed(networks, look, rows, speaker)
    judged = [
        _judged(values, each, milliseconds=time, golden=right)
        for each, (values, _), time, right in zip(networks, said, spent, golden, strict=True)
    ]
    return TestedHead(
        rows=rows,
        left_out=left_out,
        truth=_truth(answers, rows),
        challenger=judged[0],
        awcu=said[0][1],
        champion=judged[1] if len(judged) > 1 else None,
        flips=_flips(answers, heads, champion, features),
    )


def report_of_head(
    request: RunRequest,
    answers: Answers,
    heads: Heads,
    tested: TestedHead,
    *,
    looks: Path | None,
    seconds: float,
) -> RunReport:
    """The gate's verdict and what moves. ``looks``: file that keeps what pictures look like."""
    pictures = [answers.voted.panel.pictures[row] for row in tested.rows.tolist()]
    truth, challenger, champion = tested.truth, tested.challenger, tested.champion
    slices = slices_of(pictures, truth.means, truth.votes, titles=request.slices, kept=looks)
    old = [None] * len(pictures) if champion is None else champion.means.tolist()
    return RunReport(
        verdict=decide(challenger, champion, truth, slices, request.gate, request.seed),
        flips=tested.flips,
        points=tuple(
            Point(artwork=picture.key, voted=actual, champion=before, challenger=after)
            for picture, actual, before, after in zip(
                pictures, truth.means.tolist(), old, challenger.means.tolist(), strict=True
            )
        ),
        trained_on=len(heads.rows),
        gone=answers.voted.gone,
        learned_before=tested.left_out,
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """Pixels of pictures as a network of ``side`` gets them."""

    answers: Answers
    side: int
    device: torch.device

    def at(self, rows: Indices) -> Tensor:
        """(len(rows), 3, side, side)."""
        pictures = self.answers.voted.panel.pictures
        opened = [open_picture(pictures[row].path, self.side) for row in rows.tolist()]
        return to_pixels(opened, side=self.side).to(self.device)


def _said(
    network: AttributeMapper, spec: HeadSpec, look: _Look, rows: Indices, speaker: Speaker
) -> tuple[Array, Array]:
    """(m,) values of the merge-layer head and of the row of AWCU's branch."""
    at = network.keys.index(spec.key)
    values: list[Array] = []

    def both(pixels: Tensor) -> Tensor:
        answered = network(pixels)
        return torch.stack([answered.values[:, at], answered.awcu_values[:, at]])

    for start in range(0, len(rows), BATCH):
        part = rows[start:][:BATCH]
        values.append(run_frozen(both, look.at(part)).double().numpy())
        speaker.step("testing", start + len(part), len(rows))
    merge, awcu = np.concatenate(values, axis=1)
    return merge, awcu


def _timed(
    networks: Sequence[AttributeMapper], look: _Look, rows: Indices, speaker: Speaker
) -> list[float]:
    """Milliseconds a picture, by turns so that a busy machine is unkind to both alike."""
    speaker.step("measuring speed")
    pixels, clock = look.at(rows[:TIMED]), clock_of(look.device)
    spent = [[_spent(each, pixels, clock) for each in networks] for _ in range(ROUNDS)]
    return [1e3 * min(column) / len(pixels) for column in zip(*spent, strict=True)]


def _spent(network: AttributeMapper, pixels: Tensor, clock: Callable[[], float]) -> float:
    began = clock()
    run_frozen(lambda batch: network(batch).values, pixels)
    return clock() - began


def _is_golden(network: AttributeMapper, card: AttributesCard) -> bool:
    try:
        check_golden_values(network, card)
    except GoldenMismatchError:
        return False
    return True


def _judged(
    values: Array, network: AttributeMapper, *, milliseconds: float, golden: bool
) -> Judged:
    return Judged(
        shares=None,
        means=values,
        half_widths=None,
        milliseconds=milliseconds,
        megabytes=bytes_of(network) / MEGABYTE,
        golden=golden,
    )


def _truth(answers: Answers, rows: Indices) -> Truth:
    voted = answers.voted
    middle = float(answers.values[voted.train].mean())
    return Truth(
        shares=None,
        means=answers.values[rows],
        votes=voted.votes[rows],
        groups=voted.groups[rows],
        constant=Judged(
            shares=None,
            means=np.full(len(rows), middle),
            half_widths=None,
            milliseconds=None,
            megabytes=None,
            golden=True,
        ),
    )


def _flips(
    answers: Answers, heads: Heads, champion: AttributeChampion, features: BlockFeatures
) -> tuple[Flip, ...]:
    """Among all pictures of the snapshot; none where the champion has no such head."""
    line = champion.merge_line(answers.spec)
    if line is None:
        return ()
    voted, (_, seen) = answers.voted, features.merged()
    before, after = (unlinked(each(seen), answers.spec) for each in (line, heads.merge))
    parts = [picture.part for picture in voted.panel.pictures]
    return flips_of(voted.keys, parts, before=before, after=after, voted=answers.values)
