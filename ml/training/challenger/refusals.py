"""Why a run ends without a challenger: every known failure as a code and a sentence."""

import errno

import torch
from numpy.linalg import LinAlgError

from ml.contracts.card import CardError, DigestMismatchError
from ml.contracts.manifest import ManifestError
from ml.contracts.recipe import RecipeError
from ml.contracts.retrain import RefusalCode, RequestError
from ml.data.samples import DataSetError
from ml.data.transforms import UnusablePictureError
from ml.evaluation.gate_inputs import GateError, NotFiniteJudgedError
from ml.inference.devices import DeviceUnavailableError
from ml.losses.objectives import UnknownObjectiveError
from ml.losses.weighting import NoWeightError
from ml.models.backbone import NoClassifierError, UnknownBackboneError
from ml.models.scoring_network import UnknownPanelError
from ml.models.weights import NotFiniteError, WeightsError
from ml.training.kernel_fit import KernelFitError, NotFiniteFeaturesError
from ml.training.progress import NonFiniteLossError

FULL = (errno.ENOSPC, errno.EDQUOT)


class RunRefusedError(Exception):
    """The run ends for a reason that trying again does not mend; people read the message."""

    def __init__(self, code: RefusalCode, text: str) -> None:
        super().__init__(text)
        self.code = code


_KINDS: tuple[tuple[RefusalCode, tuple[type[Exception], ...]], ...] = (
    (RefusalCode.OUT_OF_MEMORY, (MemoryError, torch.OutOfMemoryError)),
    (RefusalCode.DEVICE_LOST, (DeviceUnavailableError, torch.AcceleratorError)),
    (
        RefusalCode.NOT_FINITE,
        (
            NonFiniteLossError,
            NotFiniteError,
            NotFiniteFeaturesError,
            NotFiniteJudgedError,
            LinAlgError,
        ),
    ),
    (RefusalCode.ONE_CLASS, (KernelFitError, GateError)),
    (RefusalCode.PICTURES_GONE, (UnusablePictureError,)),
    (RefusalCode.CHAMPION_UNFIT, (UnknownPanelError,)),
    (
        RefusalCode.BAD_REQUEST,
        (
            RequestError,
            RecipeError,
            ManifestError,
            DataSetError,
            CardError,
            DigestMismatchError,
            UnknownBackboneError,
            UnknownObjectiveError,
            NoClassifierError,
            NoWeightError,
            WeightsError,
        ),
    ),
)


def refusal_of(error: Exception) -> RunRefusedError | None:
    """The refusal that an error amounts to; None for one that nobody foresaw."""
    if isinstance(error, RunRefusedError):
        return error
    if isinstance(error, OSError):
        return RunRefusedError(RefusalCode.DISK_FULL, _FULL_TEXT) if _is_full(error) else None
    for code, kinds in _KINDS:
        if isinstance(error, kinds):
            return RunRefusedError(code, _text(code, error))
    return _of_the_machine(error) if isinstance(error, RuntimeError) else None


def _is_full(error: OSError) -> bool:
    return error.errno in FULL


def _of_the_machine(error: RuntimeError) -> RunRefusedError | None:
    """What torch says only in words."""
    words = str(error).lower()
    if "out of memory" in words or "can't allocate memory" in words:
        return RunRefusedError(RefusalCode.OUT_OF_MEMORY, _text(RefusalCode.OUT_OF_MEMORY, error))
    if "cuda error" in words or "device-side" in words:
        return RunRefusedError(RefusalCode.DEVICE_LOST, _text(RefusalCode.DEVICE_LOST, error))
    return None


_FULL_TEXT = "The disk is full: make room where runs are kept, then start the run again."
_LEADS = {
    RefusalCode.OUT_OF_MEMORY: "The memory does not suffice; a smaller batch or network needs less",
    RefusalCode.DEVICE_LOST: "The device was lost; the operator must look at it",
    RefusalCode.NOT_FINITE: "The numbers ran away; lower rates or fp32 may help",
}


def _text(code: RefusalCode, error: Exception) -> str:
    """One line: what happened, then what the library said of it."""
    said = str(error).strip().partition("\n")[0]
    lead = _LEADS.get(code)
    if lead is None:
        first, *_ = said.split() or [""]
        begun = said[:1].upper() + said[1:] if first.isalpha() else said  # names stay as they are
        return begun if begun.endswith(".") else f"{begun}."
    return f"{lead} ({said})." if said else f"{lead}."
