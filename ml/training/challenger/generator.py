"""One run about a generator: from its folder to weights, card, verdict and grids."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from ml.contracts.files import replace_file
from ml.contracts.generator_card import parse_generator_card
from ml.contracts.generator_recipe import GeneratorRecipe, generator_recipe
from ml.contracts.retrain import OVERALL, RefusalCode, RunRequest
from ml.contracts.verdict import RunReport, Verdict, write_report
from ml.inference.features import FrozenFeatures
from ml.training.challenger.folder import CHALLENGER, RunFolder
from ml.training.challenger.generator_artefacts import write_generator_artefacts
from ml.training.challenger.generator_champion import GeneratorChampion, read_generator_champion
from ml.training.challenger.generator_judging import LATENTS, Court, judge_generator
from ml.training.challenger.generator_material import material_of_run, sides_of
from ml.training.challenger.generator_telling import Watcher
from ml.training.challenger.machine import Machine
from ml.training.challenger.refusals import RunRefusedError
from ml.training.challenger.telling import Speaker
from ml.training.challenger.voted import READING, VotedPictures, read_pictures
from ml.training.generator.card import Finished, card_of
from ml.training.generator.judges import fit_judges
from ml.training.generator.material import Material
from ml.training.generator.measure import Measured, ground_of, measure, sheets_of
from ml.training.generator.outcome import Outcome, open_outcome, read_outcome
from ml.training.generator.run import GRIDS, STATE, Budget, Watch, learn
from ml.training.generator.steps import GeneratorConfig
from ml.training.resume import CheckpointError

WATCH_SIDE = 64
HOW = "two networks that learn from each other: one makes pictures, the other tells them from real"
_LICENCE = "The weights are the installation's own; see data for what they learned from"

Document = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """What a run is about. ``left_out``: held-out pictures that the champion knows already."""

    request: RunRequest
    folder: RunFolder
    recipe: GeneratorRecipe
    voted: VotedPictures
    champion: GeneratorChampion | None
    material: Material
    eyes: FrozenFeatures
    left_out: int


def run_generator(
    request: RunRequest, folder: RunFolder, *, machine: Machine, speaker: Speaker, began: float
) -> RunReport:
    """Learn, judge, and write all files; the report comes last. Raises what ``run_folder`` does."""
    setting = _setting(request, folder, machine, speaker)
    outcome = _learnt(setting, machine, speaker)
    finished, measured, court = _measured(setting, outcome, machine, speaker)
    card = _card(finished, setting)
    replace_file(folder.weights, finished.weights)
    folder.write_card(card, parse_generator_card)
    verdict, points = judge_generator(request, folder, measured, setting.champion, court)
    report = RunReport(
        verdict=verdict,
        flips=(),
        points=points,
        trained_on=len(setting.material.learned),
        gone=setting.voted.gone,
        learned_before=setting.left_out,
        seconds=round(time.monotonic() - began, 3),
    )
    folder.write_card(_with_verdict(card, verdict), parse_generator_card)
    sheets = sheets_of(measured, setting.material.squares.pixels[setting.material.learned])
    write_generator_artefacts(folder, request, finished.network, speaker.points, sheets, report)
    write_report(folder.report, report)
    return report


def _setting(
    request: RunRequest, folder: RunFolder, machine: Machine, speaker: Speaker
) -> _Setting:
    if request.target != OVERALL:
        raise RunRefusedError(
            RefusalCode.BAD_REQUEST, "A generator learns from ratings, not from an attribute."
        )
    recipe = generator_recipe(request.changes)
    voted = read_pictures(folder, told=partial(speaker.step, READING))
    champion = read_generator_champion(folder)
    learned, judged, left_out = sides_of(voted, champion)
    _say_what_counts(voted, champion, judged=len(judged), left_out=left_out, speaker=speaker)
    eyes = FrozenFeatures(backbones=machine.judges, device=machine.device)
    material = material_of_run(
        voted, (learned, judged), recipe, eyes, cache=machine.cache, speaker=speaker
    )
    return _Setting(request, folder, recipe, voted, champion, material, eyes, left_out)


def _learnt(setting: _Setting, machine: Machine, speaker: Speaker) -> Outcome:
    """Go on from the state in the folder; one that is of no use is put away."""
    recipe, path = setting.recipe, setting.folder.path
    speaker.step("looking at the pictures that are held back")
    watching = FrozenFeatures(backbones=machine.judges[:1], side=WATCH_SIDE, device=machine.device)
    watch = Watch(watching, setting.material)
    budget = Budget(recipe.updates, recipe.minutes * 60, recipe.every)
    watcher = Watcher(setting.material, budget, speaker)

    def attempt() -> Path:
        return learn(
            path,
            setting.material,
            _config(setting, machine),
            budget=budget,
            watch=watch,
            device=machine.device,
            callbacks=watcher.callbacks,
            shown=watcher.shown,
        )

    try:
        attempt()
    except CheckpointError as error:
        speaker.note(f"Starts afresh: {error}.")
        (path / STATE).unlink()
        shutil.rmtree(path / GRIDS, ignore_errors=True)
        attempt()
    return read_outcome(path)


def _measured(
    setting: _Setting, outcome: Outcome, machine: Machine, speaker: Speaker
) -> tuple[Finished, Measured, Court]:
    """What was learned, as judges see it who learned from other pictures."""
    material, version = setting.material, setting.request.version
    network = open_outcome(outcome, material).to(machine.device)
    judges = fit_judges(material, setting.eyes)
    ground = ground_of(material, judges)
    measured = measure(
        outcome, network, material, judges, title=version, version=version, latents=LATENTS,
        told=speaker.step,
    )  # fmt: skip
    weights, data = outcome.weights.read_bytes(), _data(setting.request)
    finished = Finished(outcome, network, material, measured.figures, ground, weights, data)
    return finished, measured, Court(material, judges, ground, machine.device, speaker.step)


def _config(setting: _Setting, machine: Machine) -> GeneratorConfig:
    recipe = setting.recipe
    return GeneratorConfig(
        size=recipe.size,
        width=recipe.width,
        conditioning=recipe.conditioning,
        batch=recipe.batch,
        lessons=recipe.lessons,
        bf16=machine.device.type == "cuda",
        seed=setting.request.seed,
    )


def _card(finished: Finished, setting: _Setting) -> Document:
    """All but the verdict."""
    request, champion = setting.request, setting.champion
    served = None
    if champion is not None:
        served = {"version": champion.card.version, "sha256": champion.card.sha256}
    card = card_of(
        finished, version=request.version, created_at=request.created_at[:10], licence=_LICENCE,
        file=CHALLENGER,
    )  # fmt: skip
    training = card["training"]
    assert isinstance(training, dict)
    card["training"] = training | {
        "recipe": request.recipe.value,
        "how": HOW,
        "run": request.run,
        "snapshot": request.snapshot,
        "champion": served,
    }
    return card


def _with_verdict(card: Mapping[str, object], verdict: Verdict) -> Document:
    passed = "passed the gate" if verdict.passed else "did not pass the gate"
    return {
        **card,
        "gate": asdict(verdict),
        "verdicts": [f"It {passed}.", *(reason.text for reason in verdict.reasons)],
    }


def _data(request: RunRequest) -> list[Document]:
    """The sources of the snapshot; the snapshot itself where it names none."""
    sources: list[Document] = [
        {
            "name": source.name,
            "title": source.title,
            "licence": source.licence or "not stated",
            "count": source.pictures,
            "votes": source.votes,
        }
        for source in request.sources
    ]
    return sources or [{"name": "snapshot", "licence": "not stated"}]


def _say_what_counts(
    voted: VotedPictures,
    champion: GeneratorChampion | None,
    *,
    judged: int,
    left_out: int,
    speaker: Speaker,
) -> None:
    gone = f"; {voted.gone} were deleted since" if voted.gone else ""
    speaker.note(
        f"{len(voted.train)} pictures to learn from, {judged} held back for those who judge{gone}."
    )
    if champion is None:
        speaker.note("No generator is served yet: it must beat a dial that does nothing.")
        return
    if left_out:
        speaker.note(
            f"{left_out} more are held back, but {champion.card.version} learned from them: they "
            "judge nothing."
        )
    if not champion.complete:
        speaker.note(
            f"The card of {champion.card.version} does not name all pictures that it learned from."
        )
