"""Registers the app with Django."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """webapp.catalogue."""

    name = "webapp.catalogue"
