"""The crowd: pages, API and files of campaigns, challenges and rating."""

from django.apps import AppConfig


class CrowdConfig(AppConfig):
    """What organisers and raters touch; `webapp.ratings` holds what they make."""

    name = "webapp.crowd"
