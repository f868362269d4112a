"""Crop fields of artworks, and crops ranked from them."""

from ml.crop.field import CropField

__all__ = ["CropField"]
