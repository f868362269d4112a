"""How a picture was made, as it is written into its file and beside its artwork; names of files."""

from typing import Any

from webapp.catalogue.validation import clean_filename
from webapp.generation.models import Generation, Sample
from webapp.registry.categories import category_name


def recipe_of(sample: Sample) -> dict[str, Any]:
    """Everything that is needed to make it again, and what the scorer said."""
    generation = sample.generation
    return {
        **_common(generation),
        "generation": str(generation.pk),
        "index": sample.index,
        "latent_seed": sample.latent_seed,
        "asked_mean": sample.asked_mean,
        "judged_mean": sample.judged_mean,
    }


def wish_of(generation: Generation) -> dict[str, Any]:
    """The same of a whole film."""
    return {**_common(generation), "generation": str(generation.pk)}


def filename_of(sample: Sample) -> str:
    """Of one picture, as it is saved: its category by name, what was asked, and its latent."""
    generation = sample.generation
    seed = sample.latent_seed
    latent = f"{generation.seed}-{generation.seed_to}" if seed is None else seed
    name = f"generated-{_worded(generation)}-{sample.asked_mean:.1f}-{latent}"
    return f"{clean_filename(name)}-{sample.index}.png"


def title_of(sample: Sample) -> str:
    """Of one picture among one's own, where nobody gave another: its category and its latent."""
    generation = sample.generation
    seed = sample.latent_seed
    latent = f"seeds {generation.seed} to {generation.seed_to}" if seed is None else f"seed {seed}"
    return f"{_named(generation)} ({latent})"


def film_name(generation: Generation) -> str:
    """Of the animated picture."""
    name = f"generated-{_worded(generation)}-{generation.kind}-{generation.seed}"
    return f"{clean_filename(name)}.webp"


def _common(generation: Generation) -> dict[str, Any]:
    version = generation.model_version
    return {
        "model": version.name,
        "digest": version.digest,
        "kind": generation.kind,
        "category": generation.category,
        "category_name": _named(generation),
        "histogram": generation.histogram,
        "dial": generation.dial,
        "seed": generation.seed,
        "seed_to": generation.seed_to,
        "truncation": generation.truncation,
        "count": generation.count,
    }


def _named(generation: Generation) -> str:
    """What people call its category now."""
    return category_name(generation.model_version, generation.category)


def _worded(generation: Generation) -> str:
    """The same for the name of a file, where a slash would begin a folder."""
    return "-".join(_named(generation).lower().replace("/", " ").replace("\\", " ").split())
