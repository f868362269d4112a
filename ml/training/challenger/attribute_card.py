"""The card of an attribute model with one head made anew: the champion's, brought up to date."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict
from hashlib import sha256
from typing import Any

import numpy as np

from ml.contracts.attributes_card import HELD_OUT
from ml.contracts.config import Estimate
from ml.contracts.retrain import RunRecipe
from ml.contracts.verdict import RunReport
from ml.evaluation.bootstrap import estimate, rank_correlation_of
from ml.evaluation.metrics import Array, srcc
from ml.inference.attributes import golden_values
from ml.training.attribute_baselines import COLOUR_STATISTICS, colour_statistics
from ml.training.attribute_card import (
    STANDINGS,
    Standing,
    estimate_of,
    figure_of,
    percentiles_of,
    standing_notes,
)
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_ridge import Lesson, tuned_line
from ml.training.challenger.attribute_judging import TestedHead
from ml.training.challenger.attribute_made import Made
from ml.training.challenger.champion import learned_from
from ml.training.challenger.folder import CHALLENGER
from ml.training.learned_pictures import COMPLETE, LEARNED

Document = dict[str, Any]
_LIBRARY = "library"
_RECIPES = {
    RunRecipe.REFINE: "the champion's head, moved by a ridge towards the new answers",
    RunRecipe.HEAD: "a fresh ridge on what the champion's network sees",
}


def first_head_card(made: Made) -> Document:
    """The card before anything was measured, with all that loading needs; the head is not shown."""
    nothing = Estimate(0.0, 0.0, 0.0)
    document: Document = deepcopy(dict(made.champion.document))
    specs = [asdict(spec) for spec in made.network.heads]
    document["version"] = made.request.version
    document["created_at"] = made.request.created_at[:10]
    document["architecture"]["options"]["heads"] = specs
    document["weights"] = {
        "file": f"{CHALLENGER}.safetensors",
        "sha256": sha256(made.weights).hexdigest(),
        "bytes": len(made.weights),
    }
    document["data"] = _data(made)
    document["training"] = _training(made)
    _put_head(document, made, _head(made, srcc=nothing, awcu=nothing, baseline=0.0, tested=0))
    document["golden"]["values"] = _golden(made)
    return document


def full_head_card(
    card: Mapping[str, Any], made: Made, tested: TestedHead, found: RunReport
) -> Document:
    """The same card with the figures and what the gate said."""
    document = deepcopy(dict(card))
    actual, count = tested.truth.means, len(tested.rows)
    srcc_of = {
        name: estimate(rank_correlation_of(said, actual), count=count)
        for name, said in (("srcc", tested.challenger.means), ("awcu", tested.awcu))
    }
    baseline = _baseline(made, tested)
    _put_head(document, made, _head(made, **srcc_of, baseline=baseline, tested=count))
    document["notes"] = _notes(document, made)
    document["limits"] = _limits(document, made)
    passed = "passed the gate" if found.verdict.passed else "did not pass the gate"
    document["gate"] = asdict(found.verdict)
    reasons = (reason.text for reason in found.verdict.reasons)
    document["verdicts"] = [f"The head of {made.answers.spec.key} {passed}.", *reasons]
    return document


def _put_head(document: Document, made: Made, row: Document) -> None:
    """Where it stands in the network; the rows of other heads stay as they are."""
    others = {each["key"]: each for each in document["heads"]}
    document["heads"] = [{**others, row["key"]: row}[key] for key in made.network.keys]


def _head(made: Made, *, srcc: Estimate, awcu: Estimate, baseline: float, tested: int) -> Document:
    answers, heads, request = made.answers, made.heads, made.request
    key, keys = answers.spec.key, answers.voted.keys
    before, complete = made.champion.learned(key) if _refines(made) else (frozenset(), True)
    old = made.champion.card.head(key) if _refines(made) else None
    ceiling = answers.ceiling(request.sources)
    titles = ", ".join(
        "own votes" if source.name == _LIBRARY else source.title for source in request.sources
    )
    return {
        "key": key,
        "n": len(answers.values),
        "learned_from": len(heads.rows) + (old.learned_from if old else 0),
        "tested_on": tested,
        "protocol": HELD_OUT,
        "penalty": heads.penalty,
        "raters": answers.raters,
        "crowd": f"people asked here ({titles})" if titles else "people asked here",
        "srcc": estimate_of(srcc),
        "awcu": estimate_of(awcu),
        "baseline": {"name": COLOUR_STATISTICS, "srcc": figure_of(baseline)},
        "ceiling": None if ceiling is None else figure_of(ceiling),
        "shown": srcc.low > 0,
        "reference": percentiles_of(heads.reference),
        "snapshot": request.snapshot,
        LEARNED: sorted(before | learned_from(keys, heads.rows)),
        COMPLETE: complete,
    }


def _refines(made: Made) -> bool:
    return made.request.recipe is RunRecipe.REFINE and made.champion.knows(made.answers.spec)


def _data(made: Made) -> list[Mapping[str, object]]:
    """What the other heads learned from, and the snapshot's sources."""
    voted = made.answers.voted
    snapshot = {
        "name": made.answers.spec.key,
        "title": f"Answers about {made.answers.spec.key}, a snapshot",
        "licence": "; ".join(
            dict.fromkeys(source.licence for source in made.request.sources if source.licence)
        )
        or "not stated",
        "pictures": "display files, squeezed to a square",
        "count": len(voted.panel.pictures),
        "votes": round(float(voted.votes.sum())),
        "train": len(voted.train),
        "test": len(voted.test),
        "scale_steps": voted.panel.steps,
        "snapshot": made.request.snapshot,
    }
    kept = [each for each in made.champion.document.get("data", []) if _is_other(each, snapshot)]
    return [*kept, snapshot]


def _is_other(each: Mapping[str, object], snapshot: Mapping[str, object]) -> bool:
    return (each.get("name"), each.get("snapshot")) != (snapshot["name"], snapshot["snapshot"])


def _training(made: Made) -> Document:
    request, champion = made.request, made.champion.card
    return {
        "recipe": request.recipe.value,
        "how": _RECIPES[RunRecipe.REFINE if _refines(made) else RunRecipe.HEAD],
        "target": request.target,
        "seed": request.seed,
        "run": request.run,
        "snapshot": request.snapshot,
        "settings": {
            "penalty": made.heads.penalty,
            "awcu_penalty": made.heads.awcu_penalty,
        },
        "champion": {"version": champion.version, "sha256": champion.sha256},
    }


def _golden(made: Made) -> dict[str, float]:
    golden = made.champion.card.golden
    side = made.champion.card.input_side
    values = golden_values(made.network, seed=golden.seed, side=golden.side, input_side=side)
    return {key: round(value, 6) for key, value in values.items()}


def _baseline(made: Made, tested: TestedHead) -> float:
    """SRCC of ridge on colour statistics, learned from the same pictures and tested on the same."""
    voted, config = made.answers.voted, AttributeConfig(seed=made.request.seed)
    rows = np.concatenate([made.heads.rows, tested.rows])
    seen = colour_statistics([voted.panel.pictures[row].path for row in rows.tolist()])
    known, unseen = np.split(seen, [len(made.heads.rows)])
    lesson = Lesson(
        features=known,
        seen=known,
        targets=made.answers.values[made.heads.rows],
        crowds=np.zeros(len(known), dtype=np.intp),
        groups=voted.groups[made.heads.rows],
    )
    line = tuned_line(lesson, config.penalties, served=0, seed=config.seed, parts=config.folds)
    said: Array = line(unseen)
    return srcc(said, tested.truth.means)


def _notes(document: Document, made: Made) -> list[str]:
    """The champion's, its findings about heads anew, and what is to be known of this run."""
    key, former = made.answers.spec.key, made.champion.card.version
    rows = document["heads"]
    standings = [
        Standing(row["key"], row["shown"], row["baseline"]["srcc"] >= row["srcc"]["value"])
        for row in rows
    ]
    own = [
        (
            f"{key}: {_training(made)['how']}; all other heads are those of {former}. Its baseline "
            "is ridge on colour statistics alone; its row of AWCU's branch is fitted beside it."
        )
    ]
    if made.champion.card.maps:
        own.append(f"maps: measured on {former}, before the head of {key} was changed.")
    kept = [
        note
        for note in document.get("notes", [])
        if not note.startswith((*STANDINGS, f"{key}:", "maps:"))
    ]
    return [*kept, *own, *standing_notes(standings)]


def _limits(document: Document, made: Made) -> list[str]:
    """A fresh head inherits no doubt about what an earlier one of its key had learned from."""
    key, champion = made.answers.spec.key, made.champion
    doubt = f"does not name all pictures that its head of {key} learned from"
    found = [each for each in document.get("limits", []) if _refines(made) or doubt not in each]
    if not champion.learned(key)[1]:
        found.append(
            f"The card of {champion.card.version} {doubt}: test pictures among them would flatter "
            "it."
        )
    return list(dict.fromkeys(found))
