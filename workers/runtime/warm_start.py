"""Where the last weighing of a campaign ended, as bytes, so that the next one is short."""

from dataclasses import astuple, fields
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ml.raters.model import State
from ml.raters.opinion import Opinion
from ml.raters.state import Crowd
from webapp.ratings.reading import Reading

_ARRAYS = tuple(each.name for each in fields(State) if each.name != "crowd")
_CROWD = tuple(each.name for each in fields(Crowd))


def packed(reading: Reading, state: State) -> bytes:
    """An npz file: the state, and whose places it speaks of."""
    out = BytesIO()
    arrays: dict[str, Any] = {name: getattr(state, name) for name in _ARRAYS}
    np.savez(
        out, allow_pickle=False, crowd=np.array(astuple(state.crowd)),
        named=np.array(_CROWD), entries=_ids(reading.entries), raters=_ids(reading.raters),
        **arrays,
    )  # fmt: skip
    return out.getvalue()


def unpacked(reading: Reading) -> Opinion | None:
    """The opinion to start from; None when it is of another crowd, or of another model's kind.

    New pictures and raters come last. When one was taken out the fit begins afresh.
    """
    if not reading.state:
        return None
    try:
        with np.load(BytesIO(reading.state), allow_pickle=False) as file:
            kept = dict(file)
    except (ValueError, BadZipFile, OSError):
        return None
    same = (
        set(_ARRAYS) <= kept.keys()
        and tuple(kept["named"]) == _CROWD
        and _begins(_ids(reading.entries), kept["entries"])
        and _begins(_ids(reading.raters), kept["raters"])
    )
    if not same:
        return None
    state = State(crowd=Crowd(*kept["crowd"].tolist()), **{name: kept[name] for name in _ARRAYS})
    return _opinion(state)


def _ids(ids: tuple[Any, ...]) -> np.ndarray[Any, Any]:
    return np.array([each.bytes for each in ids], dtype="V16")


def _begins(whole: np.ndarray[Any, Any], start: np.ndarray[Any, Any]) -> bool:
    return len(start) <= len(whole) and bool(np.array_equal(whole[: len(start)], start))


def _opinion(state: State) -> Opinion:
    """A fit starts from its state alone."""
    none, nobody = np.zeros(0), np.zeros(0, np.int32)
    return Opinion(
        mean=none, sd=none, low=none, high=none, distribution=none, divisive=none, votes=nobody,
        bias=none, spread=none, noise=none, consistency=none, side=none, weight=none,
        rater_votes=nobody, state=state, converged=True, rounds=0, noise_typical=0.0,
    )  # fmt: skip
