"""Registers the app with Django."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """webapp.registry."""

    name = "webapp.registry"
