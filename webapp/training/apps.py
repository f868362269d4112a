"""Training: outside data, frozen snapshots, runs, verdicts, and which version judges."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """What an admin touches to make a better model; staff only."""

    name = "webapp.training"
