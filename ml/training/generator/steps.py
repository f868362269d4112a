"""A generator and a discriminator that learn from each other, one update of both at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml.contracts.generator_card import Conditioning
from ml.losses.adversarial import hinge_discriminator, hinge_generator, r1_penalty
from ml.models.pfagan.conditioning import Condition
from ml.models.pfagan.discriminator import Discriminator
from ml.models.pfagan.generator import Generator
from ml.training.averaging import Averaged
from ml.training.generator.augment import augmented
from ml.training.optimising import Adam
from ml.training.progress import NonFiniteLossError
from ml.training.resume import prefixed, under

BETAS = (0.0, 0.9)  # Miyato and Koyama (2018), section 5


@dataclass(frozen=True, slots=True)
class GeneratorConfig:
    """Everything that decides what is learned from the same pictures.

    ``rates``: of the generator and of the discriminator, which learns faster (Heusel et al.
    2017). ``lessons``: updates of the discriminator for each of the generator. ``average``: decay
    of the average of the generator's weights, which is what is shown. ``r1``: weight of the
    penalty, 0 for none. ``bf16``: half precision where CUDA computes.
    """

    size: int = 64
    width: int = 16
    latent: int = 64
    conditioning: Conditioning = Conditioning.MIXED
    batch: int = 16
    rates: tuple[float, float] = (4e-4, 6e-4)
    lessons: int = 1
    average: float = 0.995
    r1: float = 0.0
    bf16: bool = False
    seed: int = 1

    @property
    def shown(self) -> int:
        """Real pictures that the discriminator sees in one update of the generator."""
        return self.batch * self.lessons


@dataclass(frozen=True, slots=True)
class Losses:
    """Of one update. ``real``, ``made``: mean scores that the discriminator gave."""

    discriminator: float
    generator: float
    real: float
    made: float


class Duel:
    """Both networks with all that a later process needs to go on, on one device."""

    def __init__(
        self,
        config: GeneratorConfig,
        *,
        pixels: Tensor,
        condition: Condition,
        categories: int,
        device: torch.device,
    ) -> None:
        """``pixels``: (n, 3, S, S) bytes of the pictures whose ``condition`` is known."""
        self._config, self._device = config, device
        self._pixels, self._condition = pixels, condition
        self.random = torch.Generator().manual_seed(config.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)  # first weights are drawn from the global state
            self.generator = Generator(
                size=config.size, width=config.width, latent=config.latent,
                categories=categories, conditioning=config.conditioning,
            )  # fmt: skip
            self.discriminator = Discriminator(
                size=config.size, width=config.width, categories=categories
            )
        for network in (self.generator, self.discriminator):
            network.scale.fit(condition.histogram)
            network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        weights = [dict(each.named_parameters()) for each in (self.generator, self.discriminator)]
        self._adams = [Adam(each, weight_decay=0.0, betas=BETAS) for each in weights]
        self.average = Averaged(weights[0], decay=config.average)
        self.updates = 0

    def step(self) -> Losses:
        """One update of the discriminator, then one of the generator by the same pictures.

        Raises NonFiniteLossError.
        """
        for _ in range(self._config.lessons - 1):
            with torch.no_grad():
                made, wished = self._made()
            self._teach_discriminator(*self._real(), made, wished)
        made, wished = self._made()
        first, means = self._teach_discriminator(*self._real(), made.detach(), wished)
        second = self._teach_generator(made, wished)
        self.average.update()
        self.updates += 1
        losses = Losses(first, second, *means)
        if not torch.isfinite(torch.tensor([first, second])).all():
            raise NonFiniteLossError(f"losses became {losses} at update {self.updates}")
        return losses

    def tensors(self) -> dict[str, Tensor]:
        """All that ``restore`` needs."""
        found = {"random": self.random.get_state()}
        parts: list[tuple[str, Mapping[str, Tensor]]] = [
            ("generator", self.generator.state_dict()),
            ("discriminator", self.discriminator.state_dict()),
            ("average", self.average.tensors),
            *zip(("adam_g", "adam_d"), (adam.tensors() for adam in self._adams), strict=True),
        ]
        for name, tensors in parts:
            found |= prefixed(name, tensors)
        return found

    def restore(self, tensors: Mapping[str, Tensor], *, updates: int) -> None:
        """Go on from what ``tensors`` returned after so many updates."""
        self.random.set_state(tensors["random"])
        self.generator.load_state_dict(under("generator", tensors))
        self.discriminator.load_state_dict(under("discriminator", tensors))
        self.average.restore(under("average", tensors), updates=updates)
        for name, adam in zip(("adam_g", "adam_d"), self._adams, strict=True):
            adam.restore(under(name, tensors))
        self.updates = updates

    def _drawn(self) -> Tensor:
        return torch.randint(len(self._pixels), (self._config.batch,), generator=self.random)

    def _made(self) -> tuple[Tensor, Condition]:
        """A batch of samples, asked for what some pictures were judged to be."""
        wished = self._condition.of(self._drawn()).to(self._device)
        latents = torch.randn(self._config.batch, self._config.latent, generator=self.random)
        with self._precision():
            return self.generator(latents.to(self._device), wished), wished

    def _real(self) -> tuple[Tensor, Condition]:
        """A batch of pictures in -1..1, half of them mirrored."""
        rows = self._drawn()
        pixels = self._pixels[rows]
        mirror = torch.rand(len(rows), generator=self.random) < 0.5
        pixels = torch.where(mirror[:, None, None, None], pixels.flip(3), pixels)
        scaled = pixels.to(device=self._device, dtype=torch.float32) / 127.5 - 1.0
        return scaled, self._condition.of(rows).to(self._device)

    def _teach_discriminator(
        self, real: Tensor, asked: Condition, made: Tensor, wished: Condition
    ) -> tuple[float, tuple[float, float]]:
        adam = self._adams[1]
        adam.clear()
        if self._config.r1:
            real.requires_grad_()
        with self._precision():
            seen = augmented(torch.cat([real, made.float()]), self.random)
            scores = self.discriminator(seen, asked.and_then(wished)).float()
        good, bad = scores[: len(real)], scores[len(real) :]
        loss = hinge_discriminator(good, bad)
        if self._config.r1:
            loss = loss + self._config.r1 * r1_penalty(good, real)
        loss.backward()  # type: ignore[no-untyped-call]
        adam.update(rate=self._config.rates[1])
        return float(loss.detach()), (float(good.detach().mean()), float(bad.detach().mean()))

    def _teach_generator(self, made: Tensor, wished: Condition) -> float:
        adam = self._adams[0]
        adam.clear()
        _set_taught(self.discriminator, taught=False)
        with self._precision():
            scores = self.discriminator(augmented(made.float(), self.random), wished).float()
        loss = hinge_generator(scores)
        loss.backward()  # type: ignore[no-untyped-call]
        _set_taught(self.discriminator, taught=True)
        adam.update(rate=self._config.rates[0])
        return float(loss.detach())

    def _precision(self) -> torch.autocast:
        wanted = self._config.bf16 and self._device.type == "cuda"
        return torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=wanted)


def _set_taught(network: nn.Module, *, taught: bool) -> None:
    for parameter in network.parameters():
        parameter.requires_grad_(taught)
