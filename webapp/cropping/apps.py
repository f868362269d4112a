"""The crop studio: its pages and API, batches of crops, addresses for other software."""

from django.apps import AppConfig


class CroppingConfig(AppConfig):
    """Crops of one's own artworks."""

    name = "webapp.cropping"
    default_auto_field = "django.db.models.BigAutoField"
