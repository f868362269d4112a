"""Registers the app with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """webapp.accounts."""

    name = "webapp.accounts"
