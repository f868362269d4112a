"""Bring any pixel mode and colour profile to opaque 8-bit sRGB."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageCms

_SRGB: Final = ImageCms.createProfile("sRGB")
_LAB: Final = ImageCms.createProfile("LAB")
_MODE_OF_SPACE: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
_DEVICE_CLASSES: Final = ("scnr", "mntr", "prtr", "spac")
_DEEP: Final = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
_PREMULTIPLIED: Final = {"RGBa": "RGBA", "La": "LA"}
_READY: Final = ("L", "LA", "RGB", "RGBA", "CMYK", "LAB")


def eight_bits(image: Image.Image) -> Image.Image:
    """The picture in one of L, LA, RGB, RGBA, CMYK, LAB; transparency by key becomes alpha."""
    if image.mode in _DEEP:
        return _scaled_down(image)
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        return image.convert("RGBA")
    if image.mode in _READY:
        return image
    if image.mode in _PREMULTIPLIED:
        return image.convert(_PREMULTIPLIED[image.mode])
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if image.mode == "PA" else "RGB")


def flatten(image: Image.Image) -> Image.Image:
    """Transparent parts on white, the paper of a print; opaque pictures unchanged."""
    if image.mode not in ("LA", "RGBA"):
        return image
    opaque = image.mode.removesuffix("A")
    paper = Image.new(opaque, image.size, "white")
    paper.paste(image.convert(opaque), mask=image.getchannel("A"))
    return paper


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bool]:
    """An opaque picture as sRGB (perceptual intent), and whether its profile could be used.

    A profile that is damaged or belongs to another colour space is ignored.
    """
    if profile:
        try:
            return _by_profile(image, profile), True
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return _without_profile(image), False
    return _without_profile(image), True


def _scaled_down(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or floats as L.

    16 bits keep their scale. Other numbers are taken as 0-1, 0-255 or 0-65535, whichever is the
    first to hold them, and are otherwise stretched between their extremes.
    """
    low, high = _extremes(image)
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    elif low >= 0:
        whole = (255.0, 65535.0) if image.mode == "I" else (1.0, 255.0, 65535.0)
        low, high = 0.0, next((top for top in whole if high <= top), high)
    scale = 255.0 / (high - low) if high > low else 1.0
    floats = image.convert("I").convert("F") if image.mode.startswith("I;16") else image
    if floats.mode == "I":
        floats = floats.convert("F")
    # The half rounds: conversion from F to L cuts off.
    return floats.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")


def _extremes(image: Image.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    if isinstance(low, tuple) or isinstance(high, tuple):
        raise TypeError("a grey picture has one channel")
    return float(low), float(high)


def _by_profile(image: Image.Image, data: bytes) -> Image.Image:
    profile = ImageCms.ImageCmsProfile(BytesIO(data))
    mode = _MODE_OF_SPACE.get(profile.profile.xcolor_space.strip())
    if mode is None or profile.profile.device_class not in _DEVICE_CLASSES:
        raise ValueError("the profile describes no picture")
    if image.mode == "L" and mode == "RGB":
        image = image.convert("RGB")
    if image.mode != mode:
        raise ValueError("the profile is for another colour space")
    if mode == "RGB" and "sRGB" in (profile.profile.profile_description or ""):
        return image
    return _transformed(image, profile, image.mode)


def _without_profile(image: Image.Image) -> Image.Image:
    if image.mode == "LAB":
        return _transformed(image, ImageCms.ImageCmsProfile(_LAB), "LAB")
    return image.convert("RGB")


def _transformed(image: Image.Image, profile: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
    transform = ImageCms.buildTransform(
        profile, _SRGB, mode, "RGB", renderingIntent=ImageCms.Intent.PERCEPTUAL
    )
    return transform.apply(image)
