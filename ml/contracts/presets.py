"""Recipes by name: NIMA's own, what seed 004's table varies, and what we found to be better."""

from collections.abc import Mapping
from dataclasses import replace

from ml.contracts.recipe import Pooling, Recipe, RecipeError, Schedule, Teacher, Weighting

_NIMA = Recipe()
PRESETS: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _NIMA,
        replace(_NIMA, name="nima-mobilenet-v1", backbone="mobilenet-v1"),
        replace(_NIMA, name="nima-weighted", weighting=Weighting.AMBIGUITY),
        replace(_NIMA, name="nima-under-sampled", per_bin=60),
        replace(_NIMA, name="apm-imn-mean", objective="mean"),
        replace(_NIMA, name="apm-imn-dist-eucl", objective="eucl"),
        replace(_NIMA, name="apm-imn-dist"),
        replace(_NIMA, name="apm-imn-dist-m", teacher=Teacher.MIXED),
        replace(_NIMA, name="apm-ava-dist", teacher=Teacher.FIRST),
        replace(_NIMA, name="apm-ava-dist-m", teacher=Teacher.FIRST_AND_MIXED),
        replace(
            _NIMA,
            name="fine-tuned",
            pooling=Pooling.STAGES,
            dropout=0.5,
            start_at_mean=True,
            tuned_share=0.7,
            head_epochs=40,
            head_rate=3e-4,
            all_epochs=8,
            all_rate=5e-5,
            ema=0.98,
            patience=8,
            schedule=Schedule.COSINE,
            weight_decay=0.05,
            batch=32,
            accumulate=4,
            mirror_test=True,
        ),
    )
}


def preset(name: str) -> Recipe:
    """The recipe of that name. Raises RecipeError naming those there are."""
    try:
        return PRESETS[name]
    except KeyError:
        raise RecipeError(f"no recipe named {name}; there are {sorted(PRESETS)}") from None
