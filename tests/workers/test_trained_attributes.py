"""A head that was trained here answers, explains and is shown once its version is promoted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ml.contracts.card import read_document
from ml.contracts.retrain import RunExit, RunRecipe
from tests.ml.training.attribute_runs import write_attribute_run
from tests.ml.training.runs import retrain
from webapp.inference.models import AttributeMap, AttributeValue
from webapp.jobs.models import Job, JobState, Queue
from webapp.registry.models import ChangeKind, ModelKind, ModelVersion, StoredWeights
from webapp.registry.services import activate, identity
from workers.tasks.media import render
from workers.tasks.score import score


@pytest.fixture
def promoted(models, tmp_path, settings) -> ModelVersion:
    """A fresh head of mood beside the tiny model's own, kept in the database alone."""
    settings.DATA_HOME = tmp_path / "home"
    folder = write_attribute_run(
        tmp_path / "run", RunRecipe.HEAD, target="mood", low=0.0, high=10.0
    )
    assert retrain(folder).status == RunExit.DONE
    card = read_document(folder.card)
    kind, name, digest = identity(card)
    assert kind == ModelKind.ATTRIBUTES
    version = ModelVersion.objects.create(kind=kind, name=name, digest=digest, card=card)
    StoredWeights.objects.create(version=version, data=folder.weights.read_bytes())
    activate(version, why=ChangeKind.PROMOTED)
    return version


def test_a_promoted_head_answers_is_drawn_and_says_what_it_is_worth(promoted, upload):
    artwork = upload("white")
    render(queue=Queue.IO)
    score(queue=Queue.GPU_INTERACTIVE)
    Job.objects.filter(state=JobState.QUEUED).update(not_before=timezone.now() - timedelta(hours=1))
    score(queue=Queue.GPU_BATCH)
    values = AttributeValue.objects.filter(artwork=artwork, model_version=promoted)
    assert {"light", "mood"} <= set(values.values_list("key", flat=True))
    assert values.get(key="mood").value > 7
    maps = AttributeMap.objects.filter(artwork=artwork, key="mood")
    assert {"merge", "attam"} <= set(maps.values_list("kind", flat=True))
    browser = Client()
    browser.force_login(artwork.owner)
    shown = browser.get(f"/api/v1/artworks/{artwork.pk}").json()
    (mood,) = [each for each in shown["attributes"] if each["key"] == "mood"]
    assert mood["source"] == "learned"
    assert mood["evidence"]["learned_from"] == 48
    page = browser.get(f"/models/{promoted.name}/").content.decode()
    assert "people asked here (Autumn)" in page
