"""The attribute model that a run makes: the champion's network with one head replaced or added."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ml.contracts.retrain import RunRequest
from ml.inference.frozen import frozen
from ml.models.attribute_mapper import AttributeMapper, HeadSpec
from ml.training.challenger.attribute_answers import Answers
from ml.training.challenger.attribute_champion import AttributeChampion
from ml.training.challenger.attribute_heads import Heads
from ml.training.checkpoint import pack


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Everything that is known of a run besides its test. ``weights``: the file of ``network``."""

    request: RunRequest
    answers: Answers
    champion: AttributeChampion
    heads: Heads
    network: AttributeMapper
    weights: bytes


def make(request: RunRequest, answers: Answers, champion: AttributeChampion, heads: Heads) -> Made:
    """Put the learned head beside the champion's others."""
    network = _with_head(champion.network, answers.spec, heads)
    weights = pack({name: each.contiguous() for name, each in network.taught.state_dict().items()})
    return Made(request, answers, champion, heads, network, weights)


def _with_head(old: AttributeMapper, spec: HeadSpec, heads: Heads) -> AttributeMapper:
    """The same network with one head replaced, or added as the last; the others to the last bit."""
    known = spec.key in old.keys
    specs = tuple(spec if each.key == spec.key else each for each in old.heads)
    at = old.keys.index(spec.key) if known else len(specs)
    network = AttributeMapper(old.backbone, specs if known else (*specs, spec))
    state = dict(old.taught.state_dict())
    for name, value in (
        ("merge.weight", heads.merge.weight),
        ("merge.bias", heads.merge.bias),
        ("awcu.attribute_weight", heads.awcu.weight),
        ("awcu.attribute_bias", heads.awcu.bias),
    ):
        state[name] = _with_row(state[name], at, torch.tensor(value, dtype=torch.float32))
    network.taught.load_state_dict(state)
    return frozen(network, device=torch.device("cpu"))


def _with_row(rows: Tensor, at: int, row: Tensor) -> Tensor:
    return torch.cat([rows[:at], row.reshape(1, *rows.shape[1:]), rows[at + 1 :]])
