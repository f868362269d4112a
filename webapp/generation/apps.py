"""Generation: pictures that were asked for by category and by how people would judge them."""

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    """Every picture that is made here is marked as generated, in its file and in its row."""

    name = "webapp.generation"
