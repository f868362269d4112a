"""A generator that is registered and a person who asks it; nothing is made in these tests."""

from django.test import Client

from tests.images import photo_file
from tests.people import person
from tests.workers.cards import generator_document
from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.generation.models import Generation, Sample
from webapp.registry.models import ModelVersion
from webapp.registry.services import activate

JSON = "application/json"


def register_generator(name: str = "generator-1") -> ModelVersion:
    digest = f"{sum(name.encode()):064x}"
    card = generator_document(name, digest, options={}, colours=[[0.0] * 3])
    version = ModelVersion.objects.create(kind="generator", name=name, digest=digest, card=card)
    activate(version)
    return version


def browser(email: str, *, staff: bool = False) -> Client:
    client = Client()
    client.force_login(person(email, staff=staff))
    return client


def made(owner: User, *means: float | None, **columns: object) -> Generation:
    """A generation that is over, with samples of these judged means."""
    fields = {"kind": "samples", "histogram": [0.1] * 10, "seed": 1, "count": len(means), **columns}
    generation = Generation.objects.create(
        owner=owner, model_version=ModelVersion.objects.get(kind="generator", state="active"),
        category="sea", truncation=1.0, made=len(means), **fields,
    )  # fmt: skip
    for index, mean in enumerate(means):
        file = photo_file(16, 16, seed=index, format_="PNG")
        Sample.objects.create(
            generation=generation, index=index, latent_seed=1 + index, asked_mean=5.5, width=16,
            height=16, judged_mean=mean, blob=blobs.store(file, content_type="image/png"),
        )  # fmt: skip
    return generation
