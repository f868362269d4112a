"""Taste: what one person likes, learned from their own picks, for their eyes only."""

from django.apps import AppConfig


class TasteConfig(AppConfig):
    """Private and deletable; nothing of it reaches a campaign or a snapshot."""

    name = "webapp.taste"
