"""The phases of a recipe: an optional semantic stage, the head alone, then everything."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from ml.contracts.recipe import Recipe, Teacher
from ml.models.nima import NimaNetwork
from ml.training.material import Material
from ml.training.tasks import (
    Task,
    distribution,
    distribution_from_features,
    mixed,
    semantics,
)

SEMANTIC, HEAD, ALL = "semantic", "head", "all"


@dataclass(frozen=True, slots=True)
class Phase:
    """``stream`` numbers its random draws. ``on_features``: fed with cached features, not pixels.

    ``judges``: whether its epochs are judged by the validation pictures, which makes no sense
    before the head has learned anything.
    """

    name: str
    stream: int
    epochs: int
    rate: float
    task: Task
    on_features: bool
    judges: bool


def plan(recipe: Recipe, material: Material, teacher: Tensor | None) -> tuple[Phase, ...]:
    """The phases with at least one epoch, in order.

    ``teacher``: the (n, 1000) softmax of a semantic teacher, needed where the recipe has one.
    """
    phases = [_head(recipe, material), _all(recipe, material, teacher)]
    if teacher is not None and recipe.teacher in (Teacher.FIRST, Teacher.FIRST_AND_MIXED):
        phases.insert(0, _semantic(recipe, teacher))
    return tuple(phase for phase in phases if phase.epochs)


def _semantic(recipe: Recipe, teacher: Tensor) -> Phase:
    return Phase(
        name=SEMANTIC,
        stream=3,
        epochs=recipe.teacher_epochs,
        rate=recipe.teacher_rate,
        task=semantics(teacher),
        on_features=False,
        judges=False,
    )


def _head(recipe: Recipe, material: Material) -> Phase:
    return Phase(
        name=HEAD,
        stream=1,
        epochs=recipe.head_epochs,
        rate=recipe.head_rate,
        task=distribution_from_features(material.shares, recipe.objective),
        on_features=True,
        judges=True,
    )


def _all(recipe: Recipe, material: Material, teacher: Tensor | None) -> Phase:
    return Phase(
        name=ALL,
        stream=2,
        epochs=recipe.all_epochs,
        rate=recipe.all_rate,
        task=_last_task(recipe, material.shares, teacher),
        on_features=False,
        judges=True,
    )


def _last_task(recipe: Recipe, shares: Tensor, teacher: Tensor | None) -> Task:
    if teacher is not None and recipe.teacher in (Teacher.MIXED, Teacher.FIRST_AND_MIXED):
        return mixed(shares, teacher, recipe.objective, teacher_share=recipe.teacher_share)
    return distribution(shares, recipe.objective)


def trained_parameters(
    network: NimaNetwork, phase: Phase, *, tuned_share: float
) -> Mapping[str, nn.Parameter]:
    """The parameters that ``phase`` updates, by name; gradients are switched off for others.

    ``tuned_share``: how much of the backbone, counted in tensors from the deepest on. Backward
    passes end where the first of them begins, which saves the shallow stages' large maps.
    """
    head = {id(parameter) for parameter in network.head_parameters()}
    tensors = list(network.backbone_parameters())
    backbone = {id(tensor) for tensor in tensors[round(len(tensors) * (1 - tuned_share)) :]}
    wanted = {HEAD: head, SEMANTIC: backbone, ALL: head | backbone}[phase.name]
    chosen: dict[str, nn.Parameter] = {}
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(id(parameter) in wanted)
        if id(parameter) in wanted:
            chosen[name] = parameter
    return chosen
