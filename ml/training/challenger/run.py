"""One run from its folder to a challenger with its verdict."""

import shutil
import time
from functools import partial
from pathlib import Path

from ml.contracts.card import parse_card
from ml.contracts.retrain import OVERALL, RunRecipe, RunRequest, read_request
from ml.contracts.verdict import RunReport, write_report
from ml.training.challenger.artefacts import write_artefacts
from ml.training.challenger.attribute import run_attribute
from ml.training.challenger.card import first_card, full_card
from ml.training.challenger.champion import Champion, read_champion
from ml.training.challenger.folder import CHALLENGER, RunFolder
from ml.training.challenger.generator import run_generator
from ml.training.challenger.judging import Judge, report_of
from ml.training.challenger.kernels import Bench, learn_kernel
from ml.training.challenger.learned import Learned
from ml.training.challenger.machine import Machine
from ml.training.challenger.networks import learn_network
from ml.training.challenger.others import read_others
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import READING, VotedPictures, read_pictures
from ml.training.checkpoint import write_checkpoint

BY_EPOCHS = (RunRecipe.FINE_TUNE, RunRecipe.SCRATCH)


def run_folder(path: Path, *, machine: Machine, speaker: Speaker) -> RunReport | None:
    """Learn, judge, and write all files of ``ml.contracts.retrain``; the report comes last.

    None in processes that only help the first one to learn. Raises TrainingStoppedError, and what
    ``refusals.refusal_of`` knows by name.
    """
    began = time.monotonic()
    folder = RunFolder(path)
    request = read_request(folder.request)
    if request.recipe not in BY_EPOCHS and not machine.world.writes:
        return None
    if request.recipe is RunRecipe.GENERATOR:
        return run_generator(request, folder, machine=machine, speaker=speaker, began=began)
    if request.target != OVERALL:
        return run_attribute(
            request,
            folder,
            device=machine.device,
            cache=machine.cache,
            looks=machine.looks,
            speaker=speaker,
            began=began,
        )
    voted = read_pictures(folder, told=partial(speaker.step, READING))
    champion = read_champion(folder)
    if request.recipe is RunRecipe.REFINE and champion is not None:
        voted = voted.watching(champion.unseen(voted.keys, voted.validation))
    _say_what_counts(voted, champion, speaker)
    learned = _learn(request, folder, voted, champion, machine, speaker)
    if not machine.world.writes:
        return None
    report = _judged(request, folder, voted, champion, learned, machine, speaker, began=began)
    shutil.rmtree(folder.work, ignore_errors=True)
    return report


def _learn(
    request: RunRequest,
    folder: RunFolder,
    voted: VotedPictures,
    champion: Champion | None,
    machine: Machine,
    speaker: Speaker,
) -> Learned:
    if request.recipe in BY_EPOCHS:
        return learn_network(
            request,
            folder,
            voted,
            champion,
            world=machine.world,
            device=machine.device,
            speaker=speaker,
        )
    bench = Bench(machine.device, machine.cache)
    return learn_kernel(request, voted, champion, bench=bench, speaker=speaker)


def _judged(
    request: RunRequest,
    folder: RunFolder,
    voted: VotedPictures,
    champion: Champion | None,
    learned: Learned,
    machine: Machine,
    speaker: Speaker,
    *,
    began: float,
) -> RunReport:
    """Write the challenger, read it again, judge it, and write what was found."""
    card = first_card(request, voted, learned, champion)
    write_checkpoint(folder.path, name=CHALLENGER, weights=learned.weights, card=card)
    others = tuple(read_others(request, folder))
    judge = Judge(voted, learned, champion, others, device=machine.device, speaker=speaker)
    tested = judge.test(request, folder.weights, folder.card)
    speaker.step("deciding")
    seconds = round(time.monotonic() - began, 3)
    report = report_of(request, voted, learned, tested, looks=machine.looks, seconds=seconds)
    folder.write_card(full_card(card, voted, learned, tested, report), parse_card)
    write_artefacts(folder, request, learned.network, speaker.points, report)
    write_report(folder.report, report)
    return report


def _say_what_counts(voted: VotedPictures, champion: Champion | None, speaker: Speaker) -> None:
    gone = f"; {voted.gone} were deleted since" if voted.gone else ""
    speaker.note(
        f"{len(voted.train)} pictures to learn from, {len(voted.validation)} to watch, "
        f"{len(voted.test)} to be tested on{gone}."
    )
    if champion is None:
        speaker.note("No model is served yet: the challenger must beat a constant.")
    elif not champion.complete:
        speaker.note(
            f"The card of {champion.card.version} does not name all pictures that it learned "
            "from; test pictures among them would flatter it."
        )
