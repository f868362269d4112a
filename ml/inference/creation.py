"""Create the network that a card names: one way for every kind of model."""

from collections.abc import Mapping
from typing import TypeVar

from torch import nn

from ml.contracts.card import CardError
from ml.models.registry import create
from ml.models.weights import WeightsError

Network = TypeVar("Network", bound=nn.Module)


def create_named(
    architecture: str, options: Mapping[str, object], kind: type[Network], *, lack: str
) -> Network:
    """The untrained network with its pretrained backbone; ``lack`` says what another one lacks.

    Raises CardError for options that describe no network, WeightsError for one of another kind.
    """
    try:
        network = create(architecture, pretrained=True, **options)
    except (LookupError, TypeError, ValueError) as error:
        raise CardError(f"{architecture} with {dict(options)}: {error}") from error
    if not isinstance(network, kind):
        raise WeightsError(f"{architecture} {lack}")
    return network
