"""A version as one file: out, in, and what is refused."""

import json
from hashlib import sha256
from io import BytesIO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.people import person
from tests.workers.tiny import write_tiny_scorer
from webapp.jobs.models import Job
from webapp.registry.models import ModelVersion, StoredWeights
from webapp.registry.services import register_builtin
from webapp.training import bundles

API = "/api/v1/model-versions"


@pytest.fixture
def browser(client, db):
    client.force_login(person("ann@example.org", staff=True))
    return client


@pytest.fixture
def bundle(browser, tmp_path, settings):
    """What another installation exported: its version is not here."""
    settings.WEIGHTS_DIR = tmp_path
    write_tiny_scorer(tmp_path)
    register_builtin()
    made = ModelVersion.objects.get()
    data = b"".join(browser.get(f"{API}/{made.pk}/export"))
    made.changes.all().delete()
    made.delete()
    return data


def send(browser, data: bytes):
    return browser.post(f"{API}/import", {"file": SimpleUploadedFile("model.zip", data)})


def members(bundle: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], kind: int = ZIP_STORED) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", kind) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def signed(card: bytes, weights: bytes) -> bytes:
    """A file whose checksums are right, whatever it holds."""
    sums = (f"{sha256(each).hexdigest()}  {name}\n" for name, each in (
        ("card.json", card), ("weights.safetensors", weights),
    ))  # fmt: skip
    return zipped(
        {"card.json": card, "weights.safetensors": weights, "SHA256SUMS": "".join(sums).encode()}
    )


def test_a_version_comes_back_as_it_went_and_waits_for_an_override(browser, bundle):
    answer = send(browser, bundle)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["aliases"]) == ("registered", ["challenger"])
    assert (told["proof"], told["can"]["why_not"]["code"]) == ("waiting", "not_checked")
    assert Job.objects.get(kind="prove").subject == UUID(told["id"])
    made = ModelVersion.objects.get()
    held = members(bundle)
    assert bytes(StoredWeights.objects.get().data) == held["weights.safetensors"]
    assert made.card == json.loads(held["card.json"])
    assert bundles.export(made) == bundle
    again = send(browser, bundle)
    assert (again.status_code, again.json()["code"]) == (409, "already_there")


def test_the_name_of_another_version_is_taken(browser, bundle):
    files = members(bundle)
    shipped = json.loads(files["card.json"])["version"]
    ModelVersion.objects.create(
        kind="cropper", name=shipped.upper(), digest="d", card={}, builtin="x"
    )
    answer = send(browser, bundle)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert ModelVersion.objects.count() == 1


def _without_sums(files):
    del files["SHA256SUMS"]
    return zipped(files)


def _with_a_pickle(files):
    return zipped({**files, "weights.pkl": b"\x80\x04."})


def _pickled(files):
    pickled = b"\x80\x04\x95" + bytes(64)
    card = json.loads(files["card.json"])
    card["weights"]["sha256"] = sha256(pickled).hexdigest()
    return signed(json.dumps(card).encode(), pickled)


def _cut(files):
    cut = files["weights.safetensors"][:-4]
    card = json.loads(files["card.json"])
    card["weights"]["sha256"] = sha256(cut).hexdigest()
    return signed(json.dumps(card).encode(), cut)


def _changed(files):
    return zipped({**files, "weights.safetensors": files["weights.safetensors"][:-1] + b"x"})


def _of_others(files):
    return signed(files["card.json"], files["weights.safetensors"][:-1] + b"x")


def _in_a_folder(files):
    return zipped({f"model/{name}": data for name, data in files.items()})


def _named(name):
    def spoil(files):
        card = json.loads(files["card.json"]) | {"version": name}
        return signed(json.dumps(card).encode(), files["weights.safetensors"])

    return spoil


def _kindless(files):
    return signed(b"{}", files["weights.safetensors"])


def _half_a_character(files):
    card = json.loads(files["card.json"]) | {"note": "\ud800"}
    return signed(json.dumps(card).encode(), files["weights.safetensors"])


def _unreadable(files):
    return signed(b'{"kind": "score", "schema": 1}', files["weights.safetensors"])


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (_without_sums, "wrong_members", "zip -0"), (_with_a_pickle, "wrong_members", "alone"),
        (lambda files: zipped(files, ZIP_DEFLATED), "wrong_members", "is compressed"),
        (lambda files: zipped({**files, "../card.json": b""}), "wrong_members", "alone"),
        (_in_a_folder, "wrong_members", "not lie in a folder"),
        (lambda _: b"no zip at all", "bad_zip", "exported again"),
        (lambda _: b"", "empty_file", "nothing at all"),
        (_changed, "wrong_sums", "weights.safetensors changed since it was exported"),
        (_of_others, "wrong_digest", "other weights"), (_pickled, "bad_weights", "header"),
        (_cut, "bad_weights", "bytes, and"),
        (_named("../../etc"), "bad_card", "letters from A to Z"),
        (_named("a" * 300), "bad_card", "300 letters; up to 80"),
        (_unreadable, "bad_card", "cannot be read"), (_kindless, "bad_card", "it does not say"),
        (_half_a_character, "bad_card", ""),
    ],
)  # fmt: skip
def test_whatever_is_not_exactly_such_a_file_is_refused(browser, bundle, spoil, code, words):
    answer = send(browser, spoil(members(bundle)))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert words in answer.json()["detail"]
    assert not ModelVersion.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        b"[]", b"{", b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}',
        b'{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_tensors_must_lie_where_their_header_says(header):
    with pytest.raises(bundles.BadBundle):
        bundles.check_tensors(len(header).to_bytes(8, "little") + header + bytes(4))
