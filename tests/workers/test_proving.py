"""What came from elsewhere judges only after a worker has loaded it and met its golden answers."""

import json
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.people import person
from tests.workers.tiny import write_tiny_attributes, write_tiny_scorer
from webapp.jobs.models import Job, Queue
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion
from webapp.training import proving
from workers.tasks.score import score

API = "/api/v1/model-versions"
WHY = {"reason": "It knows our paintings."}
Spoil = Callable[[dict[str, Any], bytes], bytes]


def staff(name: str) -> Client:
    browser = Client()
    browser.force_login(person(f"{name}@example.org", staff=True))
    return browser


@pytest.fixture
def ann(scorer, tmp_path, settings) -> Client:
    settings.DATA_HOME = tmp_path / "home"
    return staff("ann")


@pytest.fixture
def ben(ann) -> Client:
    return staff("ben")


def zipped(card: Path, spoil: Spoil) -> bytes:
    """As an installation exports it; `spoil` changes its card in place, and gives its weights."""
    document = json.loads(card.read_text())
    weights = spoil(document, card.with_suffix(".safetensors").read_bytes())
    document["weights"]["sha256"] = sha256(weights).hexdigest()
    files = {"card.json": json.dumps(document).encode(), "weights.safetensors": weights}
    files["SHA256SUMS"] = "".join(
        f"{sha256(data).hexdigest()}  {name}\n" for name, data in files.items()
    ).encode()
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def taken_in(browser: Client, bundle: bytes) -> dict[str, Any]:
    sent = {"file": SimpleUploadedFile("model.zip", bundle)}
    answer = browser.post(f"{API}/import", sent)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def told(browser: Client, made: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = browser.get(f"{API}/{made['id']}").json()
    return seen


def press(browser: Client, made: dict[str, Any]) -> str:
    """The code of what refuses its promotion, or its new state."""
    answer = browser.post(f"{API}/{made['id']}/promote", {}, content_type="application/json").json()
    return str(answer.get("code") or answer["state"])


def override(browser: Client, made: dict[str, Any]) -> str:
    answer = browser.put(f"{API}/{made['id']}/override", WHY, content_type="application/json")
    return str(answer.json().get("code", answer.status_code))


def _sound(card: dict[str, Any], weights: bytes) -> bytes:
    return weights


def _of_other_weights(card: dict[str, Any], weights: bytes) -> bytes:
    """Every last byte of the tensors another one: the card's golden answers are of the former."""
    head = 8 + int.from_bytes(weights[:8], "little")
    floats = bytearray(weights)
    for at in range(head, len(floats), 4):
        floats[at + 2] ^= 0x70
    return bytes(floats)


def _not_numbers(card: dict[str, Any], weights: bytes) -> bytes:
    head = 8 + int.from_bytes(weights[:8], "little")
    return weights[:head] + b"\xff\xff\xff\x7f" * ((len(weights) - head) // 4)


def _of_another_shape(card: dict[str, Any], weights: bytes) -> bytes:
    card["architecture"]["options"]["support"] += 1
    return weights


def _of_no_network(card: dict[str, Any], weights: bytes) -> bytes:
    card["architecture"]["name"] = "oracle"
    return weights


def _too_patient(card: dict[str, Any], weights: bytes) -> bytes:
    card["golden"]["tolerance"] = 1.0
    return weights


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_of_other_weights, "golden"), (_too_patient, "golden"), (_not_numbers, "unloadable"),
        (_of_another_shape, "unloadable"), (_of_no_network, "unloadable"),
    ],
)  # fmt: skip
def test_what_workers_refuse_is_never_promoted_also_not_by_two(ann, ben, tmp_path, spoil, code):
    card = write_tiny_scorer(tmp_path / "theirs", name="theirs", seed=9)
    made = taken_in(ann, zipped(card, spoil))
    assert override(ann, made) == "200", "nobody knows yet"
    assert press(ben, made) == "not_checked"
    score(queue=Queue.GPU_INTERACTIVE)
    seen = told(ben, made)
    assert (seen["proof"], seen["flaw"]["code"], press(ben, made)) == ("refused", code, code)
    assert (seen["can"]["promote"], seen["aliases"]) == (False, [])
    assert "Workers refuse this version" in ben.get("/models/theirs/").content.decode()
    assert "No override helps" in seen["can"]["why_not"]["text"]
    assert override(ben, made) == code
    assert Job.objects.get(kind="prove").error_code == code
    active = registry.active(ModelKind.SCORER)
    assert active is not None and active.name == "scorer-tiny-1"


def test_what_answers_as_its_card_says_needs_an_override_and_judges(ann, ben, tmp_path):
    card = write_tiny_scorer(tmp_path / "theirs", name="theirs", seed=9)
    made = taken_in(ann, zipped(card, _sound))
    score(queue=Queue.GPU_INTERACTIVE)
    assert (told(ann, made)["proof"], press(ann, made)) == ("sound", "no_verdict")
    assert override(ann, made) == "200"
    assert press(ben, made) == "active"


def test_an_attribute_model_is_tried_alone(ann, tmp_path):
    card = write_tiny_attributes(tmp_path / "theirs", name="their-heads")
    made = taken_in(ann, zipped(card, _sound))
    score(queue=Queue.GPU_INTERACTIVE)
    assert told(ann, made)["proof"] == "sound"


def test_a_fault_of_the_worker_is_tried_again_and_a_retry_may_clear_it(ann, tmp_path, monkeypatch):
    card = write_tiny_scorer(tmp_path / "theirs", name="theirs", seed=9)
    made = taken_in(ann, zipped(card, _sound))
    with monkeypatch.context() as broken:
        full = OSError("no space left")
        broken.setattr("workers.runtime.weights.replace_file", _raiser(full))
        for _ in range(3):
            Job.objects.update(not_before="2020-01-01T00:00Z")
            score(queue=Queue.GPU_INTERACTIVE)
    assert told(ann, made)["flaw"]["code"] == "unloadable"
    job = Job.objects.get(kind="prove")
    assert ann.post(f"/api/v1/jobs/{job.pk}/retry").status_code == 200
    score(queue=Queue.GPU_INTERACTIVE)
    assert (told(ann, made)["proof"], told(ann, made)["flaw"]) == ("sound", None)


def test_versions_from_before_are_tried_as_well(ann, tmp_path):
    card = write_tiny_scorer(tmp_path / "theirs", name="theirs", seed=9)
    made = taken_in(ann, zipped(card, _sound))
    Job.objects.all().delete()
    assert proving.UNPROVEN.mend is not None
    assert proving.UNPROVEN.mend(proving.UNPROVEN.find()) == 1
    assert not proving.UNPROVEN.find()
    score(queue=Queue.GPU_INTERACTIVE)
    assert ModelVersion.objects.get(pk=made["id"]).proof == "sound"


def _raiser(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail
