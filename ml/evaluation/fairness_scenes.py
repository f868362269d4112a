"""Drawn scenes whose subjects lie where we put them and whose skin has the tone we chose.

A drawn head is no person. It is used because everything about two heads can be equal but the
tone, which no collection of photographs offers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Shares = NDArray[np.float64]
Oval = Callable[[float, float, float, float, Colour], None]

# The Monk Skin Tone scale, light to dark: Monk (2019, 2023), skintone.google, CC BY 4.0.
MONK_TONES = (
    "f6ede4",
    "f3e7db",
    "f7ead0",
    "eadaba",
    "d7bd96",
    "a07e56",
    "825c43",
    "604134",
    "3a312a",
    "292420",
)
GROUNDS = {"light": 205, "middle": 128, "dark": 52}  # mean grey
PLACES = (0.14, 0.32, 0.5, 0.68, 0.86)
SIZES = (0.2, 0.34)  # heights of a subject as shares of the scene's height
_HIGH = 320  # pixels of every scene
_WIDE, _WIDER = 480, 768
_DRAWN_LARGER = 4
_HAIR: tuple[Colour, ...] = ((44, 32, 26), (112, 78, 46))
_BALL: Colour = (178, 74, 58)
_GRAIN = ((3, 12.0), (12, 16.0), (60, 20.0))  # size in pixels, standard deviation in greys


@dataclass(frozen=True, slots=True, eq=False)
class DrawnScene:
    """``subjects``: (n, 4) left, top, right, bottom as shares of the scene.

    ``tones``: of each subject, as a place in MONK_TONES; -1 for a ball.
    """

    image: Image.Image
    subjects: Shares
    tones: tuple[int, ...]
    ground: str


def placed(turn: int) -> Iterator[DrawnScene]:
    """One head at each place of a grid of 5 x 3, small and large; tones and grounds take turns."""
    for number, (x, y, size) in enumerate(product(PLACES, (0.25, 0.5, 0.75), SIZES)):
        tone = (number + turn) % len(MONK_TONES)
        ground = list(GROUNDS)[(number // 2 + turn) % len(GROUNDS)]
        yield _scene((turn, 0, number), _WIDE, ground, [(x, y, size, tone)], hair=number)


def toned(turn: int) -> Iterator[DrawnScene]:
    """Each tone on each ground, small and large: a head at one side, at the other a ball as high.

    Nothing but the skin differs between the tones.
    """
    for tone in range(len(MONK_TONES)):
        for number, (ground, size) in enumerate(product(GROUNDS, SIZES)):
            x = 0.2 if (number + number // 2 + turn) % 2 else 0.8
            subjects = [(x, 0.45, size, tone), (1 - x, 0.45, size, -1)]
            yield _scene((turn, 1, number), _WIDE, ground, subjects, hair=number)


def paired(turn: int) -> Iterator[DrawnScene]:
    """A lighter and a darker head at both ends of a wide scene; the sides take turns.

    The design of Yee, Tantipongpipat & Mishra (2021), "Image cropping on Twitter: fairness
    metrics, their limitations, and the importance of representation, design, and agency".
    Subject 0 is always the lighter.
    """
    half = len(MONK_TONES) // 2
    pairs = product(range(half), range(half, len(MONK_TONES)), GROUNDS)
    for number, (light, dark, ground) in enumerate(pairs):
        x = 0.15 if (number + turn) % 2 else 0.85
        heads = [(x, 0.48, 0.42, light), (1 - x, 0.48, 0.42, dark)]
        yield _scene((turn, 2, number), _WIDER, ground, heads, hair=number)


def tone_colour(tone: int) -> Colour:
    """Red, green, blue of a tone of the scale, 0 the lightest."""
    red, green, blue = bytes.fromhex(MONK_TONES[tone])
    return red, green, blue


def _scene(
    seed: tuple[int, ...],
    width: int,
    ground: str,
    subjects: list[tuple[float, float, float, int]],
    *,
    hair: int,
) -> DrawnScene:
    image = _ground(GROUNDS[ground], width, np.random.default_rng(seed))
    edges = []
    for x, y, size, tone in subjects:
        side = round(size * _HIGH)
        drawn = _ball(side) if tone < 0 else _head(side, tone, _HAIR[hair % len(_HAIR)])
        left, top = round(x * width - drawn.width / 2), round(y * _HIGH - drawn.height / 2)
        image.paste(drawn, (left, top), drawn)
        edges.append([left, top, left + drawn.width, top + drawn.height])
    shares = np.array(edges, dtype=np.float64) / [width, _HIGH, width, _HIGH]
    tones = tuple(tone for *_, tone in subjects)
    return DrawnScene(image, np.clip(shares, 0.0, 1.0), tones, ground)


def _ground(level: int, width: int, generator: np.random.Generator) -> Image.Image:
    """Grey, uneven at several sizes, so that no place is empty."""
    grey = np.full((_HIGH, width), float(level))
    for size, spread in _GRAIN:
        cells = (-(-_HIGH // size) + 1, -(-width // size) + 1)
        rough = Image.fromarray(generator.normal(0.0, spread, cells).astype(np.float32))
        grey += np.asarray(rough.resize((width, _HIGH), Image.Resampling.BICUBIC))
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")


def _ball(side: int) -> Image.Image:
    large = side * _DRAWN_LARGER
    ball = Image.new("RGBA", (large, large))
    draw = ImageDraw.Draw(ball)
    for step in range(12):
        inset = step * large // 28
        colour = tuple(min(255, part + 5 * step) for part in _BALL)
        draw.ellipse([inset, inset // 2, large - inset, large - inset * 3 // 2], fill=colour)
    return ball.resize((side, side), Image.Resampling.LANCZOS)


def _head(side: int, tone: int, hair: Colour) -> Image.Image:
    """A head from the front, as high as ``side``. Everything but eyes and hair follows the tone."""
    large = side * _DRAWN_LARGER
    wide = large * 4 // 5
    head = Image.new("RGBA", (wide, large))
    draw = ImageDraw.Draw(head)

    def oval(x: float, y: float, across: float, down: float, colour: Colour) -> None:
        box = [(x - across) * wide, (y - down) * large, (x + across) * wide, (y + down) * large]
        draw.ellipse(box, fill=(*colour, 255))

    skin = tone_colour(tone)
    oval(0.5, 0.45, 0.46, 0.45, hair)
    for x in (0.13, 0.87):
        oval(x, 0.55, 0.05, 0.08, _shade(skin, 0.82))
    oval(0.5, 0.56, 0.37, 0.43, _shade(skin, 0.9))
    oval(0.5, 0.54, 0.34, 0.4, skin)
    _features(oval, skin)
    return head.resize((side * 4 // 5, side), Image.Resampling.LANCZOS)


def _features(oval: Oval, skin: Colour) -> None:
    for x in (0.35, 0.65):
        oval(x, 0.5, 0.09, 0.045, _shade(skin, 0.72))
        oval(x, 0.505, 0.075, 0.03, (236, 232, 226))
        oval(x, 0.505, 0.034, 0.03, (44, 30, 24))
        oval(x, 0.44, 0.1, 0.013, (40, 30, 26))
    oval(0.5, 0.6, 0.035, 0.1, _shade(skin, 1.06))
    oval(0.5, 0.67, 0.07, 0.025, _shade(skin, 0.74))
    red, green, blue = _shade(skin, 0.72)
    oval(0.5, 0.79, 0.13, 0.03, (min(255, red + 34), green, blue))
    oval(0.5, 0.787, 0.12, 0.006, _shade(skin, 0.45))


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, round(part * factor)) for part in colour)
    return red, green, blue
