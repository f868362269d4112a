"""The built-in models are registered once, and the newest judges."""

import pytest
from django.core.management import CommandError, call_command

from ml.contracts.attributes import built_in
from tests.workers.tiny import (
    write_tiny_attributes,
    write_tiny_scorer,
    write_tiny_second,
)
from webapp.registry.models import Attribute, ChangeKind, ModelKind, ModelVersion, VersionState
from webapp.registry.selectors import active
from webapp.registry.services import BadCardError, activate, register_builtin

pytestmark = pytest.mark.django_db


def current() -> str:
    version = active(ModelKind.SCORER)
    return version.name if version else ""


def test_the_first_model_becomes_active_and_twice_changes_nothing(tmp_path):
    write_tiny_scorer(tmp_path, name="lite-1")
    first, second = register_builtin(tmp_path), register_builtin(tmp_path)
    assert (first.registered, first.activated) == (("lite-1",), ("lite-1",))
    assert (second.registered, second.activated) == ((), ())
    assert current() == "lite-1"


def test_the_newest_is_the_last_by_number_not_by_letter(tmp_path):
    for number in (9, 10, 2):
        write_tiny_scorer(tmp_path, name=f"lite-{number}", seed=number)
    register_builtin(tmp_path)
    assert current() == "lite-10"


def test_an_update_of_the_product_retires_the_model_before_it(tmp_path):
    write_tiny_scorer(tmp_path, name="lite-1")
    register_builtin(tmp_path)
    write_tiny_scorer(tmp_path, name="lite-2", seed=2)
    register_builtin(tmp_path)
    assert current() == "lite-2"
    assert ModelVersion.objects.get(name="lite-1").state == VersionState.RETIRED


def test_a_restart_does_not_overrule_who_rolled_back(tmp_path):
    for number in (1, 2):
        write_tiny_scorer(tmp_path, name=f"lite-{number}", seed=number)
        register_builtin(tmp_path)
    activate(ModelVersion.objects.get(name="lite-1"), why=ChangeKind.ROLLED_BACK)
    assert register_builtin(tmp_path).activated == ()
    assert current() == "lite-1"
    for file in tmp_path.glob("lite-1.*"):
        file.unlink()
    assert register_builtin(tmp_path).activated == ("lite-2",)


def test_a_model_that_was_trained_here_is_not_replaced(tmp_path):
    own = ModelVersion.objects.create(kind="scorer", name="ours", digest="f" * 64, card={})
    activate(own)
    write_tiny_scorer(tmp_path)
    assert register_builtin(tmp_path).activated == ()
    assert current() == "ours"


def test_a_folder_without_models_leaves_things_as_they_are(tmp_path):
    register_builtin(tmp_path)
    assert current() == ""


def test_a_damaged_card_is_the_operators_to_repair(tmp_path, settings):
    settings.WEIGHTS_DIR = tmp_path
    (tmp_path / "lite.json").write_text('{"schema": 1}')
    with pytest.raises(CommandError, match=r"lite\.json"):
        call_command("sync_models")


def test_each_kind_of_card_has_its_own_active_version(tmp_path):
    write_tiny_scorer(tmp_path)
    write_tiny_attributes(tmp_path)
    write_tiny_second(tmp_path)
    register_builtin(tmp_path)
    found = {version.kind: version.name for version in ModelVersion.objects.filter(state="active")}
    assert found == {
        "scorer": "scorer-tiny-1",
        "attributes": "attributes-tiny-1",
        "second-score": "second-tiny-1",
    }


@pytest.mark.parametrize("damage", [{"kind": "song"}, {"heads": []}, {"weights": {}}])
def test_a_damaged_card_of_an_attribute_model_is_named(tmp_path, damage):
    write_tiny_attributes(tmp_path, **damage)
    with pytest.raises(BadCardError, match="attributes-tiny-1"):
        register_builtin(tmp_path)
    assert not ModelVersion.objects.exists()


def test_attributes_of_the_product_are_taken_in_and_own_ones_stay(tmp_path):
    register_builtin(tmp_path)
    assert Attribute.objects.count() == len(built_in())
    Attribute.objects.create(
        key="calm", label="Calm", low=0, high=10, low_word="a", high_word="b", asks="Calm?"
    )
    Attribute.objects.filter(key="light").update(label="?", active=False)
    register_builtin(tmp_path)
    assert Attribute.objects.get(key="calm").label == "Calm"
    light = Attribute.objects.get(key="light")
    assert (light.label, light.active) == ("Light", False)
