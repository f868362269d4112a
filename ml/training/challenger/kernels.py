"""The recipes without epochs: a kernel head on features of frozen backbones."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ml.contracts.config import TrainConfig
from ml.contracts.retrain import RefusalCode, RunRecipe, RunRequest
from ml.data.splits import Indices
from ml.evaluation.baselines import tuned_ridge
from ml.layers.kernel_head import KernelHead
from ml.models.backbone import create_backbone
from ml.models.lite import VARIANTS
from ml.models.scorer import Scorer
from ml.models.weights import WeightSource
from ml.training.card import backbone_facts
from ml.training.challenger.champion import Champion, learned_from
from ml.training.challenger.learned import PANEL, Beside, Learned
from ml.training.challenger.picture_features import picture_features
from ml.training.challenger.refine import Refiner
from ml.training.challenger.refusals import RunRefusedError
from ml.training.challenger.rounds import Course, Taught, learning_order, teach
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import VotedPictures
from ml.training.checkpoint import head_tensors, pack, round_head
from ml.training.features import PanelFeatures
from ml.training.kernel_fit import CrowdVotes, fit_kernel_head
from ml.training.panels import predict_rows

MOST_KNOWN = 20_000  # pictures that a refined head compares with
MOST_COMPARED = 2000  # pictures that the baseline learns from: it costs the cube of them


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a run computes. ``cache``: features that runs share, None to keep none."""

    device: torch.device
    cache: Path | None


def learn_kernel(
    request: RunRequest,
    voted: VotedPictures,
    champion: Champion | None,
    *,
    bench: Bench,
    speaker: Speaker,
) -> Learned:
    """``refine`` or ``head``. Raises RunRefusedError, KernelFitError, TrainingStoppedError."""
    if request.changes:
        raise RunRefusedError(
            RefusalCode.BAD_REQUEST, f"The recipe {request.recipe.value} has no fields to change."
        )
    if request.recipe is RunRecipe.REFINE:
        return _Refined(request, voted, _refinable(champion), bench, speaker).run()
    return _Fresh(request, voted, champion, bench, speaker).run()


class _KernelRecipe:
    """What both have in common: features, rounds, and what is written at the end."""

    def __init__(
        self,
        request: RunRequest,
        voted: VotedPictures,
        champion: Champion | None,
        bench: Bench,
        speaker: Speaker,
    ) -> None:
        self._request, self._voted, self._champion = request, voted, champion
        self._bench, self._speaker = bench, speaker

    def _features(self, scorer: Scorer, *, side: int) -> PanelFeatures:
        return picture_features(
            self._voted.panel.pictures,
            scorer,
            side=side,
            device=self._bench.device,
            cache=self._bench.cache,
            told=lambda done, total: self._speaker.step("looking at pictures", done, total),
        )

    def _teach(self, course: Course, features: PanelFeatures) -> Taught:
        seed = self._request.seed
        return teach(course, self._voted, features, seed=seed, speaker=self._speaker)

    def _beside(self, network: Scorer, features: PanelFeatures, *, crowd: int) -> Beside:
        self._speaker.step("comparing with a baseline")
        voted, upright, seed = self._voted, features.upright, self._request.seed
        rows = np.sort(learning_order(voted, seed=seed)[:MOST_COMPARED])
        ridge = tuned_ridge(
            upright[rows].astype(np.float64),
            voted.shares[rows],
            unseen=upright[voted.test].astype(np.float64),
            seed=seed,
            groups=voted.groups[rows],
            check=self._speaker.check,
        )
        return Beside(
            everywhere=predict_rows(network.head, upright, crowd=crowd),
            champion=self._champions_word(network, upright),
            ridge=ridge,
        )

    def _champions_word(self, network: Scorer, upright: np.ndarray) -> np.ndarray | None:
        champion = self._champion
        if champion is None or (kernel := champion.kernel) is None:
            return None
        if kernel.identity != network.identity:
            return None
        crowd = kernel.number_of(champion.card.panel)
        return predict_rows(kernel.head, upright, crowd=crowd)


class _Refined(_KernelRecipe):
    _champion: Champion

    def run(self) -> Learned:
        champion, scorer = self._champion, _kernel(self._champion)
        crowd = scorer.number_of(champion.card.panel)
        features = self._features(scorer, side=champion.card.input_side)
        unseen = champion.unseen(self._voted.keys, self._voted.train)
        refiner = self._refiner(_copied(scorer.head), crowd, features, judged=unseen)
        taught = self._teach(Course("refine", refiner.learn, crowd, unseen), features)
        panels = tuple(PANEL if at == crowd else name for at, name in enumerate(scorer.panels))
        network = _with_head(scorer, taught.head, panels)
        data = champion.document.get("data", [])
        return Learned(
            network=network,
            weights=pack(head_tensors(network.head)),
            architecture=_architecture(network, champion.card.input_side),
            settings={**asdict(refiner.settings), "started_from": champion.card.version},
            half_width_per_sd=taught.half_width_per_sd,
            reference=taught.reference,
            rows=taught.rows,
            known=champion.learned | learned_from(self._voted.keys, taught.rows),
            complete=champion.complete,
            parents=tuple(each for each in data if isinstance(each, dict)),
            beside=self._beside(network, features, crowd=crowd),
        )

    def _refiner(
        self, head: KernelHead, crowd: int, features: PanelFeatures, *, judged: Indices
    ) -> Refiner:
        """With its settings chosen."""
        voted, seed = self._voted, self._request.seed
        self._speaker.step("choosing settings")
        rows = learning_order(voted, seed=seed)
        refiner = Refiner(head, crowd, features, shares=voted.shares, votes=voted.votes, rows=rows)
        reached = refiner.choose(
            rows, voted.groups, seed=seed, judged=judged, check=self._speaker.check
        )
        self._say(refiner, reached)
        return refiner

    def _say(self, refiner: Refiner, reached: float) -> None:
        chosen = refiner.settings
        why = f"EMD {reached:.4f} on pictures held out" if np.isfinite(reached) else "by default"
        self._speaker.note(
            f"One vote has the noise {chosen.prior_votes:g}, the champion's word counts "
            f"{chosen.trust:g}: {why}."
        )


class _Fresh(_KernelRecipe):
    def run(self) -> Learned:
        scorer, config, side = self._start()
        features = self._features(scorer, side=side)

        def learn(rows: Indices) -> KernelHead:
            votes = CrowdVotes(
                upright=features.upright[rows],
                mirror=features.mirror[rows],
                shares=self._voted.shares[rows],
                votes=self._voted.votes[rows],
            )
            return fit_kernel_head([votes], config, widths=scorer.widths)

        taught = self._teach(Course("head", learn, 0, self._voted.train), features)
        network = _with_head(scorer, taught.head, (PANEL,))
        used = ("backbones", "backbone_shares", "rank", "sharpness", "prior_votes")
        return Learned(
            network=network,
            weights=pack(head_tensors(network.head)),
            architecture=_architecture(network, side),
            settings={name: value for name, value in asdict(config).items() if name in used},
            half_width_per_sd=taught.half_width_per_sd,
            reference=taught.reference,
            rows=taught.rows,
            known=learned_from(self._voted.keys, taught.rows),
            beside=self._beside(network, features, crowd=0),
        )

    def _start(self) -> tuple[Scorer, TrainConfig, int]:
        """Backbones of the champion, or those of the shipped scorer; settings; side."""
        config = replace(TrainConfig(), panel=PANEL)
        kernel = None if self._champion is None else self._champion.kernel
        if kernel is None or self._champion is None:
            backbones = [create_backbone(name, WeightSource.wheel()) for name in config.backbones]
            network = Scorer(backbones, panels=(PANEL,), rank=config.rank, support=1)
            return network, config, config.input_side
        names = _names(kernel)
        if names != config.backbones:
            share = 1.0 / len(names)
            config = replace(config, backbones=names, backbone_shares=(share,) * len(names))
        rank = len(kernel.head.directions)
        return kernel, replace(config, rank=rank), self._champion.card.input_side


def _refinable(champion: Champion | None) -> Champion:
    if champion is None or champion.kernel is None:
        raise RunRefusedError(
            RefusalCode.CHAMPION_UNFIT,
            "Only a scorer that judges by likeness to known pictures can be refined; "
            "train a fresh head.",
        )
    if len(champion.kernel.head.known) > MOST_KNOWN:
        raise RunRefusedError(
            RefusalCode.CHAMPION_UNFIT,
            f"The champion knows more than {MOST_KNOWN:,} pictures already: train a fresh head.",
        )
    return champion


def _kernel(champion: Champion) -> Scorer:
    if champion.kernel is None:
        raise TypeError("no kernel scorer")
    return champion.kernel


def _copied(head: KernelHead) -> KernelHead:
    """Another head with the numbers that its file has."""
    panels, support, _ = head.pull.shape
    rank, features = head.directions.shape
    copy = KernelHead(features, panels=panels, rank=rank, support=support)
    copy.load_state_dict(head.state_dict())
    round_head(copy)
    return copy


def _with_head(scorer: Scorer, head: KernelHead, panels: tuple[str, ...]) -> Scorer:
    """A scorer with the same backbones and another head."""
    rank, support = len(head.directions), len(head.known)
    network = Scorer(scorer.sees_with, panels=panels, rank=rank, support=support)
    network.head = head
    return network


def _names(scorer: Scorer) -> tuple[str, ...]:
    return tuple(backbone.name for backbone in scorer.sees_with)


def _architecture(network: Scorer, side: int) -> dict[str, object]:
    names = _names(network)
    return {
        "name": "scorer",
        "input_side": side,
        "features": network.feature_count,
        "options": {
            "backbones": list(names),
            "panels": list(network.panels),
            "rank": len(network.head.directions),
            "support": len(network.head.known),
        },
        "backbones": [backbone_facts(name) for name in names if name in VARIANTS],
    }
