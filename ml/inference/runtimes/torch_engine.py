"""Torch as an engine: channels last, in single precision or in one that the hardware is fast in."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from ml.inference.frozen import frozen, run_frozen
from ml.inference.runtimes.base import EngineUnavailableError, Pictures, Runtime, Shares


class TorchRuntime(Runtime):
    """Eager execution on any device; convolutions in ``precision`` by autocast."""

    def __init__(
        self,
        network: nn.Module,
        *,
        device: torch.device,
        micro_batch: int,
        precision: torch.dtype = torch.float32,
    ) -> None:
        """``network`` maps (B, 3, side, side) pixels in 0..255 to (B, 10) shares."""
        short = {torch.float32: "", torch.bfloat16: "-bf16", torch.float16: "-half"}[precision]
        self.name = f"torch{short}"
        self.micro_batch = micro_batch
        self._network = frozen(network, device=device)
        self._device = device
        self._precision = precision

    def run(self, batches: Iterable[Pictures]) -> list[Shares]:
        """One batch after the other; pixels travel as bytes and become floats on the device."""
        return [
            run_frozen(self._forward, torch.from_numpy(batch).to(self._device)).numpy()
            for batch in batches
        ]

    def _forward(self, batch: Tensor) -> Tensor:
        # (B, side, side, 3) bytes seen as (B, 3, side, side) lie channels last already.
        pixels = batch.permute(0, 3, 1, 2).to(torch.float32)
        reduced = self._precision is not torch.float32
        with torch.autocast(self._device.type, dtype=self._precision, enabled=reduced):
            shares: Tensor = self._network(pixels)
        return shares


def require_bf16(device: torch.device) -> None:
    """Raises EngineUnavailableError where bf16 would be emulated and slow."""
    if device.type == "cuda":
        capable = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        features = torch.cpu.get_capabilities()
        capable = bool(features.get("avx512_bf16") or features.get("amx_bf16"))
    if not capable:
        raise EngineUnavailableError(f"this {device.type} does not compute in bf16")
