"""The champion's files of a run, opened by whoever knows its kind of network."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ml.contracts.card import CardError, DigestMismatchError, read_document
from ml.contracts.retrain import RefusalCode
from ml.inference.golden import GoldenMismatchError
from ml.models.weights import WeightsError
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.refusals import RunRefusedError

Network = TypeVar("Network")
Card = TypeVar("Card")


def champion_files(
    folder: RunFolder, opened: Callable[[Path, Path], tuple[Network, Card]]
) -> tuple[Network, Card, Mapping[str, Any]] | None:
    """Its network, its card, and the whole of the card as JSON; None where there is no champion.

    Raises RunRefusedError.
    """
    if not folder.champion.is_file() and not folder.champion_card.is_file():
        return None
    try:
        network, card = opened(folder.champion, folder.champion_card)
        document = read_document(folder.champion_card)
    except (CardError, DigestMismatchError, GoldenMismatchError, WeightsError) as error:
        raise RunRefusedError(
            RefusalCode.CHAMPION_UNFIT, f"The champion cannot be read: {error}."
        ) from error
    return network, card, document
