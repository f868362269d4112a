"""The errors that a person at the command line can act on: told in one line, status 2."""

from ml.contracts.card import CardError, DigestMismatchError
from ml.contracts.manifest import ManifestError
from ml.contracts.recipe import RecipeError
from ml.data.samples import DataSetError
from ml.data.transforms import UnusablePictureError
from ml.evaluation.benchmark import BenchmarkSourceError
from ml.evaluation.checks import BadRowsError
from ml.evaluation.marked_section import NoMarksError
from ml.evaluation.predictions import PredictionFileError
from ml.evaluation.votes import TooFewVotesError
from ml.inference.devices import DeviceUnavailableError
from ml.inference.golden import GoldenMismatchError
from ml.inference.runtimes.base import EngineUnavailableError
from ml.losses.objectives import UnknownObjectiveError
from ml.losses.weighting import NoWeightError
from ml.models.backbone import NoClassifierError, UnknownBackboneError
from ml.models.registry import UnknownModelError
from ml.models.scoring_network import UnknownPanelError
from ml.models.weights import WeightsError
from ml.style.arbitrary import ArbitraryUnavailableError
from ml.style.features import UnknownLayerError
from ml.style.pairs import PairBudgetError
from ml.style.pictures import StyleMemoryError
from ml.style.slow import TransferCancelledError, TransferDivergedError
from ml.style.space import TooFewStylesError
from ml.training.kernel_fit import KernelFitError
from ml.training.progress import NonFiniteLossError, TrainingStoppedError
from ml.training.resume import CheckpointError

REFUSALS: tuple[type[Exception], ...] = (
    ArbitraryUnavailableError,
    BadRowsError,
    BenchmarkSourceError,
    CardError,
    CheckpointError,
    DataSetError,
    DeviceUnavailableError,
    DigestMismatchError,
    EngineUnavailableError,
    GoldenMismatchError,
    KernelFitError,
    ManifestError,
    NoClassifierError,
    NoMarksError,
    NoWeightError,
    NonFiniteLossError,
    OSError,  # a file that is not there, cannot be read, or finds no room
    PairBudgetError,
    PredictionFileError,
    RecipeError,
    StyleMemoryError,
    TooFewStylesError,
    TooFewVotesError,
    TrainingStoppedError,
    TransferCancelledError,
    TransferDivergedError,
    UnknownBackboneError,
    UnknownLayerError,
    UnknownModelError,
    UnknownObjectiveError,
    UnknownPanelError,
    UnusablePictureError,
    WeightsError,
)
