"""One run about an attribute: from its folder to an attribute model with one head made anew."""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from ml.contracts.attributes_card import parse_attributes_card
from ml.contracts.files import replace_file
from ml.contracts.retrain import RefusalCode, RunRecipe, RunRequest
from ml.contracts.verdict import RunReport, write_report
from ml.training.attribute_features import BlockFeatures
from ml.training.challenger.artefacts import write_artefacts
from ml.training.challenger.attribute_answers import Answers, read_answers
from ml.training.challenger.attribute_card import first_head_card, full_head_card
from ml.training.challenger.attribute_champion import AttributeChampion, read_attribute_champion
from ml.training.challenger.attribute_heads import Start, teach_heads
from ml.training.challenger.attribute_judging import judge_head, report_of_head
from ml.training.challenger.attribute_made import make
from ml.training.challenger.block_pools import BlockPools
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.picture_features import picture_features
from ml.training.challenger.refusals import RunRefusedError
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import READING, read_pictures

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
    champion = read_attribute_champion(folder)
    answers = _answers(request, folder, champion, speaker)
    features = _features(answers, champion, device=device, cache=cache, speaker=speaker)
    start = _start(request, answers, champion)
    phase = request.recipe.value
    heads = teach_heads(answers, features, start, phase=phase, seed=request.seed, speaker=speaker)
    made = make(request, answers, champion, heads)
    card = first_head_card(made)
    replace_file(folder.weights, made.weights)
    folder.write_card(card, parse_attributes_card)
    tested = judge_head(made, folder, features, device=device, speaker=speaker)
    speaker.step("deciding")
    seconds = round(time.monotonic() - began, 3)
    report = report_of_head(made, tested, looks=looks, seconds=seconds)
    folder.write_card(full_head_card(card, made, tested, report), parse_attributes_card)
    write_artefacts(folder, request, made.network, speaker.points, report)
    write_report(folder.report, report)
    return report


def _answers(
    request: RunRequest, folder: RunFolder, champion: AttributeChampion, speaker: Speaker
) -> Answers:
    """What was voted; ``refine`` watches none that the champion has learned from."""
    voted = read_pictures(folder, told=partial(speaker.step, READING))
    answers = read_answers(request, voted)
    if request.recipe is RunRecipe.REFINE:
        unseen = champion.unseen(request.target, voted.keys, voted.validation)
        answers = replace(answers, voted=voted.watching(unseen))
    _say_what_counts(answers, champion, speaker)
    return answers


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
