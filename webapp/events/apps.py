"""Registers the app with Django."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """webapp.events."""

    name = "webapp.events"
