"""Imported first by the entry points: models can be imported only after Django is set up."""

import django

from webapp.celery import app  # names the settings

django.setup()

__all__ = ["app"]
