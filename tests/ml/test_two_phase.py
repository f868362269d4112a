"""Two-phase training learns, repeats itself, survives a kill, and says what it does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ml.contracts.presets import PRESETS, preset
from ml.contracts.recipe import (
    Monitor,
    Pooling,
    Recipe,
    RecipeError,
    Schedule,
    Teacher,
    Weighting,
    changed,
    parse_recipe,
    read_recipe,
    set_field,
)
from ml.data.samples import Panel, SpreadUnknownError
from ml.data.splits import holdout
from ml.evaluation.metrics import mean_scores, srcc
from ml.training.fit import Fitted, open_store
from ml.training.material import prepare
from ml.training.optimising import rate_at
from ml.training.phases import ALL, HEAD, SEMANTIC
from ml.training.progress import (
    Callbacks,
    FitContext,
    FitProgress,
    NonFiniteLossError,
    TrainingStoppedError,
)
from ml.training.resume import CheckpointError
from ml.training.views import cut, draw_views
from tests.ml.fits import SMALL, fitted, small_panel

Weights = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    return small_panel(tmp_path_factory.mktemp("small"))


def weights(fit: Fitted) -> Weights:
    return dict(fit.network.state_dict())


def furthest(one: Weights, other: Weights) -> float:
    return max(float((one[name] - other[name]).abs().max()) for name in one)


def stop_after(updates: int) -> Callable[[], bool]:
    left = iter(range(updates))
    return lambda: next(left, None) is None


# Recipes.


def test_nima_is_the_published_recipe() -> None:
    nima = preset("nima")
    assert (nima.dropout, nima.batch, nima.decay) == (0.75, 96, 2.3e-5)
    assert (nima.head_epochs, nima.head_rate) == (5, 1e-3)
    assert (nima.all_epochs, nima.all_rate) == (9, 3e-5)
    assert (nima.resize_side, nima.input_side, nima.validation_share) == (256, 224, 0.1)
    assert nima.objective == "emd-r2" and nima.random_crop and nima.flip


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_recipes_survive_json(name: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_text(preset(name).to_json())
    assert read_recipe(path) == preset(name)
    assert read_recipe(path).digest == preset(name).digest


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"dropuot": 0.5}', "dropuot"),
        ('{"dropout": 1.0}', "dropout"),
        ('{"dropout": "half"}', "dropout"),
        ('{"batch": 1.5}', "batch"),
        ('{"weighting": "heavy"}', "weighting"),
        ('{"resize_side": 100}', "resize_side"),
        ('{"patience": 2, "validation_share": 0.0}', "validation_share"),
        ("[]", "object"),
        ("{", "JSON"),
    ],
)
def test_a_wrong_recipe_is_refused_by_name(text: str, complaint: str) -> None:
    with pytest.raises(RecipeError, match=complaint):
        parse_recipe(text)


def test_single_fields_are_set_as_on_the_command_line() -> None:
    recipe = set_field(set_field(Recipe(), "weighting=ambiguity"), "dropout=0")
    assert (recipe.weighting, recipe.dropout) == (Weighting.AMBIGUITY, 0.0)
    with pytest.raises(RecipeError, match="key=value"):
        set_field(recipe, "dropout")


def test_the_keras_decay_and_the_cosine_fall_as_documented() -> None:
    assert rate_at(Recipe(), 1e-3, step=0, steps=9) == pytest.approx(1e-3)
    assert rate_at(Recipe(), 1e-3, step=1000, steps=9) == pytest.approx(1e-3 / 1.023)
    cosine = replace(Recipe(), schedule=Schedule.COSINE)
    rates = [rate_at(cosine, 1.0, step=step, steps=100) for step in range(100)]
    assert rates[0] == pytest.approx(0.2) and max(rates) == pytest.approx(1.0)
    assert rates[-1] < 0.01


# Views.


def test_views_are_cuts_and_mirror_images_and_nothing_else() -> None:
    stored = torch.arange(2 * 3 * 18 * 18).reshape(2, 3, 18, 18).to(torch.uint8)
    views = draw_views(2, SMALL, stream=2, epoch=0)
    pixels = cut(stored, np.arange(2), views, side=16, device=torch.device("cpu"))
    for row in range(2):
        top, left = views.top[row], views.left[row]
        plain = stored[row, :, top : top + 16, left : left + 16].float()
        seen = pixels[row].flip(2) if views.mirrored[row] else pixels[row]
        assert torch.equal(seen, plain)


def test_views_change_with_the_epoch_and_repeat_with_the_seed() -> None:
    first, second = (draw_views(50, SMALL, stream=2, epoch=epoch) for epoch in (0, 1))
    again = draw_views(50, SMALL, stream=2, epoch=0)
    assert np.array_equal(first.top, again.top) and np.array_equal(first.mirrored, again.mirrored)
    assert not np.array_equal(first.top, second.top)
    assert first.top.min() >= 0 and first.top.max() == 2 and 0 < first.mirrored.mean() < 1
    still = draw_views(5, replace(SMALL, random_crop=False, flip=False), stream=2, epoch=0)
    assert still.top.tolist() == [1] * 5 and not still.mirrored.any()


# Fitting.


def test_both_phases_learn_and_the_head_phase_leaves_the_backbone_alone(panel: Panel) -> None:
    fit = fitted(replace(SMALL, head_epochs=8, all_epochs=8), panel, FitContext())
    assert [record.phase for record in fit.history] == [HEAD] * 8 + [ALL] * 8
    head, last = fit.history[7], fit.history[-1]
    assert head.loss < fit.history[0].loss and last.loss < head.loss
    split = holdout(len(panel.pictures), seed=2024, share=0.2)
    guessed = fit.judge(fit.material.store, split.test, context=FitContext())
    assert srcc(mean_scores(guessed), mean_scores(fit.material.voted[split.test])) > 0.8
    only_head = fitted(replace(SMALL, all_epochs=0), panel, FitContext())
    untouched = fitted(replace(SMALL, all_epochs=0, head_epochs=1), panel, FitContext())
    for name in (name for name in weights(only_head) if name.startswith("backbone")):
        assert torch.equal(weights(only_head)[name], weights(untouched)[name])


def test_validation_pictures_come_out_of_the_training_rows(panel: Panel) -> None:
    rows = holdout(len(panel.pictures), seed=2024, share=0.2).train
    store = open_store(panel, SMALL, context=FitContext())
    material = prepare(panel, rows, SMALL, store=store)
    assert set(material.train) | set(material.validation) == set(rows)
    assert not set(material.train) & set(material.validation)
    assert len(material.validation) == round(0.2 * len(rows))


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(panel: Panel) -> None:
    first, again = fitted(SMALL, panel, FitContext()), fitted(SMALL, panel, FitContext())
    other = fitted(replace(SMALL, seed=2), panel, FitContext())
    assert furthest(weights(first), weights(again)) == 0
    assert furthest(weights(first), weights(other)) > 0.01


def test_a_fit_leaves_the_callers_generator_as_it_was(panel: Panel) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    fitted(replace(SMALL, head_epochs=1, all_epochs=0), panel, FitContext())
    assert torch.equal(torch.rand(1), expected)


def test_accumulated_parts_give_the_weights_of_the_large_batch(panel: Panel) -> None:
    weighted = replace(SMALL, dropout=0.0, weighting=Weighting.AMBIGUITY)
    whole = fitted(weighted, panel, FitContext())
    parts = fitted(replace(weighted, accumulate=5), panel, FitContext())
    assert furthest(weights(whole), weights(parts)) < 1e-4


def test_cached_features_are_read_again_and_change_nothing(panel: Panel, tmp_path: Path) -> None:
    plain = fitted(SMALL, panel, FitContext())
    cached = FitContext(cache=tmp_path)
    first = fitted(SMALL, panel, cached)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    second = fitted(replace(SMALL, dropout=0.3), panel, cached)
    assert len(written) == 4 and furthest(weights(plain), weights(first)) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    assert furthest(weights(first), weights(second)) > 0


STATEFUL = replace(SMALL, ema=0.9, patience=50, pooling=Pooling.STAGES, teacher=Teacher.FIRST)


@pytest.mark.parametrize("recipe", [SMALL, replace(STATEFUL, teacher_epochs=1)])
@pytest.mark.parametrize("updates", [1, 5, 9])
def test_a_killed_run_goes_on_to_the_weights_of_an_uninterrupted_one(
    panel: Panel, tmp_path: Path, recipe: Recipe, updates: int
) -> None:
    whole = fitted(recipe, panel, FitContext())
    killed = FitContext(
        callbacks=Callbacks(should_stop=stop_after(updates)), checkpoint=tmp_path / "last"
    )
    with pytest.raises(TrainingStoppedError):
        fitted(recipe, panel, killed)
    steps: list[FitProgress] = []
    resumed = fitted(
        recipe,
        panel,
        replace(killed, callbacks=Callbacks(on_progress=steps.append)),
    )
    assert furthest(weights(whole), weights(resumed)) == 0
    compared = [(record.phase, record.epoch, record.loss) for record in resumed.history]
    assert compared == [(record.phase, record.epoch, record.loss) for record in whole.history]
    assert len(steps) == 2 * len(whole.history) - updates // 2 * 2


def test_a_finished_run_is_not_trained_again(panel: Panel, tmp_path: Path) -> None:
    steps: list[FitProgress] = []
    context = FitContext(
        callbacks=Callbacks(on_progress=steps.append), checkpoint=tmp_path / "last"
    )
    first = fitted(SMALL, panel, context)
    steps.clear()
    second = fitted(SMALL, panel, context)
    assert not steps and furthest(weights(first), weights(second)) == 0


def test_a_checkpoint_of_another_recipe_or_a_broken_one_is_refused(
    panel: Panel, tmp_path: Path
) -> None:
    context = FitContext(checkpoint=tmp_path / "last")
    fitted(replace(SMALL, all_epochs=0), panel, context)
    with pytest.raises(CheckpointError, match="another recipe"):
        fitted(replace(SMALL, all_epochs=0, dropout=0.3), panel, context)
    (tmp_path / "last").write_bytes(b"half of a file")
    with pytest.raises(CheckpointError, match="no checkpoint"):
        fitted(replace(SMALL, all_epochs=0), panel, context)


def test_progress_names_phase_epoch_rate_speed_and_the_validation_figures(panel: Panel) -> None:
    steps: list[FitProgress] = []
    fitted(SMALL, panel, FitContext(callbacks=Callbacks(on_progress=steps.append)))
    assert [step.phase for step in steps] == [HEAD] * 6 + [ALL] * 6
    assert [(step.epoch, step.step) for step in steps[:4]] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert steps[0].last is None and steps[2].last is not None
    assert steps[2].last.srcc is not None and steps[2].last.emd_r2 is not None
    assert steps[-1].eta_s == 0 < steps[-2].eta_s and steps[-1].images_per_s > 0
    assert steps[-1].rate == pytest.approx(0.01 / (1 + 2.3e-5 * 5))


def test_early_stopping_keeps_the_best_weights(panel: Panel) -> None:
    wild = replace(
        SMALL, head_epochs=40, all_epochs=0, head_rate=3.0, patience=2, monitor=Monitor.EMD
    )
    fit = fitted(wild, panel, FitContext())
    emds = [record.emd_r2 for record in fit.history if record.emd_r2 is not None]
    best = int(np.argmin(emds))
    assert len(emds) == best + 3 < 40
    rows = fit.material.validation
    guessed = fit.judge(fit.material.store, rows, context=FitContext())
    gap = np.cumsum(guessed - fit.material.voted[rows], axis=1)
    kept = np.sqrt(np.square(gap).mean(axis=1)).mean()
    assert kept == pytest.approx(emds[best], abs=1e-5)


def test_averaged_weights_lie_between_those_they_average(panel: Panel) -> None:
    plain = fitted(replace(SMALL, all_rate=0.05), panel, FitContext())
    averaged = fitted(replace(SMALL, all_rate=0.05, ema=0.999), panel, FitContext())
    start = fitted(replace(SMALL, all_epochs=0), panel, FitContext())
    moved, kept = (furthest(weights(one), weights(start)) for one in (plain, averaged))
    assert 0 < kept < moved


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_loss_that_is_not_finite_stops_the_run_and_is_named(panel: Panel, precision: str) -> None:
    with pytest.raises(NonFiniteLossError, match="phase all"):
        fitted(changed(SMALL, {"all_rate": 1e38, "precision": precision}), panel, FitContext())


def test_bf16_learns_about_the_same(panel: Panel) -> None:
    full = fitted(SMALL, panel, FitContext())
    half = fitted(changed(SMALL, {"precision": "bf16"}), panel, FitContext())
    assert half.history[-1].loss == pytest.approx(full.history[-1].loss, rel=0.1)
    assert all(value.dtype == torch.float32 for value in weights(half).values())


def test_means_alone_can_be_learned_by_the_mean_objective_only(panel: Panel) -> None:
    means_only = replace(panel, spread_known=False)
    with pytest.raises(SpreadUnknownError):
        fitted(SMALL, means_only, FitContext())
    fit = fitted(replace(SMALL, objective="mean"), means_only, FitContext())
    assert fit.history[-1].loss < fit.history[0].loss


def test_hard_weights_train_without_the_ambiguous_pictures(panel: Panel) -> None:
    recipe = replace(SMALL, weighting=Weighting.HARD, weight_delta=1.5)
    fit = fitted(recipe, panel, FitContext())
    means = mean_scores(fit.material.voted)
    natural, train = fit.material.natural, fit.material.train
    assert train.tolist() == [row for row in natural if abs(means[row] - 5.5) >= 1.5]
    assert 0 < len(train) < len(natural)


def test_under_sampling_trains_on_fewer_and_restores_the_mean_histogram(panel: Panel) -> None:
    recipe = replace(SMALL, per_bin=2, head_epochs=20, seed=3)
    fit = fitted(recipe, panel, FitContext())
    material = fit.material
    assert len(material.train) < len(material.natural)
    assert set(material.train) <= set(material.natural)
    bent = fitted(replace(recipe, prior_correction=False), panel, FitContext())
    assert fit.shift is not None and bent.shift is None
    goal = material.voted[material.natural].mean(axis=0)
    off = [
        np.abs(
            one.judge(material.store, material.natural, context=FitContext()).mean(axis=0) - goal
        ).max()
        for one in (fit, bent)
    ]
    assert off[0] < 1e-3 < off[1]


# The semantic teacher.


def test_the_teachers_stage_moves_the_backbone_towards_the_softmax(panel: Panel) -> None:
    recipe = replace(SMALL, teacher=Teacher.FIRST, teacher_epochs=8, teacher_rate=3e-3)
    fit = fitted(recipe, panel, FitContext())
    semantic = [record for record in fit.history if record.phase == SEMANTIC]
    assert len(semantic) == 8 and semantic[-1].loss < semantic[0].loss
    assert all(record.srcc is None for record in semantic)
    assert [record.phase for record in fit.history[8:]] == [HEAD] * 3 + [ALL] * 3


def test_a_mixed_objective_stays_closer_to_the_teacher(panel: Panel) -> None:
    losses: dict[Teacher, float] = {}
    for teacher in (Teacher.NONE, Teacher.MIXED):
        fit = fitted(
            replace(SMALL, teacher=teacher, teacher_share=0.9, all_epochs=6), panel, FitContext()
        )
        fresh = fitted(replace(SMALL, all_epochs=0), panel, FitContext())
        pixels = fit.material.store.whole.float()
        with torch.no_grad():
            said, taught = (
                one.network.backbone.classify(one.network.stages(pixels)[-1]).log_softmax(dim=1)
                for one in (fit, fresh)
            )
        losses[teacher] = float((taught.exp() * (taught - said)).sum(dim=1).mean())
    assert losses[Teacher.MIXED] < losses[Teacher.NONE]
