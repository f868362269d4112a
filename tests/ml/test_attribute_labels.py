"""Which heads some data sets can teach, where each is tested, and the arithmetic of its line."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from ml.contracts.attributes import OVERALL
from ml.data.readers import read_panel
from ml.data.samples import Panel
from ml.data.spec import SourceSpec
from ml.models.attribute_mapper import HeadSpec
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_labels import HeadLabels, head_labels, known_specs, shelves
from ml.training.attribute_measure import label_ceiling, linked, unlinked
from ml.training.attribute_ridge import Lesson, choose_penalty, fit_lines
from tests.ml.attributes import ROWS, write_labelled

CONFIG = AttributeConfig(backbone="tiny", sides=(16,), repeats=3)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    folder = write_labelled(tmp_path_factory.mktemp("labels") / "data")
    return read_panel(SourceSpec(kind="csv", path=folder))


def labels_of(panel: Panel, key: str, config: AttributeConfig = CONFIG) -> HeadLabels:
    return head_labels(shelves([panel], config), config, asked=[known_specs()[key]])[0]


def test_every_attribute_with_a_known_scale_and_enough_labels_gets_a_head(panel: Panel) -> None:
    found = head_labels(shelves([panel], CONFIG), CONFIG)
    assert [labels.spec.key for labels in found] == [OVERALL, "light"]


def test_few_labels_are_tested_by_cross_validation_each_picture_once_a_round(panel: Panel) -> None:
    labels = labels_of(panel, "light")
    assert len(labels.rounds) == 3
    for splits in labels.rounds:
        tested = np.concatenate([split.test for split in splits])
        assert sorted(tested.tolist()) == list(range(ROWS))
        assert not any(np.intersect1d(split.train, split.test).size for split in splits)


def test_many_labels_are_tested_on_a_split_that_no_head_learns_from(panel: Panel) -> None:
    labels = labels_of(panel, "light", replace(CONFIG, few=20))
    assert labels.held_out
    test = labels.rounds[0][0].test
    assert len(test)
    assert not np.intersect1d(labels.taught, test).size


def test_another_data_set_lends_its_training_pictures_only(panel: Panel, tmp_path: Path) -> None:
    folder = write_labelled(tmp_path / "other", seed=9)
    other = replace(read_panel(SourceSpec(kind="csv", path=folder)), name="other")
    stock = shelves([panel, other], CONFIG)
    labels = head_labels(stock, CONFIG, asked=[known_specs()[OVERALL]])[0]
    lent = labels.rows[labels.panels == 1]
    assert sorted(lent.tolist()) == stock[1].split.train.tolist()
    tested = np.concatenate([split.test for splits in labels.rounds for split in splits])
    assert set(labels.panels[tested].tolist()) == {0}


def lesson(crowds: int = 1) -> Lesson:
    generator = np.random.default_rng(4)
    features = generator.normal(size=(40, 90)) * np.linspace(0.5, 2, 90)
    owner = np.arange(40) % crowds
    targets = features[:, :3].sum(axis=1) + 0.3 * generator.normal(size=40) + 5.0 * owner
    return Lesson(features, features, targets, owner, np.arange(40))


def test_a_line_is_what_ridge_regression_gives() -> None:
    own = lesson()
    line = fit_lines(own, [0.3], served=0)[0]
    scale = own.features.std(axis=0)
    ready = (own.features - own.features.mean(axis=0)) / scale
    expected = Ridge(alpha=0.3 * float(np.square(ready).sum(axis=1).mean()))
    expected.fit(ready, own.targets)
    assert np.allclose(line(own.features), expected.predict(ready), atol=1e-3)


def test_a_crowd_that_rates_higher_moves_no_slope_and_is_not_the_one_that_speaks() -> None:
    plain = lesson(2)
    raised = replace(plain, targets=plain.targets + 100.0 * (plain.crowds == 1))
    first, second = (fit_lines(each, [0.3], served=0)[0] for each in (plain, raised))
    assert np.allclose(first.weight, second.weight)
    assert first.bias == pytest.approx(second.bias)


def test_what_can_be_seen_is_ranked_in_unseen_folds_and_noise_is_not() -> None:
    own = lesson()
    noise = replace(own, targets=np.random.default_rng(8).normal(size=40))
    penalties = (0.01, 1.0, 100.0)
    _, quality = choose_penalty(own, penalties, served=0, seed=1, parts=5)
    _, nothing = choose_penalty(noise, penalties, served=0, seed=1, parts=5)
    assert quality > 0.5 > nothing


def test_a_value_and_its_link_are_inverse_inside_the_range() -> None:
    spec = HeadSpec("pleasantness", 1.0, 7.0)
    values = np.array([1.5, 4.0, 6.8])
    assert np.allclose(unlinked(linked(values, spec), spec), values)
    assert np.isfinite(linked(np.array([1.0, 7.0]), spec)).all()
    assert linked(np.array([4.0]), spec)[0] == pytest.approx(0.0)


def test_the_ceiling_of_yes_or_no_ratings_follows_from_their_means(panel: Panel) -> None:
    labels = replace(
        labels_of(panel, "light"),
        spec=HeadSpec("symmetry", 0.0, 1.0),
        values=np.tile([0.0, 1.0], ROWS // 2),
        raters=5,
    )
    assert label_ceiling(labels, panel) == pytest.approx(1.0), "nobody disagreed"
    noisy = replace(labels, values=np.tile([0.4, 0.6], ROWS // 2))
    assert label_ceiling(noisy, panel) == 0.0, "the noise alone spreads as far"
    assert label_ceiling(replace(labels, raters=0), panel) is None
