"""One run about an attribute: from its folder to an attribute model with one head made anew."""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from ml.contracts.attributes_card import parse_attributes_card
from ml.contracts.files import replace_file
from ml.contracts.retrain import RefusalCode, RunRecipe, RunRequest
from ml.contracts.verdict import RunReport, write_report
from ml.inference.frozen import frozen
from ml.models.attribute_mapper import AttributeMapper, HeadSpec
from ml.training.attribute_features import BlockFeatures
from ml.training.challenger.artefacts import write_artefacts
from ml.training.challenger.attribute_answers import Answers, read_answers
from ml.training.challenger.attribute_card import Made, first_head_card, full_head_card
from ml.training.challenger.attribute_champion import AttributeChampion, read_attribute_champion
from ml.training.challenger.attribute_heads import Heads, Start, teach_heads
from ml.training.challenger.attribute_judging import judge_head, report_of_head
from ml.training.challenger.block_pools import BlockPools
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.others import read_others
from ml.training.challenger.picture_features import picture_features
from ml.training.challenger.refusals import RunRefusedError
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import READING, read_pictures
from ml.training.checkpoint import pack

RECIPES = (RunRecipe.REFINE, RunRecipe.HEAD)


def run_attribute(
    request: RunRequest,
    folder: RunFolder,
    *,
    device: torch.device,
    cache: Path | None,
    looks: Path | None,
    speaker: Speaker,
    began: float,
) -> RunReport:
    """Learn a head, put it beside the champion's others, judge it, and write all files.

    Raises what ``run_folder`` raises.
    """
    _require_head_recipe(request)
    voted = read_pictures(folder, told=partial(speaker.step, READING))
    answers = read_answers(request, voted)
    champion = read_attribute_champion(folder)
    if request.recipe is RunRecipe.REFINE:
        unseen = champion.unseen(request.target, voted.keys, voted.validation)
        answers = replace(answers, voted=voted.watching(unseen))
    _say_what_counts(answers, champion, speaker)
    features = _features(answers, champion, device=device, cache=cache, speaker=speaker)
    heads = teach_heads(
        answers,
        features,
        _start(request, answers, champion),
        phase=request.recipe.value,
        seed=request.seed,
        speaker=speaker,
    )
    network = with_head(champion.network, answers.spec, heads)
    weights = pack({name: each.contiguous() for name, each in network.taught.state_dict().items()})
    made = Made(request, answers, champion, heads, network, weights)
    card = first_head_card(made)
    replace_file(folder.weights, weights)
    folder.write_card(card, parse_attributes_card)
    others = tuple(read_others(request, folder))
    tested = judge_head(
        request,
        folder,
        answers,
        heads,
        champion,
        features,
        others,
        device=device,
        speaker=speaker,
    )
    speaker.step("deciding")
    seconds = round(time.monotonic() - began, 3)
    report = report_of_head(request, answers, heads, tested, looks=looks, seconds=seconds)
    folder.write_card(full_head_card(card, made, tested, report), parse_attributes_card)
    write_artefacts(folder, request, network, speaker.points, report)
    write_report(folder.report, report)
    return report


def with_head(old: AttributeMapper, spec: HeadSpec, heads: Heads) -> AttributeMapper:
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


def _require_head_recipe(request: RunRequest) -> None:
    if request.recipe not in RECIPES:
        raise RunRefusedError(
            RefusalCode.BAD_REQUEST,
            f"An attribute is learned as a head, not by the recipe {request.recipe.value}.",
        )
    if request.changes:
        raise RunRefusedError(
            RefusalCode.BAD_REQUEST, f"The recipe {request.recipe.value} has no fields to change."
        )


def _say_what_counts(answers: Answers, champion: AttributeChampion, speaker: Speaker) -> None:
    voted, key, version = answers.voted, answers.spec.key, champion.card.version
    gone = f"; {voted.gone} were deleted since" if voted.gone else ""
    speaker.note(
        f"{len(voted.train)} pictures to learn {key} from, {len(voted.validation)} to watch, "
        f"{len(voted.test)} to be tested on{gone}."
    )
    if not champion.knows(answers.spec):
        speaker.note(
            f"{version} has no head of {key} with this range: a fresh one is learned, and it must "
            "beat a constant."
        )
    elif not champion.learned(key)[1]:
        speaker.note(
            f"The card of {version} does not name all pictures that its head of {key} learned "
            "from; test pictures among them would flatter it."
        )


def _features(
    answers: Answers,
    champion: AttributeChampion,
    *,
    device: torch.device,
    cache: Path | None,
    speaker: Speaker,
) -> BlockFeatures:
    backbone = champion.network.backbone
    found = picture_features(
        answers.voted.panel.pictures,
        BlockPools(backbone),
        side=champion.card.input_side,
        device=device,
        cache=cache,
        told=lambda done, total: speaker.step("looking at pictures", done, total),
    )
    return BlockFeatures(found.upright, found.mirror, backbone.block_channels)


def _start(request: RunRequest, answers: Answers, champion: AttributeChampion) -> Start:
    """The champion's own head for ``refine``, else nothing."""
    voted, spec = answers.voted, answers.spec
    if request.recipe is not RunRecipe.REFINE:
        return Start(None, None, voted.train)
    unseen = champion.unseen(spec.key, voted.keys, voted.train)
    return Start(champion.merge_line(spec), champion.awcu_line(spec), unseen)
