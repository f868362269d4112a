"""Open a device by its name, or say that this machine has none such."""

import torch


class DeviceUnavailableError(RuntimeError):
    """There is no such device here: the operator must name another, ``cpu`` for one."""


def open_device(name: torch.device | str) -> torch.device:
    """The device, after a number was put on it. Raises DeviceUnavailableError."""
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        first = str(error).partition("\n")[0]
        raise DeviceUnavailableError(f"no device {name} can be used: {first}") from error
    return device
