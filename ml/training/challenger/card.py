"""Write down what a challenger is, what it learned from, how good it is, and what it cannot do."""

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256

import numpy as np

from ml.contracts.card import SCHEMA, SCORE
from ml.contracts.retrain import RunRecipe, RunRequest
from ml.contracts.verdict import RunReport
from ml.contracts.votes import counts_to_distribution
from ml.data.transforms import to_pixels
from ml.evaluation.baselines import second_panel
from ml.evaluation.gate_inputs import Judged
from ml.evaluation.metrics import Array, coverage
from ml.evaluation.report import difference, report
from ml.inference.frozen import run_frozen
from ml.inference.golden import golden_picture
from ml.training.card import GOLDEN_SEED, GOLDEN_SIDE, GOLDEN_TOLERANCE
from ml.training.challenger.champion import Champion
from ml.training.challenger.folder import CHALLENGER
from ml.training.challenger.judging import Tested
from ml.training.challenger.learned import PANEL, Learned
from ml.training.challenger.voted import VotedPictures
from ml.training.learned_pictures import COMPLETE, LEARNED
from ml.training.loop import INTERVAL_LEVEL
from ml.training.measure import CEILING_SEED

Document = dict[str, object]
_RECIPES = {
    RunRecipe.REFINE: "the champion, moved by the new votes where it erred",
    RunRecipe.HEAD: "a fresh head on features of the champion's backbones",
    RunRecipe.FINE_TUNE: "a head, then the whole network, from ImageNet weights",
    RunRecipe.SCRATCH: "the whole network from random weights",
}
_METHOD = {
    True: "conformal quantile of the errors of cross-fitted heads on training pictures and of the "
    "head on validation pictures, each divided by the predicted sd of its votes",
    False: "conformal quantile of the errors on validation pictures, each divided by the predicted "
    "sd of its votes, no smaller than on training pictures",
}
_NOTES = (
    (
        "test: the written weights on pictures of the snapshot by which this run chose nothing. "
        "Earlier runs may have been judged on the same pictures: the best of many looks better "
        "there than it is."
    ),
    "validation pictures sized the interval and said when to stop; they were never learned from.",
    "champion: the model that was served when the run started, on the same pictures.",
    "ceiling: a second crowd of the same size, drawn from the same votes.",
)


def first_card(
    request: RunRequest, voted: VotedPictures, learned: Learned, champion: Champion | None
) -> Document:
    """The card before anything was measured, with all that loading and judging needs."""
    return {
        "schema": SCHEMA,
        "kind": SCORE,
        "version": request.version,
        "created_at": request.created_at[:10],
        "licence": "The weights are the installation's own; see data for what they learned from",
        "panel": PANEL,
        "architecture": dict(learned.architecture),
        "weights": {
            "file": f"{CHALLENGER}.safetensors",
            "sha256": sha256(learned.weights).hexdigest(),
            "bytes": len(learned.weights),
        },
        "data": _data(request, voted, learned),
        "vote_mapping": "step j of k lies at 0.5 + 10 (j - 0.5) / k, shared among the nearest of "
        "the bins 1..10 so that no vote is lost and the mean is kept",
        "training": _training(request, learned, champion),
        "interval": {
            "level": INTERVAL_LEVEL,
            "of": "the mean that the crowd would give",
            "method": _METHOD[learned.beside is not None],
            "half_width_per_sd": learned.half_width_per_sd,
        },
        "reference": [round(float(mean), 4) for mean in learned.reference],
        "golden": _golden(learned),
        "emd": "EMD = (1/10 sum |CDF_p - CDF_q|^r)^(1/r), mean over pictures; r in each name",
        "notes": list(_NOTES),
        "limits": _limits(voted, learned, champion),
        LEARNED: sorted(learned.known),
        COMPLETE: learned.complete,
    }


def full_card(
    card: Mapping[str, object],
    voted: VotedPictures,
    learned: Learned,
    tested: Tested,
    found: RunReport,
) -> Document:
    """The same card with the figures and what the gate said."""
    verdict = found.verdict
    passed = "passed the gate" if verdict.passed else "did not pass the gate"
    return {
        **card,
        "metrics": {PANEL: {"test": _metrics(voted, learned, tested)}},
        "gate": asdict(verdict),
        "verdicts": [f"It {passed}.", *(reason.text for reason in verdict.reasons)],
    }


def _training(request: RunRequest, learned: Learned, champion: Champion | None) -> Document:
    started = None
    if champion is not None:
        started = {"version": champion.card.version, "sha256": champion.card.sha256}
    return {
        "recipe": request.recipe.value,
        "how": _RECIPES[request.recipe],
        "seed": request.seed,
        "run": request.run,
        "snapshot": request.snapshot,
        "settings": dict(learned.settings),
        "champion": started,
    }


def _data(
    request: RunRequest, voted: VotedPictures, learned: Learned
) -> list[Mapping[str, object]]:
    """The snapshot as one crowd, its sources, and what the model it starts from learned from."""
    licences = dict.fromkeys(source.licence for source in request.sources if source.licence)
    crowd: Document = {
        "name": PANEL,
        "title": "Votes of the snapshot",
        "licence": "; ".join(licences) or "not stated",
        "pictures": "display files, squeezed to a square",
        "scale_steps": voted.panel.steps,
        "count": len(voted.panel.pictures),
        "votes": round(float(voted.votes.sum())),
        "train": len(voted.train),
        "validation": len(voted.validation),
        "test": len(voted.test),
        "snapshot": request.snapshot,
    }
    sources: list[Mapping[str, object]] = [
        {
            "name": source.name,
            "title": source.title,
            "licence": source.licence,
            "count": source.pictures,
            "votes": source.votes,
        }
        for source in request.sources
    ]
    inherited = [
        {**each, "name": f"{each.get('name', '')} (before)"} if each.get("name") == PANEL else each
        for each in learned.parents
    ]
    return [crowd, *sources, *inherited]


def _golden(learned: Learned) -> Document:
    picture = golden_picture(seed=GOLDEN_SEED, side=GOLDEN_SIDE)
    side = learned.architecture["input_side"]
    if not isinstance(side, int):
        raise TypeError("the side of the squares is a whole number")
    network = learned.network.eval()
    pixels = to_pixels([picture], side=side)
    judged = run_frozen(lambda batch: network(batch, PANEL), pixels)[0]
    return {
        "seed": GOLDEN_SEED,
        "side": GOLDEN_SIDE,
        "distribution": [round(float(share), 6) for share in judged],
        "tolerance": GOLDEN_TOLERANCE,
    }


def _limits(voted: VotedPictures, learned: Learned, champion: Champion | None) -> list[str]:
    pictures = voted.panel.pictures
    paintings = sum("painting" in picture.tags for picture in pictures)
    limits = [
        (
            f"It learned from {len(learned.rows):,} pictures of this snapshot. Other crowds will "
            "disagree with it."
        ),
        (
            "It sees the whole picture squeezed to a square: fine detail, sharpness and noise are "
            "lost."
        ),
        "The 80 % interval bounds the mean of a crowd like this one, not a single vote.",
    ]
    if not paintings:
        limits.append("No picture of the snapshot is marked as a painting.")
    if champion is not None and not champion.complete:
        limits.append(
            "The card of the champion does not name all pictures that it learned from: test "
            "pictures among them would flatter it."
        )
    if not learned.complete:
        limits.append(
            "This model started from that champion: it has learned from those pictures, too, and "
            "its card cannot name them."
        )
    return limits


def _metrics(voted: VotedPictures, learned: Learned, tested: Tested) -> Document:
    truth = tested.truth
    actual = voted.shares[tested.rows]
    counts = [voted.panel.pictures[row].counts for row in tested.rows.tolist()]
    own = _shares(tested.challenger)
    said: dict[str, Array] = {
        "scorer": own,
        "constant": _shares(truth.constant),
    }
    if voted.votes[tested.rows].min() >= 1:
        again = second_panel(counts, seed=CEILING_SEED).tolist()
        said["ceiling"] = np.array([counts_to_distribution(row) for row in again])
    if tested.champion is not None:
        said["champion"] = _shares(tested.champion)
    if learned.beside is not None:
        among = [voted.test.tolist().index(row) for row in tested.rows.tolist()]
        said["ridge"] = learned.beside.ridge[among]
    figures: Document = {name: asdict(report(each, actual)) for name, each in said.items()}
    if "ridge" in said:
        figures["gain"] = asdict(difference(own, said["ridge"], actual))
    figures["coverage"] = coverage(
        tested.challenger.means, truth.means, half_width=_widths(tested.challenger)
    )
    return figures


def _shares(judged: Judged) -> Array:
    if judged.shares is None:
        raise TypeError("a scorer says shares")
    return judged.shares


def _widths(judged: Judged) -> Array:
    if judged.half_widths is None:
        raise TypeError("a scorer has intervals")
    return judged.half_widths
