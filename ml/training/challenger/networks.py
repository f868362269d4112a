"""The recipes that learn epoch by epoch: a whole network, from ImageNet or from random weights."""

from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
import torch

from ml.contracts.presets import preset
from ml.contracts.recipe import Recipe, RecipeError, changed
from ml.contracts.retrain import RefusalCode, RunRecipe, RunRequest
from ml.evaluation.metrics import (
    Array,
    conformal_half_width,
    errors_per_sd,
    mean_scores,
)
from ml.models.backbone import create_backbone
from ml.models.checkpoints import pack_network
from ml.models.lite import VARIANTS
from ml.models.nima import NimaNetwork
from ml.models.nima_scorer import ARCHITECTURE, NimaScorer
from ml.models.weights import WeightSource
from ml.training.card import backbone_facts
from ml.training.challenger.champion import Champion, learned_from
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.learned import PANEL, Learned
from ml.training.challenger.refusals import RunRefusedError
from ml.training.challenger.telling import Point, Speaker
from ml.training.challenger.voted import VotedPictures
from ml.training.ddp import World
from ml.training.fit import Fitted, fit, open_store
from ml.training.loop import INTERVAL_LEVEL, REFERENCE_POINTS
from ml.training.predicting import judge_pixels
from ml.training.progress import Callbacks, EpochEnd, FitContext, FitProgress
from ml.training.resume import CheckpointError

FALLBACK = "lite0"
_CUT = 8 / 7  # NIMA: crops of 224 out of 256
_TORCHVISION = ("resnet", "vgg")
_SCRATCH: Mapping[str, object] = {
    "name": "scratch",
    "head_epochs": 0,
    "all_epochs": 40,
    "all_rate": 1e-3,
    "tuned_share": 1.0,
    "patience": 12,
}


def recipe_of(request: RunRequest, champion: Champion | None) -> Recipe:
    """The recipe of a request, by default on the champion's first backbone. Raises RecipeError."""
    base = replace(preset("fine-tuned"), mirror_test=False, seed=request.seed)
    if request.recipe is RunRecipe.SCRATCH:
        base = changed(base, _SCRATCH)
    name = str(request.changes.get("backbone", _backbone_of(champion)))
    side = create_backbone(name, None).input_side
    base = replace(base, backbone=name, input_side=side, resize_side=round(side * _CUT))
    recipe = changed(base, request.changes)
    if recipe.mirror_test:
        raise RecipeError("mirror_test is not served: a challenger looks at a picture once")
    return recipe


def learn_network(
    request: RunRequest,
    folder: RunFolder,
    voted: VotedPictures,
    champion: Champion | None,
    *,
    world: World,
    device: torch.device,
    speaker: Speaker,
) -> Learned:
    """``fine-tune`` or ``scratch``, from where an earlier attempt was cut short.

    Every process of ``world`` learns; only what the first one returns is written.
    Raises RecipeError, RunRefusedError, NonFiniteLossError, TrainingStoppedError.
    """
    recipe = recipe_of(request, champion)
    context = _context(folder, voted, world=world, device=device, speaker=speaker)
    fitted = _fitted(request, recipe, voted, context, speaker)
    network = _corrected(fitted)
    speaker.step("sizing the interval")
    whole, everyone = fitted.material.store.whole, np.arange(len(voted.shares))
    guessed = judge_pixels(network, whole, everyone, mirror=False, context=context)
    scorer = NimaScorer(network.cpu(), panels=(PANEL,))
    rows = np.sort(fitted.material.train)
    return Learned(
        network=scorer,
        weights=pack_network(network, architecture=network.architecture),
        architecture=_architecture(scorer, recipe),
        settings=asdict(recipe),
        half_width_per_sd=_width(guessed, voted),
        reference=_reference(guessed, voted),
        rows=rows,
        known=learned_from(voted.keys, rows),
    )


def _context(
    folder: RunFolder,
    voted: VotedPictures,
    *,
    world: World,
    device: torch.device,
    speaker: Speaker,
) -> FitContext:
    watcher = _Watcher(voted, speaker)
    return FitContext(
        callbacks=Callbacks(
            on_progress=watcher.progress if world.writes else _hears_nothing,
            should_stop=speaker.should_stop,
        ),
        on_epoch=watcher.epoch if world.writes else _hears_nothing,
        world=world,
        device=device,
        checkpoint=folder.checkpoint,
        cache=folder.work,
    )


def _fitted(
    request: RunRequest,
    recipe: Recipe,
    voted: VotedPictures,
    context: FitContext,
    speaker: Speaker,
) -> Fitted:
    """Go on from the checkpoint; one that is of no use is put away."""
    if recipe.patience and not len(voted.validation):
        raise RunRefusedError(
            RefusalCode.TOO_FEW_PICTURES,
            "There are no validation pictures to decide by when to stop.",
        )
    speaker.step("reading pictures")
    store = open_store(voted.panel, recipe, context=context)
    source = None if request.recipe is RunRecipe.SCRATCH else _source(recipe.backbone)

    def attempt() -> Fitted:
        return fit(
            recipe,
            voted.panel,
            voted.train,
            store=store,
            source=source,
            context=context,
            validation=voted.validation,
        )

    try:
        return attempt()
    except CheckpointError as error:
        if context.world.size > 1 or context.checkpoint is None:
            raise
        speaker.note(f"Starts afresh: {error}.")
        context.checkpoint.unlink()
        return attempt()


class _Watcher:
    """Turns what a fit tells into lines and points."""

    def __init__(self, voted: VotedPictures, speaker: Speaker) -> None:
        self._voted, self._speaker = voted, speaker
        self._eta_s: float | None = None

    def progress(self, progress: FitProgress) -> None:
        self._eta_s = progress.eta_s
        done = (progress.epoch - 1) * progress.steps + progress.step
        text = f"learning: {_PHASES[progress.phase]}"
        total = progress.epochs * progress.steps
        self._speaker.step(text, done, total, eta_s=progress.eta_s)

    def epoch(self, end: EpochEnd) -> None:
        record, rows = end.record, self._voted.validation
        self._speaker.point(
            Point(
                phase=record.phase,
                epoch=record.epoch,
                epochs=end.epochs,
                loss=record.loss,
                srcc=record.srcc,
                emd_r2=record.emd_r2,
                coverage=record.coverage,
                images_per_s=record.images_per_s,
                eta_s=self._eta_s,
                watched=len(rows),
            )
        )
        if end.guessed is not None and len(rows):
            self._speaker.mistakes(self._voted, rows, end.guessed)


_PHASES = {"semantic": "the teacher's words", "head": "the head", "all": "the whole network"}


def _hears_nothing(_said: object) -> None:
    """What the processes that do not write do with news."""


def _backbone_of(champion: Champion | None) -> str:
    if champion is None:
        return FALLBACK
    return champion.network.sees_with[0].name


def _source(backbone: str) -> WeightSource:
    if backbone.startswith(_TORCHVISION):
        return WeightSource.torchvision()
    return WeightSource.wheel()


def _corrected(fitted: Fitted) -> NimaNetwork:
    """The network with the correction of its prior in its bias: log w_k adds to logit k."""
    network = fitted.network
    if fitted.shift is not None:
        ratio = torch.tensor(fitted.shift.ratio, dtype=torch.float64)
        with torch.no_grad():
            network.head.bias.add_(ratio.log().to(network.head.bias))
    return network


def _width(guessed: Array, voted: VotedPictures) -> float:
    """Of errors on validation pictures, but no smaller than on training pictures."""
    widths = [
        conformal_half_width(errors_per_sd(guessed[rows], voted.shares[rows]), level=INTERVAL_LEVEL)
        for rows in (voted.validation, voted.train)
    ]
    return max(width for width in widths if np.isfinite(width))


def _reference(guessed: Array, voted: VotedPictures) -> Array:
    rows = np.concatenate([voted.train, voted.validation])
    means: Array = np.quantile(mean_scores(guessed[rows]), np.linspace(0, 1, REFERENCE_POINTS))
    return means


def _architecture(scorer: NimaScorer, recipe: Recipe) -> dict[str, object]:
    network = scorer.network
    name = network.backbone.name
    facts = [] if name not in VARIANTS else [_tuned(name, recipe)]
    return {
        "name": ARCHITECTURE,
        "input_side": recipe.input_side,
        "features": network.feature_count,
        "options": {
            "backbone": name,
            "panels": list(scorer.panels),
            "pooling": str(network.pooling_kind),
        },
        "backbones": facts,
    }


def _tuned(name: str, recipe: Recipe) -> dict[str, str]:
    facts = backbone_facts(name)
    words = "trained from random weights" if recipe.name == "scratch" else "trained further"
    return {**facts, "title": f"EfficientNet-Lite{name[-1]}, {words}"}
