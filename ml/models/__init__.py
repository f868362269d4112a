"""Whole networks, created by name from the registry. Importing the package registers them."""

from ml.models import attribute_mapper, nima, nima_scorer, scorer

__all__ = ["attribute_mapper", "nima", "nima_scorer", "scorer"]
