"""The engines that can run a served network, by the names that settings and options use."""

from enum import StrEnum


class Engine(StrEnum):
    """``auto`` lets a self-test at start-up decide; any other name pins that engine."""

    AUTO = "auto"
    TORCH = "torch"
    TORCH_BF16 = "torch-bf16"
    TORCH_HALF = "torch-half"
    OPENVINO = "openvino"
    OPENVINO_BF16 = "openvino-bf16"
