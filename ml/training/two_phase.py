"""Train a network phase by phase: updates, progress, validation, early stopping, checkpoints.

Batch normalisation. The Lite backbones have it folded into their convolutions. Others keep it in
evaluation mode in *every* phase: its running statistics stay ImageNet's, its scale and shift learn
in the last phase. Statistics of a few pictures would be noise, they would make a batch cut into
parts or shared among processes differ from the whole one, and cached features would be wrong.
"""

import time
from collections.abc import Iterator
from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor

from ml.contracts.recipe import Monitor, Precision, Recipe
from ml.data.splits import Indices
from ml.evaluation.metrics import Array, emd, halved_coverage, mean_scores, srcc
from ml.models.nima import NimaNetwork
from ml.training.averaging import Averaged
from ml.training.loop import INTERVAL_LEVEL
from ml.training.material import Material
from ml.training.optimising import Adam, rate_at
from ml.training.phases import Phase, trained_parameters
from ml.training.predicting import PhaseInputs, judge_features, judge_pixels
from ml.training.progress import (
    EpochRecord,
    FitContext,
    FitProgress,
    NonFiniteLossError,
    TrainingStoppedError,
)
from ml.training.resume import Saved, prefixed, under
from ml.training.updates import add_up_gradients
from ml.training.views import draw_order


class PhaseRun:
    """One phase of a fit. ``run`` yields after every epoch; the state can be saved and restored.

    ``guessed``: what the last epoch said of the validation pictures, (n, 10), where it was asked.
    The caller seeds torch's generator, which only dropout reads.
    """

    def __init__(
        self,
        network: NimaNetwork,
        phase: Phase,
        material: Material,
        recipe: Recipe,
        *,
        inputs: PhaseInputs,
        context: FitContext,
    ) -> None:
        self._network = network
        self._phase = phase
        self._material = material
        self._recipe = recipe
        self._inputs = inputs
        self._context = context
        self._parameters = trained_parameters(network, phase, tuned_share=recipe.tuned_share)
        self._adam = Adam(self._parameters, weight_decay=recipe.weight_decay)
        self._average = (
            Averaged(self._parameters, decay=recipe.ema)
            if recipe.ema and not phase.on_features
            else None
        )
        self._best: dict[str, Tensor] = {}
        self._best_figure: float | None = None
        self._stale = 0
        self._updates = 0
        self._steps = -(-len(material.train) // recipe.batch)
        self._rate = phase.rate
        self._started = time.monotonic()
        self._seen = 0
        self._first_epoch = 0
        self._last: EpochRecord | None = None
        self.guessed: Array | None = None

    def run(self) -> Iterator[EpochRecord]:
        """Train the epochs that are left. Raises TrainingStoppedError or NonFiniteLossError."""
        self._started, self._seen = time.monotonic(), 0
        for epoch in range(self._first_epoch, self._phase.epochs):
            if self._is_stale():
                break
            self._last = self._epoch(epoch)
            self._judge(self._last)
            yield self._last
        self._finish()

    def state(self) -> dict[str, Tensor]:
        """Tensors to save beside the network's own: optimiser, average and best weights."""
        average = {} if self._average is None else self._average.tensors
        return {
            **prefixed("adam", self._adam.tensors()),
            **prefixed("average", average),
            **prefixed("best", self._best),
        }

    def counters(self) -> tuple[int, int, int, float | None]:
        """Updates so far, updates of the average, stale epochs, and the best figure."""
        averaged = 0 if self._average is None else self._average.updates
        return self._updates, averaged, self._stale, self._best_figure

    def restore(self, saved: Saved) -> None:
        """Go on after ``saved.epoch`` epochs. The network's own weights are the caller's."""
        self._first_epoch = saved.epoch
        self._updates, self._stale, self._best_figure = saved.updates, saved.stale, saved.best
        self._best = under("best", saved.tensors)
        self._adam.restore(under("adam", saved.tensors))
        if self._average is not None:
            self._average.restore(under("average", saved.tensors), updates=saved.averaged)

    def _epoch(self, epoch: int) -> EpochRecord:
        self._network.train(mode=True)
        self._network.backbone.train(mode=False)
        self._inputs.begin(epoch)
        order = draw_order(
            len(self._material.train), self._recipe, stream=self._phase.stream, epoch=epoch
        )
        began, losses = time.monotonic(), 0.0
        for step in range(self._steps):
            places = order[step * self._recipe.batch : (step + 1) * self._recipe.batch]
            loss = self._update(places, epoch=epoch, step=step)
            losses += loss
            self._tell(epoch, step, loss, pictures=len(places))
        seconds = time.monotonic() - began
        self.guessed = guessed = self._validation() if self._phase.judges else None
        return EpochRecord(
            phase=self._phase.name,
            epoch=epoch + 1,
            loss=losses / self._steps,
            rate=self._rate,
            seconds=seconds,
            images_per_s=len(order) / max(seconds, 1e-9),
            srcc=None if guessed is None else self._srcc(guessed),
            emd_r2=None if guessed is None else self._emd(guessed),
            coverage=None if guessed is None else self._coverage(guessed),
        )

    def _update(self, places: Indices, *, epoch: int, step: int) -> float:
        """One update from the pictures at ``places`` of the training rows. Returns the loss."""
        self._adam.clear()
        weights = self._material.weights
        rows = torch.from_numpy(self._material.train[places])
        whole = float(weights[rows].sum())
        loss = 0.0
        mine = self._context.world.own(places)
        for part in np.array_split(mine, min(self._recipe.accumulate, max(1, len(mine)))):
            if len(part):
                loss += self._backward(part, whole)
        loss, stopping = add_up_gradients(
            list(self._parameters.values()),
            loss=loss,
            stopping=self._context.callbacks.should_stop(),
            world=self._context.world,
        )
        if stopping:
            raise TrainingStoppedError("training was stopped; the last epoch's state is kept")
        if not np.isfinite(loss):
            name = self._phase.name
            raise NonFiniteLossError(
                f"the loss is {loss} in phase {name}, epoch {epoch + 1}, step {step + 1}"
            )
        steps = self._steps * self._phase.epochs
        self._rate = rate_at(self._recipe, self._phase.rate, step=self._updates, steps=steps)
        self._adam.update(rate=self._rate)
        self._updates += 1
        if self._average is not None:
            self._average.update()
        return loss

    def _backward(self, part: Indices, whole: float) -> float:
        """Add the part's gradient of sum(w l) / ``whole``. Returns its share of the loss."""
        rows = torch.from_numpy(self._material.train[part])
        inputs = self._inputs.rows(part)
        device = self._context.device
        mixed = self._recipe.precision is Precision.BF16
        scope = torch.autocast(device.type, dtype=torch.bfloat16) if mixed else nullcontext()
        with scope:
            losses = self._phase.task(self._network, inputs, rows.to(device))
        weights = self._material.weights[rows].to(device)
        share = (losses * weights).sum() / whole
        share.backward()  # type: ignore[no-untyped-call]
        return float(share.detach())

    def _validation(self) -> Array | None:
        if not len(self._material.validation):
            return None
        averaged = nullcontext() if self._average is None else self._average.lent()
        with averaged:
            if (features := self._inputs.validation) is not None:
                return judge_features(self._network, features)
            return judge_pixels(
                self._network,
                self._material.store.whole,
                self._material.validation,
                mirror=False,
                context=self._context,
            )

    def _srcc(self, guessed: Array) -> float:
        voted = self._material.voted[self._material.validation]
        return srcc(mean_scores(guessed), mean_scores(voted))

    def _emd(self, guessed: Array) -> float:
        return float(emd(guessed, self._material.voted[self._material.validation], r=2).mean())

    def _coverage(self, guessed: Array) -> float | None:
        voted = self._material.voted[self._material.validation]
        return halved_coverage(guessed, voted, level=INTERVAL_LEVEL)

    def _judge(self, record: EpochRecord) -> None:
        """Remember the best weights and count the epochs since, where patience is asked for."""
        if not self._recipe.patience or record.srcc is None or record.emd_r2 is None:
            return
        by_rank = self._recipe.monitor is Monitor.SRCC
        figure = -record.srcc if by_rank else record.emd_r2
        if self._best_figure is None or figure < self._best_figure:
            self._best_figure, self._stale = figure, 0
            values = self._parameters if self._average is None else self._average.tensors
            self._best = {name: value.detach().clone() for name, value in values.items()}
        else:
            self._stale += 1

    def _is_stale(self) -> bool:
        return bool(self._recipe.patience) and self._stale >= self._recipe.patience

    def _finish(self) -> None:
        """Leave the weights to keep in the network: the best, the average, or the last."""
        if self._average is not None:
            self._average.install()
        with torch.no_grad():
            for name, value in self._best.items():
                self._parameters[name].copy_(value)

    def _tell(self, epoch: int, step: int, loss: float, *, pictures: int) -> None:
        self._seen += pictures
        speed = self._seen / max(time.monotonic() - self._started, 1e-9)
        count = len(self._material.train)
        left = (self._phase.epochs - epoch) * count - min((step + 1) * self._recipe.batch, count)
        self._context.callbacks.on_progress(
            FitProgress(
                phase=self._phase.name,
                epoch=epoch + 1,
                epochs=self._phase.epochs,
                step=step + 1,
                steps=self._steps,
                loss=loss,
                rate=self._rate,
                images_per_s=speed,
                eta_s=left / speed,
                last=self._last,
            )
        )
