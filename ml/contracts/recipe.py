"""A training recipe: every choice of a two-phase run, named, checked and readable as JSON.

The default values hold the hyper-parameters of idealo's ``config_aesthetic_cpu.json``, which
follow Talebi and Milanfar (2018): dropout .75, batches of 96, the head alone for 5 epochs at 1e-3,
then everything for 9 epochs at 3e-5, Keras' Adam decay 2.3e-5 in both.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from hashlib import sha256
from math import isfinite
from pathlib import Path


class RecipeError(ValueError):
    """A field is unknown or out of range: whoever wrote the recipe must correct it."""


class Pooling(StrEnum):
    """What becomes of a backbone's maps: mean of the last, or mean and spread of every one."""

    TOP = "top"
    STAGES = "stages"


class Weighting(StrEnum):
    """How much each training picture counts, see ``ml.losses.weighting``."""

    PLAIN = "plain"
    AMBIGUITY = "ambiguity"
    HARD = "hard"
    INVERSE_FREQUENCY = "inverse-frequency"


class Teacher(StrEnum):
    """The part of a semantic teacher, see ``ml.training.tasks``."""

    NONE = "none"
    FIRST = "first"
    FIRST_AND_MIXED = "first-and-mixed"
    MIXED = "mixed"


class Precision(StrEnum):
    """Arithmetic of the forward pass; weights and their updates are always fp32."""

    FP32 = "fp32"
    BF16 = "bf16"


class Schedule(StrEnum):
    """How the learning rate falls within a phase; ``t`` is the step, ``T`` the steps in all.

    ``keras``: rate / (1 + decay t). ``cosine``: rate (1 + cos(pi t / T)) / 2 after 5 % of warm-up.
    """

    KERAS = "keras"
    COSINE = "cosine"


class Monitor(StrEnum):
    """What the validation pictures decide early stopping by."""

    EMD = "emd"
    SRCC = "srcc"


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides a fit besides the data. The same recipe and data give the same weights.

    Pictures are squeezed to ``resize_side`` squared, from which ``input_side`` squared is cut at
    random, and mirrored half the time; they are never brightened or recoloured, for that would
    change what people judge. ``batch`` is the number of pictures behind one update, computed in
    ``accumulate`` parts. ``cached_views``: the head phase cycles through that many fixed random
    crops of each picture, whose features are computed once. ``patience``: epochs without a better
    validation figure before a phase ends; 0 never stops early and keeps the last weights.
    ``start_at_mean``: the untrained head
    says the mean training distribution, as Glorot's draw does not. ``tuned_share`` in [0, 1]: the
    part of the backbone's tensors, from the deepest on, that the last phase trains.
    ``ema``: decay of the averaged weights that are kept, 0 for none. ``per_bin``: most training
    pictures in each of the ten rating bins, 0 for all. ``weight_gamma`` and ``weight_delta``:
    exponent and half-width of the ambiguity weights around ``threshold`` on the scale of ten.
    ``teacher_share`` in [0, 1): the teacher's part of a mixed objective. Rates are per update.
    """

    name: str = "nima"
    backbone: str = "lite0"
    pooling: Pooling = Pooling.TOP
    input_side: int = 224
    resize_side: int = 256
    random_crop: bool = True
    flip: bool = True
    mirror_test: bool = False
    dropout: float = 0.75
    start_at_mean: bool = False
    tuned_share: float = 1.0
    objective: str = "emd-r2"
    head_epochs: int = 5
    head_rate: float = 1e-3
    all_epochs: int = 9
    all_rate: float = 3e-5
    schedule: Schedule = Schedule.KERAS
    decay: float = 2.3e-5
    weight_decay: float = 0.0
    batch: int = 96
    accumulate: int = 12
    cached_views: int = 5
    ema: float = 0.0
    precision: Precision = Precision.FP32
    validation_share: float = 0.1
    patience: int = 0
    monitor: Monitor = Monitor.EMD
    weighting: Weighting = Weighting.PLAIN
    threshold: float = 5.5
    weight_gamma: float = 1.0
    weight_delta: float = 1.0
    per_bin: int = 0
    prior_correction: bool = True
    teacher: Teacher = Teacher.NONE
    teacher_epochs: int = 3
    teacher_rate: float = 3e-5
    teacher_share: float = 0.1
    seed: int = 1

    def __post_init__(self) -> None:
        _check_kinds(self)
        _check_ranges(self)

    def to_json(self) -> str:
        """The recipe as JSON text, every field written out."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @property
    def digest(self) -> str:
        """sha256 of the JSON text: equal for equal recipes."""
        return sha256(self.to_json().encode()).hexdigest()


def parse_recipe(text: str) -> Recipe:
    """A recipe from JSON text; fields that are left out are those of ``nima``.

    Raises RecipeError naming the field that is unknown or wrong.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise RecipeError(f"the recipe is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise RecipeError("a recipe is a JSON object")
    return changed(Recipe(), document)


def read_recipe(path: Path) -> Recipe:
    """The recipe in a JSON file. Raises RecipeError."""
    try:
        return parse_recipe(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} cannot be read: {error}") from error


def changed(recipe: Recipe, values: Mapping[str, object]) -> Recipe:
    """The recipe with some fields replaced, enumerations given by their words.

    Raises RecipeError for a field that does not exist or a value of another kind.
    """
    if unknown := set(values) - {field.name for field in fields(Recipe)}:
        raise RecipeError(f"a recipe has no field {sorted(unknown)[0]}")
    typed = {name: _typed(getattr(recipe, name), name, value) for name, value in values.items()}
    return Recipe(**{**asdict(recipe), **typed})


def set_field(recipe: Recipe, assignment: str) -> Recipe:
    """The recipe with ``key=value`` applied, the value read as JSON or else as a word."""
    name, equals, text = assignment.partition("=")
    if not equals:
        raise RecipeError(f"{assignment!r} is no key=value")
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    return changed(recipe, {name: value})


def _typed(present: object, name: str, value: object) -> object:
    kind = type(present)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if issubclass(kind, StrEnum) and isinstance(value, str):
        try:
            return kind(value)
        except ValueError:
            raise RecipeError(f"{name} is one of {[str(word) for word in kind]}") from None
    return value


def _check_kinds(recipe: Recipe) -> None:
    for field in fields(Recipe):
        value = getattr(recipe, field.name)
        kind = type(field.default)
        if type(value) is not kind:
            raise RecipeError(f"{field.name} is a {kind.__name__}, not {value!r}")
        if isinstance(value, float) and not isfinite(value):
            raise RecipeError(f"{field.name} is {value}, which is no number to compute with")


def _check_ranges(recipe: Recipe) -> None:
    _within(recipe, ("dropout", "ema", "validation_share", "teacher_share"), below=1.0)
    _at_least(recipe, ("batch", "accumulate", "cached_views", "input_side"), least=1)
    _at_least(recipe, ("head_epochs", "all_epochs", "teacher_epochs", "seed"), least=0)
    _at_least(recipe, ("patience", "per_bin", "weight_gamma", "decay", "weight_decay"), least=0)
    for name in ("head_rate", "all_rate", "teacher_rate", "weight_delta"):
        if not getattr(recipe, name) > 0:
            raise RecipeError(f"{name} is above 0")
    if not 0 <= recipe.tuned_share <= 1:
        raise RecipeError("tuned_share lies in [0, 1]")
    if recipe.resize_side < recipe.input_side:
        raise RecipeError("resize_side is at least input_side: the crop is cut from it")
    if recipe.patience and not recipe.validation_share:
        raise RecipeError("patience needs a validation_share to judge by")


def _within(recipe: Recipe, names: tuple[str, ...], *, below: float) -> None:
    for name in names:
        if not 0 <= getattr(recipe, name) < below:
            raise RecipeError(f"{name} lies in [0, {below:g})")


def _at_least(recipe: Recipe, names: tuple[str, ...], *, least: int) -> None:
    for name in names:
        if not getattr(recipe, name) >= least:
            raise RecipeError(f"{name} is at least {least}")
