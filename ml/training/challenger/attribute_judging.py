"""Read the written attribute heads again and judge the test pictures with them, as workers do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ml.contracts.attributes_card import AttributesCard
from ml.contracts.verdict import Flip, Point, RunReport
from ml.data.opening import open_picture
from ml.data.splits import Indices
from ml.data.transforms import to_pixels
from ml.evaluation.flips import flips_of
from ml.evaluation.gate import decide
from ml.evaluation.gate_inputs import Elsewhere, Judged, Occasion, Truth
from ml.evaluation.metrics import Array
from ml.evaluation.slices import slices_of
from ml.inference.attributes import check_golden_values, open_attribute_mapper
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import GoldenMismatchError
from ml.models.attribute_mapper import AttributeMapper, HeadSpec
from ml.training.attribute_features import BlockFeatures
from ml.training.attribute_measure import unlinked
from ml.training.challenger.attribute_answers import Answers, answers_elsewhere
from ml.training.challenger.attribute_made import Made
from ml.training.challenger.champion import learned_from
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.judging import (
    BATCH,
    MEGABYTE,
    TIMED,
    bytes_of,
    milliseconds,
)
from ml.training.challenger.others import read_others
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import VotedPictures, require_tested


@dataclass(frozen=True, slots=True, eq=False)
class TestedHead:
    """The test ``rows`` that count, and what was said of them.

    ``awcu``: (m,) of the row of AWCU's branch. ``left_out``: pictures that the champion's head had
    learned from. ``champion`` None: it has no such head. ``occasion``: what the verdict depends on
    besides these pictures.
    """

    rows: Indices
    left_out: int
    truth: Truth
    challenger: Judged
    awcu: Array
    champion: Judged | None
    occasion: Occasion
    flips: tuple[Flip, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """Pixels of pictures as a network of ``side`` gets them."""

    voted: VotedPictures
    side: int
    device: torch.device

    def at(self, rows: Indices) -> Tensor:
        """(len(rows), 3, side, side)."""
        pictures = self.voted.panel.pictures
        opened = [open_picture(pictures[row].path, self.side) for row in rows.tolist()]
        return to_pixels(opened, side=self.side).to(self.device)


def judge_head(
    made: Made,
    folder: RunFolder,
    features: BlockFeatures,
    *,
    device: torch.device,
    speaker: Speaker,
) -> TestedHead:
    """Judge by the written files. Raises RunRefusedError when too few pictures count."""
    spec, voted, champion = made.answers.spec, made.answers.voted, made.champion
    rows = champion.unseen(spec.key, voted.keys, voted.test)
    left_out = len(voted.test) - len(rows)
    require_tested(len(rows), left_out=left_out)
    network, card = open_attribute_mapper(folder.weights, folder.card, device=device)
    networks = [network]
    if champion.knows(spec):
        networks.append(frozen(champion.network, device=device))
    look = _Look(voted, champion.card.input_side, device)
    said = [_said(each, spec, look, rows, speaker) for each in networks]
    judged = _served(networks, said, look, rows, speaker)
    return TestedHead(
        rows=rows,
        left_out=left_out,
        truth=_truth(made.answers, made.answers, rows),
        challenger=replace(judged[0], golden=_is_golden(network, card)),
        awcu=said[0][1],
        champion=judged[1] if len(judged) > 1 else None,
        occasion=_occasion(made, card, _elsewhere(made, folder, networks, look, speaker)),
        flips=_flips(made, features),
    )


def _occasion(made: Made, card: AttributesCard, elsewhere: Iterable[Elsewhere]) -> Occasion:
    return Occasion(
        attempt=made.request.attempt(card.sha256),
        named=made.champion.learned(made.answers.spec.key)[1],
        elsewhere=tuple(elsewhere),
    )


def _served(
    networks: Sequence[AttributeMapper],
    said: Sequence[tuple[Array, Array]],
    look: _Look,
    rows: Indices,
    speaker: Speaker,
) -> list[Judged]:
    """What was said, and what it costs to have it said."""
    spent = _timed(networks, look, rows, speaker)
    return [
        replace(_judged(values), milliseconds=time, megabytes=bytes_of(each) / MEGABYTE)
        for each, (values, _), time in zip(networks, said, spent, strict=True)
    ]


def report_of_head(
    made: Made, tested: TestedHead, *, looks: Path | None, seconds: float
) -> RunReport:
    """The gate's verdict and what moves. ``looks``: file that keeps what pictures look like."""
    request, voted = made.request, made.answers.voted
    pictures = [voted.panel.pictures[row] for row in tested.rows.tolist()]
    truth, challenger, champion = tested.truth, tested.challenger, tested.champion
    slices = slices_of(pictures, truth.means, truth.votes, titles=request.slices, kept=looks)
    old = [None] * len(pictures) if champion is None else champion.means.tolist()
    return RunReport(
        verdict=decide(
            challenger, champion, truth, slices, request.gate, request.seed, tested.occasion
        ),
        flips=tested.flips,
        points=tuple(
            Point(artwork=picture.key, voted=actual, champion=before, challenger=after)
            for picture, actual, before, after in zip(
                pictures, truth.means.tolist(), old, challenger.means.tolist(), strict=True
            )
        ),
        trained_on=len(made.heads.rows),
        gone=voted.gone,
        learned_before=tested.left_out,
        seconds=seconds,
    )


def _elsewhere(
    made: Made,
    folder: RunFolder,
    networks: Sequence[AttributeMapper],
    look: _Look,
    speaker: Speaker,
) -> Iterator[Elsewhere]:
    """On pictures of other snapshots that neither head is known to have learned from."""
    answers, spec = made.answers, made.answers.spec
    known = made.champion.learned(spec.key)[0] | learned_from(answers.voted.keys, made.heads.rows)
    for other in (each.without(known) for each in read_others(made.request, folder)):
        if len(other.rows):
            there = replace(look, voted=other.voted)
            asked = answers_elsewhere(other.voted, spec)
            judged = [
                _judged(_said(each, spec, there, other.rows, speaker)[0]) for each in networks
            ]
            truth = _truth(answers, asked, other.rows)
            champion = judged[1] if len(judged) > 1 else None
            yield Elsewhere(other.key, other.title, truth, judged[0], champion)


def _said(
    network: AttributeMapper, spec: HeadSpec, look: _Look, rows: Indices, speaker: Speaker
) -> tuple[Array, Array]:
    """(m,) values of the merge-layer head and of the row of AWCU's branch."""
    at = network.keys.index(spec.key)
    values: list[Array] = [np.empty((2, 0))]

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
    speaker.step("measuring speed")
    pixels = look.at(rows[:TIMED])
    predictors = [partial(run_frozen, partial(_values, each), pixels) for each in networks]
    return milliseconds(predictors, pictures=len(pixels), device=look.device)


def _values(network: AttributeMapper, pixels: Tensor) -> Tensor:
    values: Tensor = network(pixels).values
    return values


def _is_golden(network: AttributeMapper, card: AttributesCard) -> bool:
    try:
        check_golden_values(network, card)
    except GoldenMismatchError:
        return False
    return True


def _judged(values: Array) -> Judged:
    """What was said, and no more."""
    return Judged(None, values, None, None, None, golden=True)


def _truth(answers: Answers, asked: Answers, rows: Indices) -> Truth:
    """What was ``asked`` about these pictures, beside the mean of those that were learned from."""
    middle = float(answers.values[answers.voted.train].mean())
    return Truth(
        shares=None,
        means=asked.values[rows],
        votes=asked.voted.votes[rows],
        groups=asked.voted.groups[rows],
        constant=_judged(np.full(len(rows), middle)),
    )


def _flips(made: Made, features: BlockFeatures) -> tuple[Flip, ...]:
    """Among all pictures of the snapshot; none where the champion has no such head."""
    answers, voted = made.answers, made.answers.voted
    line = made.champion.merge_line(answers.spec)
    if line is None:
        return ()
    _, seen = features.merged()
    before, after = (unlinked(each(seen), answers.spec) for each in (line, made.heads.merge))
    parts = [picture.part for picture in voted.panel.pictures]
    return flips_of(voted.keys, parts, before=before, after=after, voted=answers.values)
