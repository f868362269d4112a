"""OpenVINO as an engine on the CPU: the network is converted in memory, nothing is written."""

import warnings
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import nn

from ml.inference.frozen import frozen
from ml.inference.runtimes.base import EngineUnavailableError, Pictures, Runtime, Shares

SINGLE, BRAIN = "f32", "bf16"
_NAMES = {SINGLE: "openvino", BRAIN: "openvino-bf16"}
# What conversion and compilation are known to raise for a network or machine they cannot serve.
_REFUSALS = (RuntimeError, ImportError, AttributeError, TypeError, ValueError)


class OpenVinoConverter:
    """A network as an OpenVINO graph that reads bytes, ready to be compiled for batch sizes.

    Tracing and converting cost about 1.5 s of one core, once; compiling costs about 0.2 s.
    """

    def __init__(self, network: nn.Module, *, side: int) -> None:
        """Raises EngineUnavailableError when OpenVINO is absent or refuses the network."""
        if find_spec("openvino") is None:
            raise EngineUnavailableError("the package openvino is not installed")
        self.side = side
        # By name: optional, and it takes memory that a process on torch should not spend.
        self.library: Any = import_module("openvino")
        self.core = self.library.Core()
        try:
            self._graph = self._converted(network)
        except _REFUSALS as error:
            raise EngineUnavailableError(f"openvino refuses the network: {error}") from error

    @property
    def computes_bf16(self) -> bool:
        """Whether the CPU multiplies in bf16 by itself."""
        return "BF16" in self.core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")

    def compile(self, batch: int, *, precision: str, threads: int) -> Any:
        """A compiled model for exactly ``batch`` pictures, one stream for each thread."""
        graph = self._graph.clone()
        graph.reshape([batch, self.side, self.side, 3])
        hints = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": threads,
            # Independent pictures on every core beat one picture shared by all of them.
            "NUM_STREAMS": threads,
            # Other processes live on these cores too.
            "ENABLE_CPU_PINNING": False,
        }
        return self.core.compile_model(graph, "CPU", hints)

    def _converted(self, network: nn.Module) -> Any:
        example = torch.zeros(2, 3, self.side, self.side)
        still = frozen(network, device=torch.device("cpu"))
        with warnings.catch_warnings(), torch.no_grad():
            # Paddings depend on the side, which is fixed here: tracing warns of just that.
            warnings.simplefilter("ignore")
            traced = torch.jit.trace(  # type: ignore[no-untyped-call]
                still, example, check_trace=False
            )
            graph = self.library.convert_model(
                traced, example_input=example, input=[-1, 3, self.side, self.side]
            )
        return self._reading_bytes(graph)

    def _reading_bytes(self, graph: Any) -> Any:
        """Put the change from (B, side, side, 3) bytes to (B, 3, side, side) floats inside."""
        wrapper = import_module("openvino.preprocess").PrePostProcessor(graph)
        entry = wrapper.input()
        entry.tensor().set_element_type(self.library.Type.u8)
        entry.tensor().set_layout(self.library.Layout("NHWC"))
        entry.model().set_layout(self.library.Layout("NCHW"))
        return wrapper.build()


class OpenVinoRuntime(Runtime):
    """Micro-batches of a fixed size in parallel streams; what is left over goes one by one."""

    def __init__(
        self,
        converter: OpenVinoConverter,
        *,
        micro_batch: int,
        threads: int,
        precision: str = SINGLE,
    ) -> None:
        """Raises EngineUnavailableError when the CPU refuses the compiled network."""
        self.name = _NAMES[precision]
        self.micro_batch = micro_batch
        try:
            self._queues = {
                size: converter.library.AsyncInferQueue(
                    converter.compile(size, precision=precision, threads=threads)
                )
                for size in {1, micro_batch}
            }
        except _REFUSALS as error:
            raise EngineUnavailableError(f"openvino cannot compile: {error}") from error
        for queue in self._queues.values():
            queue.set_callback(_keep)

    def run(self, batches: Iterable[Pictures]) -> list[Shares]:
        """Starts each batch as it is drawn, so that the next is prepared meanwhile."""
        places: list[list[Shares]] = []
        for batch in batches:
            whole = len(batch) in self._queues
            pieces = [batch] if whole else [batch[i : i + 1] for i in range(len(batch))]
            places.append([np.empty((0, 0), np.float32)] * len(pieces))
            for index, piece in enumerate(pieces):
                queue = self._queues[len(piece)]
                queue.start_async({0: np.ascontiguousarray(piece)}, (places[-1], index))
        for queue in self._queues.values():
            queue.wait_all()
        return [np.concatenate(pieces) for pieces in places]


def _keep(request: Any, place: tuple[list[Shares], int]) -> None:
    """Copy a finished request's shares to where they belong; the request is used again."""
    results, index = place
    results[index] = request.get_output_tensor().data.copy()
