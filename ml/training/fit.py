"""Fit one network to one panel by a recipe: from voted pictures to a network that judges."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ml.contracts.recipe import Pooling, Recipe, Teacher
from ml.data.samples import Panel
from ml.data.splits import Indices
from ml.evaluation.metrics import Array
from ml.inference.frozen import run_frozen
from ml.losses.objectives import needs_spread
from ml.models.backbone import create_backbone
from ml.models.nima import NimaNetwork
from ml.models.weights import WeightSource
from ml.training.frozen_features import standardised, view_features, whole_features
from ml.training.material import Material, prepare
from ml.training.phases import Phase, plan
from ml.training.pixels import PixelStore, cache_name, load_pixels
from ml.training.predicting import BATCH, PhaseInputs, judge_pixels
from ml.training.progress import EpochEnd, EpochRecord, FitContext
from ml.training.resume import Saved, prefixed, read_saved, under, write_saved
from ml.training.sampling import PriorShift
from ml.training.tasks import teacher_softmax
from ml.training.two_phase import PhaseRun
from ml.training.views import ready


@dataclass(frozen=True, slots=True)
class Fitted:
    """A finished fit. ``shift`` undoes under-sampling in predictions, None where there was none.

    ``seconds``: wall time of this process, from pixels to weights. ``material`` says which rows
    were trained on and which were only looked at.
    """

    network: NimaNetwork
    recipe: Recipe
    shift: PriorShift | None
    history: tuple[EpochRecord, ...]
    material: Material
    seconds: float

    def judge(self, store: PixelStore, rows: Indices, *, context: FitContext) -> Array:
        """Distributions (len(rows), 10) of pictures seen whole, prior corrected."""
        mirror = self.recipe.mirror_test
        guessed = judge_pixels(self.network, store.whole, rows, mirror=mirror, context=context)
        return guessed if self.shift is None else self.shift.corrected(guessed)


def build_network(recipe: Recipe, source: WeightSource | None) -> NimaNetwork:
    """The untrained network of the recipe; its head is drawn from the recipe's seed.

    Leaves torch's generator seeded: call it inside ``torch.random.fork_rng``.
    """
    torch.manual_seed(recipe.seed)
    backbone = create_backbone(recipe.backbone, source)
    return NimaNetwork(backbone, pooling=recipe.pooling, dropout=recipe.dropout)


def open_store(panel: Panel, recipe: Recipe, *, context: FitContext) -> PixelStore:
    """The panel's pixels as the recipe wants them; one process decodes, the others wait."""
    if not context.world.writes and context.cache is not None:
        context.world.wait()
    store = load_pixels(
        panel.pictures, large=recipe.resize_side, side=recipe.input_side, cache=context.cache
    )
    if context.world.writes and context.cache is not None:
        context.world.wait()
    return store


def fit(
    recipe: Recipe,
    panel: Panel,
    rows: Indices,
    *,
    store: PixelStore,
    source: WeightSource | None,
    context: FitContext,
    validation: Indices | None = None,
) -> Fitted:
    """Train on ``rows`` of the panel and on nothing else; validation is taken out of them.

    ``validation``: other rows that are only looked at, where the data say which; none is taken out
    then.

    With ``context.checkpoint`` the state is kept after every epoch, and a run of the same recipe
    on the same pictures goes on from there. The same recipe and pictures give the same weights
    on the same machine, interrupted or not; several processes that go on drop other features than
    they would have, as only the first one's random state is kept. Raises TrainingStoppedError,
    NonFiniteLossError, CheckpointError, NoClassifierError, SpreadUnknownError, NoWeightError, and
    what creating the backbone raises.
    """
    began = time.monotonic()
    if needs_spread(recipe.objective):
        panel.require_spread()
    material = prepare(panel, rows, recipe, store=store, validation=validation)
    with torch.random.fork_rng():
        network = build_network(recipe, source).to(context.device)
        network = network.to(memory_format=torch.channels_last)
        if recipe.start_at_mean:
            _start_at_mean(network, material)
        history = _Fit(network, recipe, material, context).run()
    shift = _prior_shift(network, recipe, material, context)
    return Fitted(
        network=network,
        recipe=recipe,
        shift=shift,
        history=history,
        material=material,
        seconds=time.monotonic() - began,
    )


class _Fit:
    def __init__(
        self, network: NimaNetwork, recipe: Recipe, material: Material, context: FitContext
    ) -> None:
        self._network = network
        self._recipe = recipe
        self._material = material
        self._context = context
        self._identity = cache_name(
            recipe.digest, material.store.identity, material.train.tolist(), network.backbone.digest
        )
        self._history: list[EpochRecord] = []

    def run(self) -> tuple[EpochRecord, ...]:
        phases = plan(self._recipe, self._material, self._teacher())
        saved = self._saved()
        _seed_dropout(self._recipe, self._context)
        if saved is not None:
            self._network.load_state_dict(under("network", saved.tensors))
            torch.set_rng_state(saved.tensors["random"])
            self._history = list(saved.history)
            self._repeat(phases)
        done = 0 if saved is None else saved.phase
        for number, phase in enumerate(phases):
            if number >= done:
                self._run(number, phase, saved if number == done else None)
        return tuple(self._history)

    def _run(self, number: int, phase: Phase, saved: Saved | None) -> None:
        run = PhaseRun(
            self._network,
            phase,
            self._material,
            self._recipe,
            inputs=self._inputs(phase),
            context=self._context,
        )
        if saved is not None:
            run.restore(saved)
        for record in run.run():
            self._history.append(record)
            self._keep(number, record.epoch, run)
            self._context.on_epoch(EpochEnd(record, phase.epochs, run.guessed))

    def _repeat(self, phases: Sequence[Phase]) -> None:
        """Tell of the epochs that an earlier run finished."""
        epochs = {phase.name: phase.epochs for phase in phases}
        for record in self._history:
            self._context.on_epoch(EpochEnd(record, epochs[record.phase], None))

    def _inputs(self, phase: Phase) -> PhaseInputs:
        device = self._context.device
        if not phase.on_features:
            return PhaseInputs(self._material, self._recipe, phase, device=device)
        untouched = self._recipe.teacher not in (Teacher.FIRST, Teacher.FIRST_AND_MIXED)
        store, network = self._material.store, self._network
        raw = view_features(
            network,
            store,
            self._material.train,
            self._recipe,
            stream=phase.stream,
            context=self._context,
            cached=untouched,
        )
        if network.pooling_kind is Pooling.STAGES:
            network.standardise_by(raw.flatten(0, 1).to(device))
        validation: Tensor | None = None
        if len(self._material.validation):
            rows = self._material.validation
            whole = whole_features(network, store, rows, context=self._context, cached=untouched)
            validation = standardised(network, whole)
        return PhaseInputs(
            self._material,
            self._recipe,
            phase,
            device=device,
            features=standardised(network, raw),
            validation=validation,
        )

    def _teacher(self) -> Tensor | None:
        """(panel, 1000) softmax for the training rows, from the network before any training."""
        if self._recipe.teacher is Teacher.NONE:
            return None
        store, device = self._material.store, self._context.device
        self._network.train(mode=False)
        targets: Tensor | None = None
        for start in range(0, len(self._material.train), BATCH):
            rows = torch.from_numpy(self._material.train[start : start + BATCH])
            pixels = ready(store.whole[rows], device=device)
            softmax = run_frozen(lambda batch: teacher_softmax(self._network, batch), pixels)
            if targets is None:
                targets = torch.zeros(len(store.whole), softmax.shape[1])
            targets[rows] = softmax
        return None if targets is None else targets.to(device)

    def _saved(self) -> Saved | None:
        if self._context.checkpoint is None:
            return None
        return read_saved(self._context.checkpoint, identity=self._identity)

    def _keep(self, number: int, epochs: int, run: PhaseRun) -> None:
        path = self._context.checkpoint
        if path is None or not self._context.world.writes:
            return
        updates, averaged, stale, best = run.counters()
        tensors = {
            **prefixed("network", self._network.state_dict()),
            **run.state(),
            "random": torch.get_rng_state(),
        }
        write_saved(
            path,
            Saved(
                identity=self._identity,
                phase=number,
                epoch=epochs,
                updates=updates,
                averaged=averaged,
                stale=stale,
                best=best,
                history=tuple(self._history),
                tensors=tensors,
            ),
        )


def _start_at_mean(network: NimaNetwork, material: Material) -> None:
    """Let the untrained head say the mean training distribution of nearly every picture."""
    rows = torch.from_numpy(material.train)
    with torch.no_grad():
        network.head.weight.mul_(0.1)
        network.head.bias.copy_(torch.log(material.shares[rows].mean(dim=0) + 1e-4))


def _seed_dropout(recipe: Recipe, context: FitContext) -> None:
    """Each process drops other features; the weights were drawn alike before."""
    torch.manual_seed(recipe.seed * 7919 + context.world.rank)


def _prior_shift(
    network: NimaNetwork, recipe: Recipe, material: Material, context: FitContext
) -> PriorShift | None:
    """From the training pictures alone: their votes, and what the network says of them all."""
    if not recipe.per_bin or not recipe.prior_correction:
        return None
    natural = material.voted[material.natural]
    start = PriorShift.between(natural=natural, sampled=material.voted[material.train])
    mirror = recipe.mirror_test
    said = judge_pixels(
        network, material.store.whole, material.natural, mirror=mirror, context=context
    )
    return start.fitted_to(said, natural=natural)
