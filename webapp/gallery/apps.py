"""Registers the app with Django."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    """webapp.gallery."""

    name = "webapp.gallery"
