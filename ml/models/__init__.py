"""Whole networks, created by name from the registry. Importing the package registers them."""

from ml.models import nima, scorer

__all__ = ["nima", "scorer"]
