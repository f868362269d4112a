"""A generator from its run to the studio: grids are kept, it is registered, proved and served."""

import json

import pytest
from django.test import Client

from tests.people import person
from tests.webapp.training.reports import report
from tests.workers.test_generating import seen, wish
from tests.workers.test_proving import WHY, press, taken_in, told, zipped
from tests.workers.tiny import write_tiny_generator
from tests.world import frozen
from webapp.generation.models import Generation
from webapp.jobs.models import Queue
from webapp.training import runs
from webapp.training.models import TrainingRun
from workers.runtime import training
from workers.tasks.score import score

GENERATES = 7  # the act of the fake


@pytest.fixture
def ann(generator, tmp_path, settings) -> Client:
    """Staff of an installation with a tiny scorer and a tiny generator."""
    settings.DATA_HOME = tmp_path / "home"
    settings.RUNS_DIR = tmp_path / "runs"
    browser = Client()
    browser.force_login(person("ann@example.org", staff=True))
    return browser


@pytest.fixture
def run(ann, settings, monkeypatch) -> TrainingRun:
    """A process that speaks as the real one has made a generator that passed."""
    made = settings.RUNS_DIR / "made"
    card = write_tiny_generator(made, name="challenger", seed=5)
    (made / "report.json").write_text(json.dumps(report()))
    assert card.is_file()
    monkeypatch.setattr(training, "RETRAIN", ("-m", "tests.workers.fake_retrain"))
    monkeypatch.setattr(training, "LISTEN_S", 0.05)
    staff = person("ben@example.org", staff=True)
    asked = TrainingRun.objects.create(
        snapshot=frozen(staff), recipe="generator", seed=GENERATES, by=staff
    )
    runs.ask_for(asked, owner_id=staff.pk)
    assert training.train_next([Queue.TRAIN]) == 1
    asked.refresh_from_db()
    return asked


def test_its_grids_and_losses_are_kept_and_its_generator_is_registered(run):
    assert (run.state, run.error_text) == ("done", "")
    assert (run.champion.kind, run.champion.name) == ("generator", "generator-tiny-1")
    assert (run.version.kind, run.version.name) == ("generator", "challenger")
    kept = list(run.grids.order_by("updates"))
    assert (len(kept), kept[0].updates, kept[-1].updates) == (24, 10, 300)
    assert bytes(kept[0].data) == b"samples after 10"
    assert (kept[0].rows, kept[0].columns) == (["Sea"], [3.0, 7.5])
    assert not run.grids.filter(updates=999).exists(), "a file that is not in the folder"
    last = run.curve.filter(phase="duel").latest("epoch")
    assert (last.epoch, last.epochs, last.discriminator, last.kid) == (300, 300, 1.5, 0.25)


def test_promoted_it_makes_the_next_pictures_and_rolled_back_the_former_does(ann, run):
    def makers() -> list[str]:
        """Of the pictures of a new wish."""
        pk = wish(ann, count=1)
        score(queue=Queue.GPU_GENERATE)
        assert seen(ann, pk)["state"] == "done"
        return list(
            Generation.objects.values_list("model_version__name", flat=True).order_by("created_at")
        )

    assert makers() == ["generator-tiny-1"]
    assert press(ann, {"id": str(run.version.pk)}) == "active"
    assert makers() == ["generator-tiny-1", "challenger"], "what was made stays the former's"
    answer = ann.post(
        f"/api/v1/model-versions/{run.version.pk}/rollback", content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    assert makers()[-1] == "generator-tiny-1"


@pytest.mark.parametrize(("spoilt", "proof"), [(False, "sound"), (True, "refused")])
def test_one_from_elsewhere_is_proved_by_its_golden_colours(ann, tmp_path, spoilt, proof):
    def spoil(card, weights):
        if spoilt:
            card["golden"]["colours"] = [[255.0, 0.0, 0.0]]
        return weights

    card = write_tiny_generator(tmp_path / "theirs", name="theirs", seed=9)
    made = taken_in(ann, zipped(card, spoil))
    assert press(ann, made) != "active"
    score(queue=Queue.GPU_INTERACTIVE)
    assert told(ann, made)["proof"] == proof
    answer = ann.put(
        f"/api/v1/model-versions/{made['id']}/override", WHY, content_type="application/json"
    )
    assert (answer.status_code == 200) is not spoilt
