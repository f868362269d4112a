"""Registers the app with Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """webapp.jobs."""

    name = "webapp.jobs"
