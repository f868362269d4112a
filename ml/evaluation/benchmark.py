"""Our runs beside published numbers, each with the data it was measured on, as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml.contracts.config import Estimate
from ml.evaluation.published import PUBLISHED, PublishedResult
from ml.evaluation.text_table import markdown, with_interval

BEGIN = "<!-- benchmark: begin, written by `python -m ml.cli benchmark` -->"
END = "<!-- benchmark: end -->"
WARNING = (
    "**Numbers of different data sets cannot be compared.** OASIS asks 7-step beauty votes on "
    "500 x 400 photos of wide-ranging content, where a crowd agrees far more than AVA's does on "
    "its contest photos: one OASIS vote ranks pictures as well as two to three AVA votes. The "
    "same SRCC is a weaker result on OASIS. Compare the worth in votes, or a figure with the "
    "constant and the ceiling on its own line."
)
_SPLITS = {"test": "held-out test pictures", "cross_validation": "all pictures, cross-validated"}
_MODELS = {
    "scorer": "",
    "ridge": ", ridge on the same features",
    "constant": ", constant histogram",
    "ceiling": ", second panel (ceiling)",
}


class BenchmarkSourceError(ValueError):
    """A card or ablation lacks the figures of a benchmark: the operator must give another."""


@dataclass(frozen=True, slots=True)
class OwnResult:
    """One of our models on one data set. ``count`` pictures; None where the source is silent."""

    name: str
    data: str
    split: str
    count: int | None
    srcc: Estimate
    plcc: Estimate
    emd_r2: Estimate
    source: str


def results_of_card(document: Mapping[str, object]) -> tuple[OwnResult, ...]:
    """Scorer, ridge, constant and ceiling of every panel in a scorer's card.

    Raises BenchmarkSourceError.
    """
    try:
        return tuple(_of_card(document))
    except (KeyError, TypeError, AttributeError) as error:
        raise BenchmarkSourceError(f"the card lacks {error}") from error


def results_of_ablation(document: Mapping[str, object]) -> tuple[OwnResult, ...]:
    """Every row of an ablation's table.json. Raises BenchmarkSourceError."""
    try:
        return tuple(
            OwnResult(
                name=str(row["row"]),
                data=str(row["panel"]),
                split=f"{_SPLITS['test']}, mean of {len(row['seeds'])} seed(s)",
                count=None,
                source="ablation",
                **_estimates(row),
            )
            for row in _rows(document["rows"])
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BenchmarkSourceError(f"the ablation lacks {error}") from error


def section(own: Sequence[OwnResult]) -> str:
    """The whole generated section, with its marks."""
    ours = markdown(
        ["model", "data", "measured on", "pictures", "SRCC", "PLCC", "EMD r=2", "from"],
        [_own_line(result) for result in own],
    )
    theirs = markdown(
        ["method", "backbone", "data", "SRCC", "PLCC", "accuracy %", "EMD", "KL", "MSE", "source"],
        [_published_line(result) for result in _ranked(PUBLISHED)],
    )
    parts = [BEGIN, WARNING, "### Ours", ours, "### Published", _CAVEAT, theirs, END]
    return "\n\n".join(parts)


_CAVEAT = (
    "The EMD of a paper that does not state its r stands without it. Accuracy is that of high "
    "against low at 5; calling every picture high gets about 70 % on AVA."
)


def _of_card(document: Mapping[str, object]) -> Iterator[OwnResult]:
    version = str(document["version"])
    for panel, measures in _mapping(document["metrics"]).items():
        for split, words in _SPLITS.items():
            judged = _mapping(_mapping(measures).get(split, {}))
            for model, suffix in _MODELS.items():
                if model in judged:
                    figures = _mapping(judged[model])
                    yield OwnResult(
                        name=f"{version}{suffix}",
                        data=panel,
                        split=words,
                        count=_whole(figures["count"]),
                        source="card",
                        **_estimates(figures),
                    )


def _estimates(figures: Mapping[str, object]) -> dict[str, Estimate]:
    names = ("srcc", "plcc", "emd_r2")
    return {name: Estimate(**_mapping(figures[name])) for name in names}


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"a mapping where {value!r} stands")
    return value


def _rows(value: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise TypeError(f"rows where {value!r} stands")
    return [_mapping(row) for row in value]


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a count where {value!r} stands")
    return value


def _own_line(result: OwnResult) -> list[str]:
    """A constant ranks nothing; what folds of different constants show is an artefact."""
    ranks = not result.name.endswith("constant") and not result.name.endswith(_MODELS["constant"])
    return [
        result.name,
        result.data,
        result.split,
        "" if result.count is None else f"{result.count:,}",
        with_interval(result.srcc) if ranks else "0",
        with_interval(result.plcc) if ranks else "0",
        with_interval(result.emd_r2),
        result.source,
    ]


def _ranked(results: Sequence[PublishedResult]) -> list[PublishedResult]:
    """By SRCC; those without it first."""
    return sorted(results, key=lambda result: result.srcc or 0.0)


def _published_line(result: PublishedResult) -> list[str]:
    r = "" if result.emd_r is None else f" (r={result.emd_r})"
    return [
        result.method,
        result.backbone,
        result.data,
        _figure(result.srcc),
        _figure(result.plcc),
        _figure(result.accuracy, digits=1),
        f"{_figure(result.emd)}{r}",
        _figure(result.kl),
        _figure(result.mse),
        result.source,
    ]


def _figure(value: float | None, *, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}"
